import type { IncomingHttpHeaders } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEverythingServer } from './fixtures/everything-server/start.ts';
import { needsNewerNode, runSuite } from './support/conformance.ts';

const WATCHED = 'test://watched-resource';
const CHANGES = [
  'notifications/resources/updated',
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
] as const;

let upstream: Awaited<ReturnType<typeof startEverythingServer>>;
let results: string;
beforeAll(async () => {
  upstream = await startEverythingServer();
  results = await mkdtemp(join(tmpdir(), 'latchkey-conformance-fixture-'));
});
afterAll(async () => {
  await upstream.close();
  await rm(results, { recursive: true, force: true });
});

// An extension, which the suite runs but does not score, and the SDK's server does not have.
const TASKS = [
  'tasks-lifecycle',
  'tasks-capability-negotiation',
  'tasks-wire-fields',
  'tasks-request-state-removal',
  'tasks-mrtr-input',
  'tasks-request-headers',
  'tasks-dispatch-and-envelope',
  'tasks-required-task-error',
  'tasks-mrtr-composition',
];

test.for([
  ['2025-11-25', { scenarios: 33, checks: 84, failing: [] }],
  ['2026-07-28', { scenarios: 50, checks: 163, failing: TASKS }],
] as const)(
  'the upstream that the relay is judged with passes all that the official suite scores for %s by itself',
  { timeout: 180_000 },
  async ([revision, least], context) => {
    const { output, status, checks } = await runSuite(
      needsNewerNode(context),
      ['server', '--url', upstream.url, '--requirements', revision],
      join(results, revision),
    );
    const failing = Array.from(output.matchAll(/^✗ (\S+): /gm), ([, name]) => name);
    const warnings = checks.filter((check) => check.status === 'WARNING');
    expect({ status, failing, warnings }).toEqual({ status: 0, failing: least.failing, warnings: [] });
    expect(output.match(/^=== Running scenario: /gm)).toHaveLength(least.scenarios);
    expect(Number(/^Total: (\d+) passed/m.exec(output)?.[1])).toBeGreaterThanOrEqual(least.checks);
  },
);

test.for(['legacy', 'auto'] as const)(
  'who listens to the upstream in %s mode hears of the resource it has chosen and of changed lists',
  async (mode) => {
    let opened = (): void => {};
    const open = new Promise<void>((done) => {
      opened = done;
    });
    const changing = await startEverythingServer({ onRequest: (req) => req.method === 'GET' && opened() });
    const client = new Client({ name: 'listener', version: '1.0.0' }, { versionNegotiation: { mode } });
    const heard: string[] = [];
    const heardAll = new Promise<void>((done) => {
      for (const method of CHANGES) {
        client.setNotificationHandler(method, () => {
          if (heard.push(method) === CHANGES.length) done();
        });
      }
    });
    await client.connect(new StreamableHTTPClientTransport(new URL(changing.url)));
    if (mode === 'legacy') {
      await open;
      await client.subscribeResource({ uri: WATCHED });
    } else {
      await client.listen({
        toolsListChanged: true,
        promptsListChanged: true,
        resourceSubscriptions: [WATCHED],
      });
    }
    for (const what of ['resource', 'tool', 'prompt']) {
      await client.callTool({ name: `test_trigger_${what}_change`, arguments: {} });
    }
    await heardAll;
    expect(heard).toEqual(CHANGES);
    await client.close();
    await changing.close();
  },
);

test('the upstream reports every request with its headers, and lets in only whom its gate accepts', async () => {
  const seen: IncomingHttpHeaders[] = [];
  const gated = await startEverythingServer({
    onRequest: (req) => seen.push(req.headers),
    requireBearer: (token) => token === 'right',
  });
  const ask = (authorization: string) =>
    fetch(gated.url, {
      method: 'POST',
      headers: {
        authorization,
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: {
          protocolVersion: '2025-11-25',
          capabilities: {},
          clientInfo: { name: 'x', version: '1' },
        },
      }),
    });
  const refused = await ask('Bearer wrong');
  const welcome = await ask('Bearer right');
  await Promise.all([refused.text(), welcome.text()]);
  await gated.close();
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
    401,
    'Bearer realm="everything", error="invalid_token"',
  ]);
  expect(welcome.status).toBe(200);
  expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer wrong', 'Bearer right']);
});
