import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  EVERYTHING_PACKAGE_COMMAND,
  hasEverythingPackage,
  needsEverythingPackage,
  startEverythingPackage,
} from './support/everything-package.ts';
import { portalOf } from './support/portal.ts';
import { expectValidMessagesIn } from './support/valid-messages.ts';
import { openWorld, type World } from './support/world.ts';

// Somebody else's server three times over, by each transport, at the organisation's one URL, beside the demo's API.

interface Talker {
  listTools(): Promise<{ tools: { name: string; outputSchema?: unknown }[] }>;
  callTool(
    call: { name: string; arguments: Record<string, unknown> },
    onprogress?: (step: { progress: number }) => void,
  ): Promise<object>;
  close(): Promise<void>;
}

type Connect = (url: string, headers: Record<string, string>) => Promise<Talker>;
const INFO = { name: 'joined', version: '1.0.0' };

const v1: Connect = async (url, headers) => {
  const client = new ClientV1(INFO);
  await client.connect(new TransportV1(new URL(url), { requestInit: { headers } }));
  return {
    listTools: () => client.listTools(),
    callTool: (call, onprogress) => client.callTool(call, undefined, onprogress && { onprogress }),
    close: () => client.close(),
  };
};
const v2 =
  (mode: 'auto' | 'legacy'): Connect =>
  async (url, headers) => {
    const client = new ClientV2(INFO, { versionNegotiation: { mode } });
    await client.connect(new TransportV2(new URL(url), { requestInit: { headers } }));
    return {
      listTools: () => client.listTools(),
      callTool: (call, onprogress) => client.callTool(call, onprogress && { onprogress }),
      close: () => client.close(),
    };
  };

const CLIENTS: readonly (readonly [string, Connect])[] = [
  ['SDK v1', v1],
  ['SDK v2, auto', v2('auto')],
  ['SDK v2, legacy', v2('legacy')],
];

let world: World;
let headers: Record<string, string>;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  if (!hasEverythingPackage()) return;
  const http = await startEverythingPackage();
  const sse = await startEverythingPackage('sse');
  closing.push(http.close, sse.close);
  world = await openWorld();
  const package_ = { url: http.url };
  await world.publishMcp('acme', { ...package_, slug: 'by-http' });
  await world.publishMcp('acme', {
    ...package_,
    slug: 'by-sse',
    upstream: { transport: 'sse', url: sse.url },
  });
  await world.publishMcp('acme', { ...package_, slug: 'by-command', upstream: EVERYTHING_PACKAGE_COMMAND });
  const portal = portalOf(world, { slug: 'acme', email: 'owner@acme.test' });
  const { secret } = await portal.createAgent({ name: 'Joiner', role: 'member', access: 'full' });
  headers = { authorization: `Bearer ${secret}` };
});
beforeEach(needsEverythingPackage);
afterAll(async () => {
  await world?.close();
  for (const close of closing) await close();
});

test.for(CLIENTS)('%s lists and calls the tools of all of them', { timeout: 60_000 }, async ([, connect]) => {
  const client = await connect(`${world.url}/mcp/acme`, headers);
  const { tools } = await client.listTools();
  const names = tools.map(({ name }) => name);
  for (const slug of ['by_http', 'by_sse', 'by_command']) {
    expect(names).toEqual(expect.arrayContaining([`${slug}_echo`, `${slug}_get-structured-content`]));
    const echo = await client.callTool({ name: `${slug}_echo`, arguments: { message: `Grüße an ${slug}` } });
    expect(echo).toMatchObject({ content: [{ type: 'text', text: `Echo: Grüße an ${slug}` }] });
    // The client checks it by the schema that the tool declares.
    const weather = await client.callTool({
      name: `${slug}_get-structured-content`,
      arguments: { location: 'Chicago' },
    });
    expect(weather).toMatchObject({ structuredContent: { temperature: expect.any(Number) } });
    const steps: number[] = [];
    await client.callTool(
      { name: `${slug}_trigger-long-running-operation`, arguments: { duration: 0.2, steps: 4 } },
      ({ progress }) => steps.push(progress),
    );
    expect(steps).toEqual([1, 2, 3, 4]);
    const image = await client.callTool({ name: `${slug}_get-tiny-image`, arguments: {} });
    expect(JSON.stringify(image)).toContain('"mimeType":"image/png"');
  }
  expect(names).toContain('get_credit_balance');
  await client.close();
});

expectValidMessagesIn(() => world, '2025-11-25 tools/call', '2026-07-28 tools/call');
