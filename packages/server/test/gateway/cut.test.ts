import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startHarness, type Harness } from './support/harness.ts';

// A caller loses its right while it is still sending, or while the answer is still to come.
let harness: Harness;
const sockets: Socket[] = [];
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
beforeEach(() => {
  harness.upstream.received.length = 0;
});

/** A request by hand, of which a test sends as much as it likes. */
function openSocket(): { socket: Socket; answer: Promise<string> } {
  const { hostname, port } = new URL(harness.url);
  const socket = connect(Number(port), hostname);
  // The connection stays open, so that the rest of a request arrives after the answer to it, too.
  const answer = new Promise<string>((resolve) => {
    socket.once('data', (chunk) => resolve(chunk.toString()));
    socket.on('error', () => undefined);
  });
  sockets.push(socket);
  return { socket, answer };
}

const head = (path: string, secret: string, length: number) =>
  [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${secret}`,
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    '',
    '',
  ].join('\r\n');

const DELETE_ITEM = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'delete_item', arguments: { id: '1' } },
});

async function untilLetIn(caller: ReturnType<Harness['caller']>): Promise<void> {
  await expect.poll(() => caller.isLetIn()).toBe(true);
}

describe.each(['key', 'token'] as const)('a caller with a %s', (kind) => {
  test('who dribbles the body of a call until after its end is answered 401, and nothing is called', async () => {
    const caller = harness.caller({ kind });
    const { socket, answer } = openSocket();
    socket.write(head('/mcp', caller.secret, DELETE_ITEM.length) + DELETE_ITEM.slice(0, -1));
    await untilLetIn(caller);
    caller.revoke();
    harness.gateway.changed(caller.credential.keyId);
    const text = await answer;
    socket.write(DELETE_ITEM.slice(-1));
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
    expect(text).toContain('WWW-Authenticate: Bearer');
    expect(harness.upstream.received).toEqual([]);

    // Nor was it meant to: somebody's call after it is on record, and nothing of this one.
    const other = harness.caller({ kind });
    await harness.rpc(DELETE_ITEM, { path: '/mcp', headers: other.bearer });
    const recorded = (await harness.auditOf('acme')).map(({ keyId }) => keyId);
    expect(recorded).toContain(other.credential.keyId);
    expect(recorded).not.toContain(caller.credential.keyId);
  });
});

test('an upload breaks off when its key ends', async () => {
  const caller = harness.caller();
  const { socket, answer } = openSocket();
  socket.write(`${head('/api/items/media', caller.secret, 1_000_000)}<a>`);
  await untilLetIn(caller);
  caller.revoke();
  harness.gateway.changed(caller.credential.keyId);
  expect(await answer).toMatch(/^HTTP\/1\.1 401 /);
  expect(harness.upstream.received).toEqual([]);
});

test('a change that concerns somebody else breaks nothing off, and nobody is asked about again for it', async () => {
  const [caller, other] = [harness.caller(), harness.caller()];
  const { socket, answer } = openSocket();
  socket.write(head('/mcp', caller.secret, DELETE_ITEM.length) + DELETE_ITEM.slice(0, -1));
  await untilLetIn(caller);
  // As if it had ended: whoever asked about it now would hear so.
  caller.revoke();
  harness.gateway.changed(other.credential.keyId);
  harness.gateway.changed(`${caller.credential.orgId}:${other.credential.actor.id}`);
  socket.write(DELETE_ITEM.slice(-1));
  expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(harness.upstream.received).toHaveLength(1);
});

test('a right that cannot be asked about again is answered 503, and nothing is called', async () => {
  const caller = harness.caller();
  const { socket, answer } = openSocket();
  socket.write(head('/mcp', caller.secret, DELETE_ITEM.length) + DELETE_ITEM.slice(0, -1));
  await untilLetIn(caller);
  caller.breakChecks();
  harness.gateway.changed(caller.credential.orgId);
  socket.write(DELETE_ITEM.slice(-1));
  expect(await answer).toMatch(/^HTTP\/1\.1 503 /);
  expect(harness.upstream.received).toEqual([]);
});

test('what ended while a caller was being identified is not missed', async () => {
  const caller = harness.caller();
  // The door has the credential and asks for the standing: the end comes in between.
  caller.whileIdentified(() => {
    caller.revoke();
    harness.gateway.changed(caller.credential.keyId);
  });
  const { socket, answer } = openSocket();
  socket.write(head('/mcp', caller.secret, DELETE_ITEM.length) + DELETE_ITEM);
  expect(await answer).toMatch(/^HTTP\/1\.1 401 /);
  expect(harness.upstream.received).toEqual([]);
});
