import { connect, createServer, type AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAddressGuard, type AddressGuardOptions } from '../../src/kernel/address-guard.ts';
import { PUBLIC_ADDRESS, startDocumentHost, type DocumentHost } from './support/document-host.ts';

const URL_OF_DOCUMENT = 'https://app.test/client';
const DOCUMENT = { client_id: URL_OF_DOCUMENT };

let host: DocumentHost;
beforeAll(async () => {
  host = await startDocumentHost(['app.test', 'rebind.test']);
});
afterAll(() => host.close());

const read = (url = URL_OF_DOCUMENT, options: AddressGuardOptions = {}) =>
  createAddressGuard({ ...host.guard, ...options })(url);

async function reasonOf(answer: ReturnType<typeof read>) {
  const result = await answer;
  return result.ok ? 'read' : result.error.reason;
}

test('a document is read from the address that its name was resolved to, by the name’s certificate', async () => {
  host.publish(URL_OF_DOCUMENT, DOCUMENT, { etag: '"1"', 'cache-control': 'public, max-age=300' });
  expect(await read()).toEqual({ ok: true, value: { body: DOCUMENT, etag: '"1"', maxAgeSeconds: 300 } });
  expect(host.dialled.at(-1)).toBe(PUBLIC_ADDRESS);
  expect(host.asked.at(-1)?.headers.cookie).toBeUndefined();
});

describe('30: nothing of our own network is connected to', () => {
  test.each([
    '127.0.0.1',
    '169.254.169.254',
    '10.0.0.8',
    '::1',
    '::ffff:7f00:1',
    '64:ff9b::a9fe:a9fe',
    '2002:7f00:1::1',
    '2001:0:53aa:64c::1',
    'fd00:ec2::254',
  ])('a name that resolves to %s', async (address) => {
    const before = host.dialled.length;
    expect(await reasonOf(read(URL_OF_DOCUMENT, { resolve: async () => [address] }))).toBe('address');
    expect(host.dialled).toHaveLength(before);
  });

  test.each([
    'https://127.0.0.1/client',
    'https://2130706433/client',
    'https://0x7f.1/client',
    'https://[::ffff:7f00:1]/client',
    'https://160.79.104.10/client',
    'http://app.test/client',
    'https://app.test:8443/client',
    'https://user@app.test/client',
    'file:///etc/passwd',
    'no url',
  ])('%s is not even resolved', async (url) => {
    const before = host.resolutions();
    expect(await reasonOf(read(url))).toBe('url');
    expect(host.resolutions()).toBe(before);
  });

  test('the usual resolver finds that localhost is here', async () => {
    const fetchDocument = createAddressGuard();
    expect(await fetchDocument('https://localhost/client')).toEqual({
      ok: false,
      error: { reason: 'address' },
    });
  });

  test('a name without an address', async () => {
    expect(await reasonOf(read(URL_OF_DOCUMENT, { resolve: async () => [] }))).toBe('address');
  });
});

describe('31: DNS rebinding', () => {
  test.each([
    ['first', ['127.0.0.1', PUBLIC_ADDRESS]],
    ['last', [PUBLIC_ADDRESS, '8.8.8.8', 'fe80::1']],
  ])('one private answer among public ones refuses them all: %s', async (_where, answers) => {
    const before = host.dialled.length;
    expect(await reasonOf(read(URL_OF_DOCUMENT, { resolve: async () => answers }))).toBe('address');
    expect(host.dialled).toHaveLength(before);
  });

  test('a name is resolved once: the answer that was looked at is the one connected to', async () => {
    const url = 'https://rebind.test/client';
    host.publish(url, { client_id: url });
    const answers = [[PUBLIC_ADDRESS], ['127.0.0.1']];
    let asked = 0;
    const answer = await read(url, { resolve: async () => answers[asked++] ?? [] });
    expect(answer.ok).toBe(true);
    expect(asked).toBe(1);
    expect(host.dialled.at(-1)).toBe(PUBLIC_ADDRESS);
  });

  test('a host that cannot show the certificate of the name is not asked', async () => {
    const before = host.asked.length;
    expect(await reasonOf(read('https://other.test/client'))).toBe('unreachable');
    expect(await reasonOf(createAddressGuard({ ...host.guard, ca: '' })(URL_OF_DOCUMENT))).toBe(
      'unreachable',
    );
    expect(host.asked).toHaveLength(before);
  });
});

describe('32: what answers cannot be made a burden or a detour', () => {
  test.each([301, 302, 303, 307, 308])('a %i is not followed', async (status) => {
    host.on(URL_OF_DOCUMENT, (_request, response) => {
      response.writeHead(status, { location: 'https://rebind.test/elsewhere' }).end();
    });
    const before = host.asked.length;
    expect(await read()).toEqual({ ok: false, error: { reason: 'status', status } });
    expect(host.asked).toHaveLength(before + 1);
  });

  test.each([201, 204, 304, 404, 500])('only 200 will do, not %i', async (status) => {
    host.on(URL_OF_DOCUMENT, (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end();
    });
    expect(await reasonOf(read())).toBe('status');
  });

  test.each(['text/html', 'text/plain; charset=utf-8', 'application/jsonp', ''])(
    'a body of type "%s" is not read',
    async (type) => {
      host.publish(URL_OF_DOCUMENT, DOCUMENT, { 'content-type': type });
      expect(await reasonOf(read())).toBe('not_json');
    },
  );

  test('a body that is no JSON is refused, whatever it says it is', async () => {
    host.publish(URL_OF_DOCUMENT, '{"client_id":');
    expect(await reasonOf(read())).toBe('not_json');
  });

  const bodyOf = (bytes: number) => JSON.stringify({ filler: 'x'.repeat(bytes - 13) });
  const gzip = (body: string) => ({ body: gzipSync(body), encoding: 'gzip' });
  const brotli = (body: string) => ({ body: brotliCompressSync(body), encoding: 'br' });
  const plain = (body: string) => ({ body: Buffer.from(body), encoding: 'identity' });

  test.each([
    ['plain', plain],
    ['gzip', gzip],
    ['brotli', brotli],
  ])('5 KiB are read and one byte more is not: %s', async (_how, encode) => {
    for (const [bytes, expected] of [
      [5120, 'read'],
      [5121, 'too_large'],
      [6144, 'too_large'],
      [2_000_000, 'too_large'],
    ] as const) {
      const { body, encoding } = encode(bodyOf(bytes));
      host.on(URL_OF_DOCUMENT, (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding });
        response.end(body);
      });
      expect(await reasonOf(read())).toBe(expected);
    }
  });

  test('headers without an end are refused', async () => {
    host.publish(URL_OF_DOCUMENT, DOCUMENT, { 'x-long': 'x'.repeat(9000) });
    expect(await reasonOf(read())).toBe('unreachable');
  });

  test('a body that drips is given up when the time is over, however lively it looks', async () => {
    const given = new Promise<void>((resolve) => {
      host.on(URL_OF_DOCUMENT, (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const dripping = setInterval(() => response.write(' '), 5);
        response.on('close', () => {
          clearInterval(dripping);
          resolve();
        });
      });
    });
    expect(await reasonOf(read(URL_OF_DOCUMENT, { deadlineMs: 2_000 }))).toBe('deadline');
    // The connection is given up with it.
    await given;
  });

  test('so are a resolver and a host that never answer', async () => {
    const resolve = () => new Promise<string[]>(() => {});
    expect(await reasonOf(read(URL_OF_DOCUMENT, { resolve, deadlineMs: 50 }))).toBe('deadline');
    host.on(URL_OF_DOCUMENT, () => {});
    expect(await reasonOf(read(URL_OF_DOCUMENT, { deadlineMs: 100 }))).toBe('deadline');
  });
});

test('what fails is told, not thrown: no such name, nobody there, a host that hangs up', async () => {
  const resolve = () => Promise.reject(new Error('ENOTFOUND'));
  expect(await reasonOf(read(URL_OF_DOCUMENT, { resolve }))).toBe('unreachable');

  const rude = createServer((socket) => socket.destroy());
  await new Promise<void>((listening) => rude.listen(0, '127.0.0.1', listening));
  const { port } = rude.address() as AddressInfo;
  const dial = () => connect({ host: '127.0.0.1', port });
  expect(await reasonOf(read(URL_OF_DOCUMENT, { dial }))).toBe('unreachable');
  await new Promise((closed) => rude.close(closed));
  expect(await reasonOf(read(URL_OF_DOCUMENT, { dial }))).toBe('unreachable');
});

test('an ETag is shown again, and an unchanged document is not sent again', async () => {
  host.on(URL_OF_DOCUMENT, (request, response) => {
    if (request.headers['if-none-match'] === '"7"') response.writeHead(304).end();
    else response.writeHead(500).end();
  });
  const answer = await createAddressGuard(host.guard)(URL_OF_DOCUMENT, { etag: '"7"' });
  expect(answer).toEqual({ ok: true, value: { body: undefined, etag: '"7"', maxAgeSeconds: undefined } });
});
