import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startHarness, type Harness } from './support/harness.ts';
import { call } from './support/messages.ts';

// docs/limits.md, "How large": what is still on its way is held in memory, and how much of that there may be is bounded.
const MB = 1024 * 1024;

let harness: Harness;
let hasty: Harness;
/** The connections of clients, by their ports. */
const open = new Map<number, Socket>();
/** Those on our side of them that are still open. */
const heard = new Map<number, Socket>();
beforeAll(async () => {
  const bodyLimits = { perKeyBytes: 5 * MB, perOrganisationBytes: 7 * MB, totalBytes: 9 * MB };
  harness = await startHarness({ bodyLimits });
  hasty = await startHarness({ bodyLimits: { silentMs: 1_500 } });
  for (const { server } of [harness, hasty])
    server.on('connection', (socket) => {
      const port = Number(socket.remotePort);
      heard.set(port, socket);
      socket.once('close', () => heard.delete(port));
    });
});
afterAll(async () => {
  await harness.close();
  await hasty.close();
});
afterEach(async () => {
  for (const [port, socket] of open) {
    socket.destroy();
    const ours = heard.get(port);
    if (ours !== undefined) await new Promise((resolve) => ours.once('close', resolve));
  }
  open.clear();
});

type Caller = ReturnType<Harness['caller']>;

/** A message of 13 MB that is sent as the test says. */
async function dial({ secret }: Caller, { framing = `Content-Length: ${13 * MB}`, at = harness } = {}) {
  const socket = connect(Number(new URL(at.url).port), '127.0.0.1');
  let text = '';
  let isClosed = false;
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
  socket.on('error', () => undefined).on('close', () => (isClosed = true));
  await once(socket, 'connect');
  open.set(Number(socket.localPort), socket);
  socket.write(
    `POST /mcp/acme HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${secret}\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`,
  );
  return {
    text: () => text,
    isClosed: () => isClosed,
    close: () => socket.destroy(),
    send: (bytes: string | Buffer) => socket.write(bytes),
    /** Blanks, which may stand before any JSON. */
    async sendBlanks(bytes: number): Promise<void> {
      socket.write(Buffer.alloc(bytes, ' '));
      await expect.poll(() => heard.get(Number(socket.localPort))?.bytesRead).toBe(socket.bytesWritten);
    },
    answer: async () => {
      await expect.poll(() => text).toContain('\r\n\r\n');
      return text;
    },
  };
}

const ping = JSON.stringify(call('ping'));
const large = ping.padStart(4 * MB);
const rpc = async ({ bearer }: Caller, body: string, path = '/mcp/acme') =>
  (await harness.rpc(body, { headers: bearer, path })).status;

async function openStalled(caller: Caller, bytes: number) {
  const line = await dial(caller);
  await line.sendBlanks(bytes);
  return line;
}

test('large messages of one key that are on their way at once are bounded; small ones pass, and so do other keys', async () => {
  const [caller, other] = [harness.caller(), harness.caller()];
  await openStalled(caller, 4 * MB);
  expect(await rpc(caller, large)).toBe(429);
  const refused = await openStalled(caller, 4 * MB);
  expect(await refused.answer()).toMatch(
    /^HTTP\/1\.1 429 [^]*\r\nRetry-After: 1\r\n[^]*"code":"concurrency_limited"/,
  );
  expect(await rpc(caller, ping)).toBe(200);
  expect(await rpc(other, ping.padStart(2 * MB))).toBe(200);
});

test('a message that does not say how long it is counts as well', async () => {
  const caller = harness.caller();
  const line = await dial(caller, { framing: 'Transfer-Encoding: chunked' });
  line.send(`${(4 * MB).toString(16)}\r\n`);
  await line.sendBlanks(4 * MB);
  expect(await rpc(caller, large)).toBe(429);
});

test('those of one organisation are bounded, whichever keys they come by, and those of all', async () => {
  const [one, two, three] = [harness.caller(), harness.caller(), harness.caller()];
  const [far, away] = [harness.caller({ org: 'globex' }), harness.caller({ org: 'globex' })];
  await openStalled(one, 4 * MB);
  await openStalled(two, 2 * MB);
  expect(await rpc(three, large)).toBe(429);
  expect(await rpc(far, ping.padStart(2 * MB), '/mcp/globex')).toBe(200);
  await openStalled(far, 2 * MB);
  const { headers, json, status } = await harness.rpc(large, { headers: away.bearer, path: '/mcp/globex' });
  expect([status, headers['retry-after']]).toEqual([503, '2']);
  expect(json.error).toMatchObject({ code: 'overloaded' });
  expect(await rpc(away, ping, '/mcp/globex')).toBe(200);
});

test('what was answered, refused or given up is held no longer', async () => {
  const caller = harness.caller();
  for (let time = 0; time < 4; time += 1) expect(await rpc(caller, large)).toBe(200);
  const given = await openStalled(caller, 4 * MB);
  expect(await rpc(caller, large)).toBe(429);
  for (let time = 0; time < 4; time += 1) expect(await rpc(caller, large)).toBe(429);
  given.close();
  await expect.poll(() => rpc(caller, large)).toBe(200);
});

test('a large message that falls silent is broken off; one that goes on is answered, however long it takes', async () => {
  const [silent, slow] = [hasty.caller(), hasty.caller()];
  const stopped = await dial(silent, { at: hasty });
  await stopped.sendBlanks(MB);
  const going = await dial(slow, { at: hasty, framing: `Content-Length: ${8 * MB}` });
  for (let sent = 0; sent < 7; sent += 1) {
    await going.sendBlanks(MB);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  going.send(ping.padStart(MB));
  expect(await going.answer()).toMatch(/^HTTP\/1\.1 200 /);
  await expect.poll(stopped.isClosed).toBe(true);
  expect(stopped.text()).toBe('');
});
