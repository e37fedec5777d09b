import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { openEvents } from './support/events.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { modern } from './support/messages.ts';

// Requests that are sent before the one before them is answered, by a caller that then leaves.
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function start(options?: Parameters<typeof startHarness>[0]): Promise<Harness> {
  const harness = await startHarness(options);
  ends.push(harness.close);
  return harness;
}

function openLine({ url }: Harness): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined).resume();
  ends.push(() => socket.destroy());
  return socket;
}

const head = (line: string, secret: string, more = '') =>
  `${line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${secret}\r\n${more}\r\n`;

test('calls behind another one are cancelled when their caller leaves, and a stop does not wait for them', async () => {
  const harness = await start();
  const line = openLine(harness);
  harness.upstream.answer(() => undefined);
  line.write(head('GET /api/items/credits', harness.caller().secret).repeat(5));
  await expect.poll(() => harness.upstream.received).toHaveLength(5);
  line.resetAndDestroy();
  await expect.poll(() => harness.upstream.aborted).toEqual(Array(5).fill('/v1/credits'));
  // Its time for what is under way is longer than this test's.
  await harness.gateway.close(3_600_000);
});

test('streams behind another one give back their places when their caller leaves', async () => {
  const harness = await start({ streamLimits: { perKey: 2 } });
  const caller = harness.caller();
  const { headers, message } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
  const listener = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  const body = JSON.stringify({ ...message, id: 'sub-1' });
  const said = Object.entries({ ...listener.headers, 'content-length': String(body.length) });
  const lines = said.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const line = openLine(harness);
  harness.upstream.answer(() => undefined);
  const get = head('GET /api/items/credits', caller.secret);
  line.write(get + `${head('POST /mcp/acme', caller.secret, lines)}${body}`.repeat(2) + get);
  await expect.poll(() => harness.upstream.received).toHaveLength(2);
  line.resetAndDestroy();

  async function statusOfNext(): Promise<number | undefined> {
    const stream = await openEvents(`${harness.url}/mcp/acme`, {
      ...listener,
      headers: { ...listener.headers, ...caller.bearer },
      body: { ...message, id: 'sub-2' },
    });
    stream.close();
    return stream.status;
  }
  await expect.poll(statusOfNext).toBe(200);
});
