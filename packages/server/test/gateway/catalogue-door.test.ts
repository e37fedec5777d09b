import { readSnapshot, type CatalogueSnapshot } from '@latchkey/tools/stdio';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { importConnector } from '../../src/connectors/import-connector.ts';
import { bigDocument } from './support/big-document.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { startJoined } from './support/joined.ts';

const PATH = '/api/_catalogue';
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const file = { type: 'object', properties: { file: { type: 'string', format: 'binary' } } };

/** Operations of which some cannot go through the REST door as a tool's call does. */
const AWKWARD = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Awkward' },
  paths: {
    '/plain/{id}': { get: { operationId: 'get_plain', tags: ['Plain things'], parameters: [id] } },
    '/versioned': {
      get: {
        operationId: 'get_versioned',
        parameters: [{ name: 'Api-Version', in: 'header', required: true, schema: { const: '2026-01' } }],
      },
    },
    '/cookied': {
      get: {
        operationId: 'get_cookied',
        parameters: [{ name: 'flavour', in: 'cookie', schema: { type: 'string' } }],
      },
    },
    '/forwarded': {
      get: {
        operationId: 'get_forwarded',
        parameters: [{ name: 'X-Forwarded-For', in: 'header', schema: { type: 'string' } }],
      },
    },
    '/files': {
      post: {
        operationId: 'add_file',
        requestBody: { content: { 'multipart/form-data': { schema: file } } },
      },
    },
  },
});

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ connectorPaths: ['/api/ext/mcp'] });
  const publish = async (org: string, slug: string, document: string, options = {}) => {
    const { baseUrl } = harness.upstream;
    const orgId = harness.orgId(org);
    const imported = await importConnector(harness.store, {
      orgId,
      slug,
      name: slug,
      baseUrl,
      document,
      options,
    });
    if (!imported.ok) throw new Error(imported.error.message);
  };
  await publish('globex', 'launch', bigDocument({ title: 'Launch codes', groups: 1 }));
  await publish('acme', 'awkward', AWKWARD, { toolsets: { plain: ['tag:Plain things'] } });
});
afterAll(() => harness.close());

const get = (headers: Record<string, string>, query = '') => harness.send('GET', PATH + query, { headers });

async function snapshotFor(caller: ReturnType<Harness['caller']>, query = ''): Promise<CatalogueSnapshot> {
  const { json, status } = await get({ 'x-api-key': caller.secret }, query);
  expect(status).toBe(200);
  const read = readSnapshot(json);
  if (!read.ok) throw new Error(read.error);
  return read.value;
}
const namesIn = ({ tools }: CatalogueSnapshot): string[] => tools.map(({ name }) => name);

describe('the catalogue of a key is refused', () => {
  test.each([
    ['with nothing', () => ({}), 401],
    ['with one that there is not', () => ({ 'x-api-key': 'lk_test_nothing' }), 401],
    ['with an access token, which is for the MCP door', () => harness.caller({ kind: 'token' }).bearer, 401],
    [
      'with another credential beside it',
      () => ({ ...harness.caller().bearer, 'x-api-key': harness.caller().secret }),
      400,
    ],
  ])('without the key itself, %s', async (_, headers, status) => {
    const answer = await get(headers());
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain('snapshotVersion');
    expect(answer.headers['x-request-id']).toBe(answer.json.error.request_id);
    expect(answer.headers['latchkey-error']).toBe(answer.json.error.code);
  });

  test('to a key from the moment on in which it is revoked', async () => {
    const caller = harness.caller();
    expect((await get({ 'x-api-key': caller.secret })).status).toBe(200);
    caller.revoke();
    expect((await get({ 'x-api-key': caller.secret })).status).toBe(401);
  });

  test.each([
    ['of another organisation', '/mcp/globex'],
    ['of a connector of another organisation', '/mcp/globex/c/launch'],
    ['of an organisation that there is not', '/mcp/initech'],
    ['of a connector that there is not', '/mcp/acme/c/nothing'],
    ['of a toolset that there is not', '/mcp/acme/t/nothing'],
    ['that is no place of ours', '/etc/passwd'],
    ['that is empty', ''],
    ['that climbs', '/mcp/acme/../globex'],
    ['that is very long', `/mcp/${'a'.repeat(10_000)}`],
    ['that is a URL', 'https://elsewhere.example/mcp'],
  ])('at a place %s, in the same words', async (_, at) => {
    const { secret } = harness.caller({ org: 'acme' });
    const { json, status, text } = await get({ 'x-api-key': secret }, `?at=${encodeURIComponent(at)}`);
    expect([status, json.error.code]).toEqual([404, 'not_found']);
    expect(json.error.message).toBe('This key is offered no tools at this address.');
    expect(text).not.toMatch(/launch|globex/i);
  });

  test.each(['POST', 'PUT', 'DELETE'])('to %s', async (method) => {
    const headers = { 'x-api-key': harness.caller().secret };
    const answer = await harness.send(method, PATH, { headers });
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD']);
  });

  test('beyond the limit that its calls have', async () => {
    const small = await startHarness({ perKey: { limit: 2, windowSeconds: 3_600 } });
    onTestFinished(() => small.close());
    const headers = { 'x-api-key': small.caller().secret };
    const statuses: number[] = [];
    for (const path of [PATH, '/api/items/credits', PATH])
      statuses.push((await small.send('GET', path, { headers })).status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});

describe('the catalogue of a key', () => {
  test('has what it reaches and nothing else: of its organisation, by its access', async () => {
    const reader = await snapshotFor(harness.caller({ access: 'read' }));
    const writer = await snapshotFor(harness.caller({ access: 'full' }));
    expect(namesIn(writer)).toContain('create_item');
    expect(namesIn(reader)).toContain('list_items');
    expect(reader.tools.every(({ tool }) => tool.access === 'read')).toBe(true);
    for (const text of [JSON.stringify(reader), JSON.stringify(writer)])
      expect(text).not.toMatch(/launch|invoice/i);
    expect(JSON.stringify(reader)).not.toContain('create_item');
    expect([reader.access, writer.access]).toEqual(['read', 'full']);
  });

  test('is a viewer’s for a viewer, whatever the key says', async () => {
    const viewer = await snapshotFor(harness.caller({ access: 'full', role: 'viewer' }));
    expect(viewer.access).toBe('read');
    expect(namesIn(viewer)).not.toContain('create_item');
  });

  test('says neither where the API is nor what it is shown', async () => {
    const text = JSON.stringify(await snapshotFor(harness.caller()));
    expect(text).not.toContain(harness.upstream.baseUrl);
    expect(text).not.toMatch(/127\.0\.0\.1|"anonymous"|assertion/);
    expect(text).not.toMatch(/"security":\[[^\]]/);
  });

  test('is that of the place that is asked for', async () => {
    const caller = harness.caller();
    const all = namesIn(await snapshotFor(caller));
    expect(namesIn(await snapshotFor(caller, '?at=/mcp/acme'))).toEqual(all);
    expect(namesIn(await snapshotFor(caller, '?at=/mcp/acme/sse'))).toEqual(all);
    expect(namesIn(await snapshotFor(caller, '?at=/api/ext/mcp'))).toEqual(all);
    const awkward = namesIn(await snapshotFor(caller, '?at=/mcp/acme/c/awkward'));
    expect(awkward.sort()).toEqual([
      'add_file',
      'get_cookied',
      'get_forwarded',
      'get_plain',
      'get_versioned',
    ]);
    expect(namesIn(await snapshotFor(caller, '?at=/mcp/acme/t/plain'))).toEqual(['get_plain']);
  });

  test('names the REST door for what can be done there, and the MCP door for the rest', async () => {
    const { tools } = await snapshotFor(harness.caller(), '?at=/mcp/acme/c/awkward');
    expect(Object.fromEntries(tools.map(({ name, through }) => [name, through]))).toEqual({
      get_plain: 'api',
      get_versioned: 'api',
      get_cookied: 'mcp',
      get_forwarded: 'mcp',
      add_file: 'mcp',
    });
  });

  test('leads to a REST door that passes on the headers of one possible value', async () => {
    const headers = { 'x-api-key': harness.caller().secret, 'api-version': '2026-01' };
    expect((await harness.send('GET', '/api/awkward/versioned', { headers })).status).toBe(200);
    expect(harness.upstream.received.at(-1)?.headers['api-version']).toBe('2026-01');
  });

  test('is not sent again to who has it, and is as soon as it is another', async () => {
    const caller = harness.caller();
    const headers = { 'x-api-key': caller.secret };
    const first = await get(headers);
    const etag = String(first.headers['etag']);
    const again = await get({ ...headers, 'if-none-match': etag });
    expect([again.status, again.text, again.headers['etag']]).toEqual([304, '', etag]);
    expect(again.headers['content-length']).toBeUndefined();
    caller.setRole('viewer');
    const other = await get({ ...headers, 'if-none-match': etag });
    expect(other.status).toBe(200);
    expect(other.headers['etag']).not.toBe(etag);
    expect(first.headers['cache-control']).toBe('private, no-cache');
  });
});

describe('tools of MCP servers', () => {
  test('are in the catalogue without what is the server’s business, and called at the MCP door', async () => {
    const joined = await startJoined();
    onTestFinished(() => joined.close());
    const tool = { name: 'look', description: 'Looks.', annotations: { readOnlyHint: true } };
    const served = await joined.serve('spy', 'modern', [tool]);
    const headers = { 'x-api-key': joined.caller().secret };
    const { json, text } = await joined.send('GET', PATH, { headers });
    const read = readSnapshot(json);
    expect(read.ok && read.value.tools.find(({ name }) => name === 'look')).toMatchObject({
      connector: 'spy',
      through: 'mcp',
    });
    expect(text).not.toContain(served.url);
    // There the server's own words pass, whatever they are.
    const alone = await joined.send('GET', `${PATH}?at=/mcp/acme/c/spy`, { headers });
    expect([alone.status, alone.json.error.code]).toEqual([404, 'not_found']);
    expect(alone.json.error.message).toContain('relayed');
  });
});
