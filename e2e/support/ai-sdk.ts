import { pathToFileURL } from 'node:url';
import { expect, type TestContext } from 'vitest';
import { z } from 'zod';
import { comeBack, createMemory, readOutcome, type Identity, type Outcome } from './mcp-app.ts';
import { needsClient } from './other-clients.ts';
import type { Decision, World } from './world.ts';

/** As much of `@ai-sdk/mcp` as an app needs. */
interface AiSdk {
  createMCPClient(config: { transport: object }): Promise<{
    tools(): Promise<Record<string, { execute(input: object, options: object): Promise<unknown> }>>;
    close(): Promise<void>;
  }>;
  auth(
    provider: object,
    options: { serverUrl: string; authorizationCode: string; callbackState: string },
  ): Promise<'AUTHORIZED' | 'REDIRECT'>;
  UnauthorizedError: new (message?: string) => Error;
}

interface Tokens {
  access_token: string;
  refresh_token?: string;
}

export async function needsAiSdk(context: TestContext): Promise<AiSdk> {
  const path = needsClient(context, '@ai-sdk/mcp/dist/index.mjs');
  return (await import(pathToFileURL(path).href)) as AiSdk;
}

/** An app's connection: what it lists and calls. */
export async function connectAiSdk({ createMCPClient }: AiSdk, transport: object) {
  const client = await createMCPClient({ transport });
  const tools = await client.tools();
  return {
    toolNames: Object.keys(tools).sort(),
    async call(name: string, args: object = {}): Promise<Outcome> {
      const called = await tools[name]?.execute(args, { toolCallId: '1', messages: [] });
      return readOutcome(z.unknown().parse(called));
    },
    close: () => client.close(),
  };
}

/**
 * An app whose user signs in: the library sends them to the browser, and takes the code that they come back with. Over
 * `http` it opens its stream beside its first request: both are refused, and it asks twice where the second refusal
 * comes after the first was dealt with.
 */
export async function signInAiSdk(
  sdk: AiSdk,
  world: World,
  {
    type,
    url,
    identity = {},
    ...decision
  }: Decision & { type: 'http' | 'sse'; url: string; identity?: Identity },
) {
  const memory = createMemory<{ client_id: string }, Tokens, unknown>('AI app', identity);
  const transport = { type, url, authProvider: memory.provider };

  async function approve(given: Decision): Promise<void> {
    const callback = await comeBack(world, memory, given);
    const code = {
      authorizationCode: callback.get('code') ?? '',
      callbackState: callback.get('state') ?? '',
    };
    expect(await sdk.auth(memory.provider, { serverUrl: url, ...code })).toBe('AUTHORIZED');
  }

  await expect(sdk.createMCPClient({ transport })).rejects.toBeInstanceOf(sdk.UnauthorizedError);
  await approve(decision);
  return { ...memory, approve, connect: () => connectAiSdk(sdk, transport) };
}
