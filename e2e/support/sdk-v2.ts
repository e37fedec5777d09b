import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
} from '@modelcontextprotocol/client';
import { comeBack, createMemory, readOutcome, type Library } from './mcp-app.ts';

/** `@modelcontextprotocol/client`: `auto` tries the newest revision first, `legacy` speaks 2025's, `pinned` no other. */
function sdkV2(name: string, mode: 'auto' | 'legacy' | { pin: string }, revision: string): Library {
  return {
    name: `SDK v2 (${name})`,
    revision,
    Unauthorized: UnauthorizedError,
    async connect(world, options) {
      const memory = createMemory<StoredOAuthClientInformation, StoredOAuthTokens, OAuthDiscoveryState>(
        options.clientName,
        options.identity,
      );
      const newTransport = () =>
        new StreamableHTTPClientTransport(new URL(options.path, world.url), {
          authProvider: memory.provider,
        });
      const newClient = () =>
        new Client({ name: options.clientName, version: '1.0.0' }, { versionNegotiation: { mode } });

      const first = newTransport();
      await newClient()
        .connect(first)
        .then(
          () => Promise.reject(new Error('an unknown client was let in')),
          (error: unknown) => {
            if (!(error instanceof UnauthorizedError)) throw error;
          },
        );
      const callback = await comeBack(world, memory, options);
      await world.atOffset(options.issuedAtOffsetMs ?? 0, () => first.finishAuth(callback));

      const client = newClient();
      const complaints: string[] = [];
      client.onerror = (error) => void complaints.push(String(error));
      const transport = newTransport();
      await client.connect(transport);
      return {
        ...memory,
        complaints,
        tokens: memory.credentials,
        revision: () => client.getNegotiatedProtocolVersion(),
        async tools() {
          const { tools } = await client.listTools(undefined, { cacheMode: 'bypass' });
          return tools.map(({ annotations, name }) => ({
            name,
            readOnly: annotations?.readOnlyHint === true,
          }));
        },
        call: async (name, args = {}) => readOutcome(await client.callTool({ name, arguments: args })),
        approveAgain: async (decision) => transport.finishAuth(await comeBack(world, memory, decision)),
        close: () => client.close(),
      };
    },
  };
}

export const sdkV2Auto = sdkV2('auto', 'auto', '2026-07-28');
export const sdkV2Legacy = sdkV2('legacy', 'legacy', '2025-11-25');
export const sdkV2Pinned = sdkV2('pinned', { pin: '2026-07-28' }, '2026-07-28');
