import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startHarness, type Harness } from './support/harness.ts';
import { modern, toolCall } from './support/messages.ts';
import { publishServer } from './support/relayed-server.ts';

// docs/limits.md, "How long": what goes on and on, a little at a time, ends all the same.
const CALL_MS_MAX = 700;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ callMsMax: CALL_MS_MAX });
  await publishServer(harness, {
    slug: 'endless',
    url: `${harness.upstream.baseUrl}/mcp`,
    tools: [{ name: 'change', reads: false }],
  });
});
afterAll(() => harness.close());

const ends: (() => void)[] = [];
beforeEach(() => {
  harness.upstream.aborted.length = 0;
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** An answer that begins at once, goes on every few milliseconds, and never ends. */
function trickle(type: string, text: string) {
  harness.upstream.answer((_, res: ServerResponse) => {
    res.writeHead(200, { 'content-type': type }).flushHeaders();
    const more = setInterval(() => res.write(text), 20);
    ends.push(() => clearInterval(more));
    res.on('close', () => clearInterval(more));
  });
}

const PATIENT = { timeout: 10_000 };

/** What the audit log says of it: what was announced, and what came of it. */
async function recorded(requestId: string | string[] | undefined) {
  const rows = await harness.auditOf('acme');
  return rows
    .toReversed()
    .filter((row) => row.requestId === requestId)
    .map(({ detail, outcome, phase }) => [phase, outcome, (detail as { reason?: string }).reason]);
}

test('an answer of an API that trickles without an end through the REST door is broken off', async () => {
  trickle('text/plain', 'x');
  const { bearer } = harness.caller({ access: 'full' });
  const answer = await fetch(`${harness.url}/api/items/items`, {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/json' },
    body: '{}',
  });
  expect(answer.status).toBe(200);
  await expect(answer.text()).rejects.toThrow('terminated');
  await expect.poll(() => harness.upstream.aborted, PATIENT).toHaveLength(1);
  await expect
    .poll(async () => recorded(answer.headers.get('x-request-id') ?? ''), PATIENT)
    .toEqual([
      ['intent', null, undefined],
      ['outcome', 'failed', 'upstream_timeout'],
    ]);
});

test.each([
  ['one text', 'application/json', ' '],
  ['events', 'text/event-stream', ': still here\n\n'],
])(
  'an answer of an MCP server that trickles without an end is broken off, and its client told: %s',
  async (_what, type, text) => {
    trickle(type, text);
    const { bearer } = harness.caller({ access: 'full' });
    const path = '/mcp/acme/c/endless';
    const answer = await harness.rpc(toolCall('change'), { path, headers: bearer });
    expect(answer.text).toContain('upstream_timeout');
    await expect.poll(() => harness.upstream.aborted, PATIENT).toHaveLength(1);
    await expect
      .poll(async () => recorded(answer.headers['x-request-id']), PATIENT)
      .toEqual([
        ['intent', null, undefined],
        ['outcome', 'failed', 'upstream_timeout'],
      ]);
  },
);

test('who listens, and calls nothing, listens for longer', async () => {
  trickle('text/event-stream', ': still here\n\n');
  const { bearer } = harness.caller();
  const { headers, message } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
  const gone = new AbortController();
  const answer = await fetch(`${harness.url}/mcp/acme/c/endless`, {
    method: 'POST',
    headers: {
      ...bearer,
      ...headers,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    },
    body: JSON.stringify(message),
    signal: gone.signal,
  });
  const startedMs = performance.now();
  const reader = answer.body?.getReader();
  while (performance.now() - startedMs < 2 * CALL_MS_MAX)
    expect(await reader?.read()).toMatchObject({ done: false });
  gone.abort();
});
