import type { OAuthDiscoveryState } from '@modelcontextprotocol/sdk/client/auth.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { comeBack, createMemory, readOutcome, type Library } from './mcp-app.ts';

/** `@modelcontextprotocol/sdk`, which most of today's apps are built on. */
export const sdkV1: Library = {
  name: 'SDK v1',
  revision: '2025-11-25',
  Unauthorized: UnauthorizedError,
  async connect(world, options) {
    const memory = createMemory<OAuthClientInformationMixed, OAuthTokens, OAuthDiscoveryState>(
      options.clientName,
      options.identity,
    );
    const newTransport = () =>
      new StreamableHTTPClientTransport(new URL(options.path, world.url), { authProvider: memory.provider });
    const newClient = () => new Client({ name: options.clientName, version: '1.0.0' });

    const first = newTransport();
    await newClient()
      .connect(first)
      .then(
        () => Promise.reject(new Error('an unknown client was let in')),
        (error: unknown) => {
          if (!(error instanceof UnauthorizedError)) throw error;
        },
      );
    const code = (await comeBack(world, memory, options)).get('code') ?? '';
    await world.atOffset(options.issuedAtOffsetMs ?? 0, () => first.finishAuth(code));

    const client = newClient();
    const complaints: string[] = [];
    client.onerror = (error) => void complaints.push(String(error));
    const transport = newTransport();
    await client.connect(transport);
    return {
      ...memory,
      complaints,
      tokens: memory.credentials,
      revision: () => transport.protocolVersion,
      async tools() {
        const { tools } = await client.listTools();
        return tools.map(({ annotations, name }) => ({ name, readOnly: annotations?.readOnlyHint === true }));
      },
      call: async (name, args = {}) => readOutcome(await client.callTool({ name, arguments: args })),
      async approveAgain(decision) {
        await transport.finishAuth((await comeBack(world, memory, decision)).get('code') ?? '');
      },
      close: () => client.close(),
    };
  },
};
