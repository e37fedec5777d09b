import { createServer } from 'node:http';
import { connect as connectTcp, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createSender, type Sender } from '@latchkey/tools';
import { createGuardedConnect, type GuardedConnectOptions } from '../../src/kernel/guarded-connect.ts';
import {
  PUBLIC_ADDRESS,
  startDocumentHost,
  type DocumentHost,
} from '../client-documents/support/document-host.ts';

let host: DocumentHost;
const inside = createServer((_request, response) => response.end('the inside'));
let insidePort: number;
const senders: Sender[] = [];
beforeAll(async () => {
  host = await startDocumentHost(['api.test']);
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  insidePort = (inside.address() as AddressInfo).port;
});
beforeEach(() => {
  host.addresses.clear();
  host.dialled.length = 0;
});
afterAll(async () => {
  await Promise.all(senders.map((sender) => sender.close()));
  await host.close();
  inside.close();
});

function senderWith(options: GuardedConnectOptions = {}): Sender {
  const sender = createSender({
    publicConnector: (reading) => createGuardedConnect({ ...host.guard, reading, ...options }),
  });
  senders.push(sender);
  return sender;
}

function get(sender: Sender, baseUrl: string, path = '/') {
  return sender.send({ baseUrl, request: { method: 'GET', path, headers: {} }, reach: 'public' });
}

test('a public host is reached at the very address that was looked at, with its certificate checked', async () => {
  host.publish('https://api.test/hello', { hello: 1 });
  expect(await get(senderWith(), 'https://api.test', '/hello')).toMatchObject({
    ok: true,
    value: { status: 200 },
  });
  expect(host.dialled).toEqual([PUBLIC_ADDRESS]);
  expect(await get(senderWith(), 'https://other.test', '/hello')).toMatchObject({ ok: false });
});

test.each([['10.0.0.7'], ['127.0.0.1'], ['169.254.169.254'], ['::1'], ['::ffff:127.0.0.1'], ['fd00::1']])(
  'a name that leads to %s is not connected to, nor one of whose addresses it is',
  async (address) => {
    for (const addresses of [[address], [PUBLIC_ADDRESS, address]]) {
      host.addresses.set('api.test', addresses);
      expect(await get(senderWith(), 'https://api.test')).toMatchObject({
        ok: false,
        error: { code: 'upstream_unreachable' },
      });
    }
    expect(host.dialled).toEqual([]);
  },
);

test('a name that leads elsewhere a moment later is looked at again for each connection', async () => {
  host.publish('https://api.test/hello', { hello: 1 });
  const sender = senderWith();
  host.addresses.set('api.test', [PUBLIC_ADDRESS]);
  expect(await get(sender, 'https://api.test', '/hello')).toMatchObject({ ok: true });
  host.addresses.set('api.test', ['127.0.0.1']);
  await host.dropConnections();
  // The kept connection is gone: whatever the first answer is, no connection leads inside.
  await get(sender, 'https://api.test', '/hello');
  await get(sender, 'https://api.test', '/hello');
  expect(host.dialled).toEqual([PUBLIC_ADDRESS]);
});

test.each([
  'http://127.0.0.1',
  'http://[::1]',
  'https://127.0.0.1',
  'http://0x7f000001',
  'http://2130706433',
])('%s is not connected to', async (origin) => {
  const dialled: string[] = [];
  const sender = senderWith({
    resolve: async (name) => [name],
    dial(address) {
      dialled.push(address);
      return connectTcp({ host: '127.0.0.1', port: insidePort });
    },
  });
  expect(await get(sender, `${origin}:${insidePort}`)).toMatchObject({ ok: false });
  expect(dialled).toEqual([]);
});

test('nothing goes over the public internet unencrypted', async () => {
  expect(await get(senderWith(), 'http://api.test')).toMatchObject({ ok: false });
  expect(host.dialled).toEqual([]);
});

test('what lies in a network that the operator lists is reached, without encryption too', async () => {
  const sender = createSender({
    publicConnector: (reading) => createGuardedConnect({ privateNetworks: ['127.0.0.0/8'], reading }),
  });
  senders.push(sender);
  const answer = await get(sender, `http://127.0.0.1:${insidePort}`);
  expect(answer).toMatchObject({ ok: true, value: { status: 200 } });
});

test('a sender without a guard reaches nothing for who may reach the public alone', async () => {
  const sender = createSender();
  senders.push(sender);
  expect(await get(sender, `http://127.0.0.1:${insidePort}`)).toMatchObject({ ok: false });
});
