import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDocumentHost, type DocumentHost } from '../client-documents/support/document-host.ts';
import { startDemo, type RunningDemo } from '../support/app.ts';
import { connect, rpc } from '../support/oauth-client.ts';

// What an organisation's admin imports may have operations on hosts of their own.
const TOKEN = 'a-token-that-nobody-is-shown';
let demo: RunningDemo;
let internet: DocumentHost;
let cookie: string;

beforeAll(async () => {
  internet = await startDocumentHost(['api.test', 'elsewhere.test']);
  for (const url of ['https://api.test/v1/orders', 'https://elsewhere.test/parts'])
    internet.on(url, (_request, response) => response.writeHead(200).end('{}'));
  demo = await startDemo({ addressGuard: internet.guard });
  const connection = await connect(demo.url, { email: 'owner@acme.test', access: 'full', path: '/mcp/acme' });
  cookie = connection.person.cookieHeader();
});
afterAll(async () => {
  await demo.close();
  await internet.close();
});

async function send(method: string, path: string, body?: object | string) {
  const response = await fetch(`${demo.url}/portal/v1/organisations/acme${path}`, {
    method,
    headers: {
      cookie,
      origin: demo.url,
      'content-type': typeof body === 'string' ? 'application/octet-stream' : 'application/json',
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  expect([response.status < 300, text]).toEqual([true, text]);
  return JSON.parse(text) as Record<string, unknown> & { id: string; state: string; revision: number };
}

async function settled(id: string) {
  let view: Awaited<ReturnType<typeof send>> | undefined;
  await expect
    .poll(async () => (view = await send('GET', `/imports/${id}`)).state, { timeout: 60_000, interval: 100 })
    .toBe('ready');
  if (view === undefined) throw new Error('there is no import');
  return view;
}

/** Publishes two operations, one on a host of its own that an admin allowed. */
async function publish(slug: string, credential: object): Promise<void> {
  const document = {
    openapi: '3.1.0',
    info: { title: slug, version: '1' },
    servers: [{ url: 'https://api.test/v1' }],
    paths: {
      '/orders': { get: { operationId: 'listOrders', responses: {} } },
      '/parts': {
        get: { operationId: 'listParts', servers: [{ url: 'https://elsewhere.test' }], responses: {} },
      },
    },
  };
  const { id } = await send('POST', '/imports/upload', JSON.stringify(document));
  let view = await settled(id);
  const settings = { ...(view['settings'] as object), slug, server_hosts: ['elsewhere.test'] };
  await send('PUT', `/imports/${id}/settings`, { revision: view.revision, settings });
  view = await settled(id);
  await send('PUT', `/imports/${id}/credential`, { revision: view.revision, credential });
  view = await settled(id);
  for (const operation of ['GET /orders', 'GET /parts'])
    await send('POST', `/imports/${id}/test`, { operation });
  await send('POST', `/imports/${id}/publish`, { content_hash: view['content_hash'], base_version: null });
  for (const operation of ['GET /orders', 'GET /parts'])
    await send('POST', `/connectors/${slug}/test`, { operation });
}

/** As whoever has a key calls the API, and as an app calls its tools. */
async function callAll(slug: string): Promise<void> {
  const key = await send('POST', '/keys', { name: slug, access: 'full', expires_in_days: 7 });
  const headers = { 'x-api-key': String(key['secret']) };
  for (const path of ['orders', 'parts']) await fetch(`${demo.url}/api/${slug}/${path}`, { headers });
  for (const name of ['list_orders', 'list_parts'])
    await rpc(`${demo.url}/mcp/acme/c/${slug}`, headers, 'tools/call', { name, arguments: {} });
}

function shownAt(host: string): unknown[] {
  return internet.asked
    .filter(({ url }) => url.startsWith(`https://${host}/`))
    .map(({ headers }) => headers.authorization);
}

test('a credential goes to the address that it was given for, and to no other host that a document names', async () => {
  internet.asked.length = 0;
  await publish('shop', { kind: 'bearer', token: TOKEN });
  await callAll('shop');
  expect(shownAt('api.test')).toEqual(Array.from({ length: 4 }, () => `Bearer ${TOKEN}`));
  expect(shownAt('elsewhere.test')).toEqual([]);
});

test('who is calling is said to another host in a word that is good there alone', async () => {
  internet.asked.length = 0;
  await publish('store', { kind: 'assertion' });
  await callAll('store');
  const audiences = (host: string) =>
    shownAt(host).map((shown) => {
      const [, payload = ''] = String(shown).split('.');
      return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { aud: string }).aud;
    });
  expect(audiences('api.test')).toEqual(Array.from({ length: 4 }, () => 'https://api.test/v1'));
  expect(audiences('elsewhere.test')).toEqual(Array.from({ length: 4 }, () => 'https://elsewhere.test'));
});
