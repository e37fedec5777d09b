import { compileCatalogue } from '@latchkey/tools';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { importConnector } from '../../src/connectors/import-connector.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { call, toolCall } from './support/messages.ts';

// A document is published again with other operationIds: what clients and people call its tools goes on working.

const DAY_MS = 24 * 60 * 60 * 1_000;
const JUNE = { 'mcp-protocol-version': '2025-06-18' };

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.upstream.received.length = 0;
  harness.upstream.answer((_, res) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  });
});

interface Publication {
  readonly slug: string;
  readonly org?: string;
  readonly days?: number;
  readonly mode?: 'full' | 'search';
}

/** By operationId: `METHOD /path`. */
async function publish(
  { days = 0, mode = 'full', org = 'acme', slug }: Publication,
  operations: Readonly<Record<string, string>>,
) {
  const paths: Record<string, object> = {};
  for (const [operationId, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = operation.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: { operationId, responses: {} } };
  }
  const clock: Clock = { nowMs: () => Date.UTC(2026, 0, 1) + days * DAY_MS };
  const document = JSON.stringify({ openapi: '3.1.0', info: { title: slug, version: '1' }, paths });
  const source = {
    orgId: harness.orgId(org),
    slug,
    name: slug,
    baseUrl: new URL(harness.upstream.baseUrl).origin,
    document,
    options: { mode },
    compile: compileCatalogue,
  };
  const imported = await importConnector(harness.store, source, clock);
  if (!imported.ok) throw new Error(imported.error.message);
  harness.catalogues.invalidate('*');
}

type Caller = ReturnType<Harness['caller']>;
const rpc = (caller: Caller, message: unknown, path: string) =>
  harness.rpc(message, { path, headers: { ...caller.bearer, ...JUNE } });
const callAt = async (caller: Caller, path: string, name: string, args: unknown = {}) => {
  harness.upstream.received.length = 0;
  const { json } = await rpc(caller, toolCall(name, args), path);
  const [sent] = harness.upstream.received;
  return json.result.isError === true ? 'refused' : `${sent?.method} ${sent?.url}`;
};
const namesAt = async (caller: Caller, path: string): Promise<string[]> =>
  (await rpc(caller, call('tools/list'), path)).json.result.tools.map(({ name }: { name: string }) => name);

test('a former name is accepted and not listed, and the audit trail names the tool as it is called now', async () => {
  const at = '/mcp/acme/c/shop';
  await publish({ slug: 'shop' }, { getOrder: 'GET /orders', dropOrder: 'DELETE /orders' });
  await publish({ slug: 'shop' }, { fetchOrder: 'GET /orders', removeOrder: 'DELETE /orders' });
  const caller = harness.caller();
  expect(await namesAt(caller, at)).toEqual(['fetch_order', 'remove_order']);
  expect(await callAt(caller, at, 'fetch_order')).toBe('GET /orders');
  expect(await callAt(caller, at, 'get_order')).toBe('GET /orders');
  expect(await callAt(caller, at, 'drop_order')).toBe('DELETE /orders');
  const rows = (await harness.auditOf('acme')).filter((row) => row.keyId === caller.credential.keyId);
  const targets = new Set(rows.map(({ target }) => target));
  expect(targets).toContain('remove_order');
  expect(targets).not.toContain('drop_order');
});

test('a former name gives no access that the tool does not', async () => {
  const reader = harness.caller({ access: 'read' });
  expect(await callAt(reader, '/mcp/acme/c/shop', 'drop_order')).toBe('refused');
  expect(harness.upstream.received).toEqual([]);
});

test('after 90 days the next publication gives the former name up', async () => {
  const at = '/mcp/acme/c/terms';
  const caller = harness.caller();
  await publish({ slug: 'terms' }, { one: 'GET /a' });
  await publish({ slug: 'terms', days: 1 }, { two: 'GET /a' });
  await publish({ slug: 'terms', days: 90 }, { two: 'GET /a' });
  expect(await callAt(caller, at, 'one')).toBe('GET /a');
  await publish({ slug: 'terms', days: 93 }, { two: 'GET /a' });
  expect(await callAt(caller, at, 'one')).toBe('refused');
  expect(await callAt(caller, at, 'two')).toBe('GET /a');
});

test('a former name never leads to another operation that asks for it', async () => {
  const at = '/mcp/acme/c/swap';
  const caller = harness.caller();
  await publish({ slug: 'swap' }, { getA: 'GET /a', getB: 'GET /b' });
  await publish({ slug: 'swap' }, { getB: 'GET /a', getC: 'GET /b' });
  expect(await callAt(caller, at, 'get_a')).toBe('GET /a');
  expect(await callAt(caller, at, 'get_b')).toBe('GET /b');
  expect(await callAt(caller, at, 'get_c')).toBe('GET /b');
});

test('where tools are offered by search a former name is described and called as the tool of now', async () => {
  const at = '/mcp/acme/c/found';
  const caller = harness.caller();
  await publish({ slug: 'found', mode: 'search' }, { getThing: 'GET /things' });
  await publish({ slug: 'found', mode: 'search' }, { fetchThing: 'GET /things' });
  const described = await rpc(caller, toolCall('describe_tools', { names: ['get_thing'] }), at);
  expect(JSON.parse(described.json.result.content[0].text).tools).toMatchObject([{ name: 'fetch_thing' }]);
  const args = { name: 'get_thing', arguments: {} };
  expect(await callAt(caller, at, 'call_read_tool', args)).toBe('GET /things');
});

test('with several connectors a name is known with its connector too, and one that two had means neither', async () => {
  const at = '/mcp/globex';
  const caller = harness.caller({ org: 'globex' });
  await publish({ org: 'globex', slug: 'crm' }, { getUser: 'GET /crm' });
  expect(await callAt(caller, at, 'get_user')).toBe('GET /crm');
  expect(await callAt(caller, at, 'crm_get_user')).toBe('GET /crm');
  await publish({ org: 'globex', slug: 'ads' }, { getUser: 'GET /ads' });
  expect(await callAt(caller, at, 'crm_get_user')).toBe('GET /crm');
  expect(await callAt(caller, at, 'get_user')).toBe('refused');
  await publish({ org: 'globex', slug: 'crm' }, { fetchUser: 'GET /crm' });
  expect(await namesAt(caller, at)).toEqual(expect.arrayContaining(['fetch_user', 'get_user']));
  expect(await callAt(caller, at, 'crm_get_user')).toBe('GET /crm');
  expect(await callAt(caller, at, 'ads_get_user')).toBe('GET /ads');
  expect(await callAt(caller, at, 'get_user')).toBe('GET /ads');
});

test('names that somebody gave while we compiled are not lost', async () => {
  const at = '/mcp/acme/c/race';
  const caller = harness.caller();
  const document = (operationId: string) =>
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'Race', version: '1' },
      paths: { '/race': { get: { operationId } } },
    });
  const source = {
    orgId: harness.orgId('acme'),
    slug: 'race',
    name: 'race',
    baseUrl: new URL(harness.upstream.baseUrl).origin,
    compile: compileCatalogue,
  };
  await importConnector(harness.store, { ...source, document: document('first') });
  let interrupted = 0;
  const slow = await importConnector(harness.store, {
    ...source,
    document: document('third'),
    async compile(text, options) {
      interrupted += 1;
      if (interrupted === 1)
        await importConnector(harness.store, { ...source, document: document('second') });
      return compileCatalogue(text, options);
    },
  });
  expect(slow.ok).toBe(true);
  expect(interrupted).toBe(2);
  harness.catalogues.invalidate('*');
  for (const name of ['first', 'second', 'third']) expect(await callAt(caller, at, name)).toBe('GET /race');
});
