import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Credential } from '../../../src/upstreams/credentials/credential.ts';
import { startHarness, type Harness } from '../../gateway/support/harness.ts';

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

const SECRET = 'a-token-of-the-operator-1234567890';

async function give(credential: Credential, audience = harness.upstream.baseUrl): Promise<void> {
  await harness.vault.set({ connectorId: harness.connectorId, orgId: null, audience, credential });
}

const call = (name: string, args: Record<string, unknown>, headers: Record<string, string>) =>
  harness.rpc(
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } },
    { headers: { 'mcp-protocol-version': '2025-11-25', ...headers } },
  );

const KINDS: [Credential, { headers: Partial<Record<string, string>>; query: string }][] = [
  [
    { kind: 'bearer', token: SECRET },
    { headers: { authorization: `Bearer ${SECRET}` }, query: '' },
  ],
  [
    { kind: 'basic', username: 'crm', password: `${SECRET}é` },
    {
      headers: { authorization: `Basic ${Buffer.from(`crm:${SECRET}é`).toString('base64')}` },
      query: '',
    },
  ],
  [
    { kind: 'header', name: 'x-flavour', value: SECRET },
    { headers: { 'x-flavour': SECRET }, query: '' },
  ],
  [
    { kind: 'query', name: 'limit', value: `${SECRET}&x=1` },
    { headers: {}, query: `limit=${SECRET}%26x%3D1` },
  ],
  [{ kind: 'none' }, { headers: {}, query: '' }],
];

describe.each(KINDS)('an upstream that is asked with $kind', (credential, expected) => {
  beforeEach(() => give(credential));
  const isAt = (name: string) => name in expected.headers;

  test('gets it from a tool call, and nothing of the caller', async () => {
    const caller = harness.caller();
    const answer = await call('list_items', {}, caller.bearer);
    expect(answer.json.result.isError).toBeUndefined();
    const [received] = harness.upstream.received;
    expect(received?.headers).toMatchObject(expected.headers);
    expect(received?.url).toBe(`/v1/items${expected.query === '' ? '' : `?${expected.query}`}`);
    expect(received?.headers.authorization).toBe(expected.headers['authorization']);
    expect(JSON.stringify(received?.headers)).not.toContain(caller.secret);
  });

  test('gets it at the REST door, whatever the caller writes in its place', async () => {
    const caller = harness.caller();
    await harness.send('GET', '/api/items/items?limit=evil&li%6Dit=evil&a=1;limit=evil', {
      headers: { ...caller.bearer, 'x-flavour': 'evil' },
    });
    const [received] = harness.upstream.received;
    expect(received?.headers).toMatchObject(expected.headers);
    expect(received?.headers['x-flavour']).toBe(isAt('x-flavour') ? SECRET : 'evil');
    expect(received?.url).toBe(
      expected.query === ''
        ? '/v1/items?limit=evil&li%6Dit=evil&a=1;limit=evil'
        : `/v1/items?a=1&${expected.query}`,
    );
    expect(JSON.stringify(received?.headers)).not.toContain(caller.secret);
  });

  test('gets it from a tool call whose arguments name the same header or parameter', async () => {
    await call('list_items', { limit: 7, 'X-Flavour': 'evil' }, harness.caller().bearer);
    const [received] = harness.upstream.received;
    expect(received?.headers).toMatchObject(expected.headers);
    expect(received?.url).toBe(`/v1/items?${expected.query === '' ? 'limit=7' : expected.query}`);
    expect(received?.headers['x-flavour']).not.toBe(isAt('x-flavour') ? 'evil' : SECRET);
  });
});

test('a connector without a credential of its own shows a signed assertion of who is calling', async () => {
  await give({ kind: 'assertion' });
  await call('list_items', {}, harness.caller().bearer);
  expect(harness.upstream.received[0]?.headers.authorization).toMatch(/^Bearer assertion\.acme\./);
});

describe('a credential that the upstream sends back', () => {
  const echo = (status: number, contentType: string) =>
    harness.upstream.answer((request, res) => {
      const said = `${request.headers.authorization ?? ''} ${String(request.headers['x-key'])} ${request.url}`;
      const body = contentType.includes('json') ? JSON.stringify({ message: said, token: said }) : said;
      res.writeHead(status, {
        'content-type': contentType,
        location: `/x?k=${encodeURIComponent(said)}`,
        'x-echo': said,
      });
      // In two pieces, cut in the middle of whatever is in there.
      res.write(body.slice(0, 30));
      setImmediate(() => res.end(body.slice(30)));
    });

  test.each([
    ['bearer', { kind: 'bearer', token: SECRET }],
    ['basic', { kind: 'basic', username: 'crm', password: SECRET }],
    ['header', { kind: 'header', name: 'x-key', value: `${SECRET}"quoted/` }],
    ['query', { kind: 'query', name: 'key', value: `${SECRET} with spaces` }],
  ] satisfies [string, Credential][])(
    '%s is covered in answers and refusals, at both doors',
    async (_, credential) => {
      await give(credential);
      const basic = Buffer.from(`crm:${SECRET}`).toString('base64');
      for (const status of [200, 400, 500]) {
        for (const contentType of ['application/json', 'text/plain']) {
          echo(status, contentType);
          const caller = harness.caller();
          const tool = await call('list_items', {}, caller.bearer);
          const rest = await harness.send('GET', '/api/items/items', {
            headers: { ...caller.bearer, 'accept-encoding': 'gzip' },
          });
          expect(harness.upstream.received.at(-1)?.headers['accept-encoding']).toBe('identity');
          const seen = `${tool.text} ${rest.text} ${JSON.stringify(rest.headers)}`;
          expect(seen).toContain('***');
          expect(seen).not.toContain(SECRET);
          expect(seen).not.toContain(basic);
        }
      }
    },
  );
});

test('a credential is sent to no other origin than the one that it was set for', async () => {
  await give({ kind: 'bearer', token: SECRET }, 'https://elsewhere.example/v1');
  const caller = harness.caller();
  const tool = await call('list_items', {}, caller.bearer);
  expect(tool.json.result).toMatchObject({
    isError: true,
    structuredContent: { code: 'credential_unavailable', status: 503 },
  });
  const rest = await harness.send('GET', '/api/items/items', { headers: caller.bearer });
  expect(rest.json.error).toMatchObject({ code: 'credential_unavailable' });
  expect(harness.upstream.received).toEqual([]);
});

test('what is stored of a credential opens for no other connector and is in no row, log or audit entry', async () => {
  await give({ kind: 'basic', username: 'crm', password: SECRET });
  const { rows } = await harness.store.pool.query<{ row: string; sealed: string }>(
    'select row_to_json(t)::text as row, sealed from connector_credentials t',
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]?.row).toContain('"settings":{"username": "crm"}');
  expect(rows[0]?.row).not.toContain(SECRET);
  const audit = await harness.store.pool.query<{ row: string }>(
    `select row_to_json(t)::text as row from audit_events t where action = 'connector.credential_set'`,
  );
  expect(audit.rows.length).toBeGreaterThan(0);
  expect(JSON.stringify(audit.rows)).not.toContain(SECRET);
  expect(harness.logged.join('\n')).not.toContain(SECRET);

  const [{ id } = { id: '' }] = (
    await harness.store.pool.query<{ id: string }>(
      `insert into connectors (id, org_id, slug, name, base_url, catalogue_hash)
       select 'con_other', null, 'other', 'Other', base_url, catalogue_hash from connectors limit 1 returning id`,
    )
  ).rows;
  await harness.store.pool.query(
    `insert into connector_credentials select $1, kind, origin, settings, sealed from connector_credentials limit 1`,
    [id],
  );
  await expect(harness.vault.find('con_other' as typeof harness.connectorId)).rejects.toThrow(
    'LATCHKEY_SECRET',
  );
  await harness.store.pool.query('delete from connectors where id = $1', [id]);
});

test('the same credential set again changes nothing', async () => {
  await give({ kind: 'bearer', token: SECRET });
  const sealed = async () =>
    (await harness.store.pool.query<{ sealed: string }>('select sealed from connector_credentials')).rows;
  const before = await sealed();
  await give({ kind: 'bearer', token: SECRET });
  expect(await sealed()).toEqual(before);
});
