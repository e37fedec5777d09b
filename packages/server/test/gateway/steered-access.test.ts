import { compileCatalogue } from '@latchkey/tools';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { importConnector } from '../../src/connectors/import-connector.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { call, toolCall } from './support/messages.ts';

// What the operator and the author say of access is what is enforced, at both doors.

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1' },
  paths: {
    '/orders/search': { post: { operationId: 'searchOrders' } },
    '/orders': { post: { operationId: 'addOrder' } },
    '/mail/send': { get: { operationId: 'sendMail' } },
    '/mail/purge': {
      get: { operationId: 'purgeMail', parameters: [{ name: 'x', in: 'moon', required: true }] },
    },
    '/notes': { post: { operationId: 'addNote', 'x-mcp': { destructive: false } } },
    '/elsewhere': { get: { operationId: 'elsewhere', servers: [{ url: '/v9' }] } },
    '/secret': { get: { operationId: 'secret' } },
  },
};

const OVERLAY = {
  overlay: '1.0.0',
  info: { title: 'Access', version: '1' },
  actions: [{ target: "$.paths['/orders/search'].post", update: { 'x-mcp': { access: 'read' } } }],
};

const AT = '/mcp/acme/c/shop';
let harness: Harness;
let reader: ReturnType<Harness['caller']>;
let writer: ReturnType<Harness['caller']>;

beforeAll(async () => {
  harness = await startHarness();
  const imported = await importConnector(harness.store, {
    orgId: harness.orgId('acme'),
    slug: 'shop',
    name: 'Shop',
    baseUrl: harness.upstream.baseUrl,
    document: JSON.stringify(DOCUMENT),
    options: {
      overlay: JSON.stringify(OVERLAY),
      access: { sendMail: 'full', purgeMail: 'full' },
      exclude: ['/secret'],
    },
    compile: compileCatalogue,
  });
  if (!imported.ok) throw new Error(imported.error.message);
  reader = harness.caller({ access: 'read' });
  writer = harness.caller();
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.upstream.received.length = 0;
});

const rpc = (caller: typeof reader, message: unknown) =>
  harness.rpc(message, { path: AT, headers: { ...caller.bearer, 'mcp-protocol-version': '2025-06-18' } });
const toolsFor = async (caller: typeof reader) => {
  const { json } = await rpc(caller, call('tools/list'));
  const tools = json.result.tools as { name: string; annotations: Record<string, unknown> }[];
  return new Map(tools.map(({ annotations, name }) => [name, annotations]));
};

test('a POST that is a read by overlay is listed, hinted and called with read-only access', async () => {
  const listed = await toolsFor(reader);
  expect([...listed.keys()]).toEqual(['elsewhere', 'search_orders']);
  expect(listed.get('search_orders')).toMatchObject({ readOnlyHint: true });
  expect((await rpc(reader, toolCall('search_orders'))).json.result.isError).toBeUndefined();
  const answer = await harness.send('POST', '/api/shop/orders/search', { headers: reader.bearer });
  expect(answer.status).toBe(200);
  expect(harness.upstream.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST /v1/orders/search',
    'POST /v1/orders/search',
  ]);
});

test.each(['/api/shop/mail/send', '/api/shop/mail/purge'])(
  'a GET that the operator calls a write is refused to read-only access: %s',
  async (path) => {
    for (const method of ['GET', 'HEAD']) {
      expect((await harness.send(method, path, { headers: reader.bearer })).status).toBe(403);
    }
    expect(harness.upstream.received).toEqual([]);
    expect((await harness.send('GET', path, { headers: writer.bearer })).status).toBe(200);
  },
);

test('a tool that only adds says so, and takes full access all the same', async () => {
  expect((await toolsFor(writer)).get('add_note')).toMatchObject({ destructiveHint: false });
  expect((await toolsFor(writer)).get('add_order')).toMatchObject({ destructiveHint: true });
  expect((await rpc(reader, toolCall('add_note'))).json.result.isError).toBe(true);
  expect(harness.upstream.received).toEqual([]);
});

test('an operation with a relative server goes there, on the host of the connector, at both doors', async () => {
  await rpc(reader, toolCall('elsewhere'));
  await harness.send('GET', '/api/shop/elsewhere', { headers: reader.bearer });
  expect(harness.upstream.received.map(({ url }) => url)).toEqual(['/v9/elsewhere', '/v9/elsewhere']);
});

test('what is excluded is at neither door', async () => {
  expect((await toolsFor(writer)).has('secret')).toBe(false);
  expect((await rpc(writer, toolCall('secret'))).json.result.isError).toBe(true);
  expect((await harness.send('GET', '/api/shop/secret', { headers: writer.bearer })).status).toBe(404);
  expect(harness.upstream.received).toEqual([]);
});
