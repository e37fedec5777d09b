import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepHouse } from '../src/grants/sweep.ts';
import type { ClientId, OrganisationId } from '../src/kernel/ids.ts';
import { silentLog } from '../src/kernel/log.ts';
import { createStore, type Store } from '../src/store/store.ts';
import { createTestStore } from './support/database.ts';

// That nothing that is asked all the time, or by itself every so often, reads a table from its beginning to its end:
// `npm run bench:growth` says what it costs in a database that is really large.

let database: Awaited<ReturnType<typeof createTestStore>>;
beforeAll(async () => {
  database = await createTestStore();
  await fill();
});
afterAll(() => database.close());

const ORGANISATIONS = 100;
const ROWS = 20_000;
const CLIENTS = 5000;
const ORGANISATION = 'org_7' as OrganisationId;
const BIG = ['audit_events', 'grants', 'keys', 'refresh_tokens', 'usage_hours'];

/** The same number of rows in each big table, of each organisation as many as of any other. */
async function fill(): Promise<void> {
  for (const statement of [
    `insert into users (id, name, email) select 'usr_' || i, 'P', 'p' || i || '@growth.test' from generate_series(0, ${ORGANISATIONS - 1}) i`,
    `insert into organisation_slugs (slug, org_id) select 'org-' || i, 'org_' || i from generate_series(0, ${ORGANISATIONS - 1}) i`,
    `insert into organisations (id, slug, name) select 'org_' || i, 'org-' || i, 'O' from generate_series(0, ${ORGANISATIONS - 1}) i`,
    `insert into memberships (org_id, user_id, role) select 'org_' || i, 'usr_' || i, 'owner' from generate_series(0, ${ORGANISATIONS - 1}) i`,
    `insert into clients (id, kind, name, redirect_uris, auth_method) select 'cli_' || i, 'dynamic', 'A', '[]', 'none' from generate_series(0, ${CLIENTS - 1}) i`,
    `insert into grants (id, org_id, user_id, client_id, access, resource, destination, token_mode, expires_at)
     select 'grt_' || i, 'org_' || i % ${ORGANISATIONS}, 'usr_' || i % ${ORGANISATIONS}, 'cli_' || i % ${CLIENTS}, 'full', 'http://x/mcp', 'x', 'token',
            now() + interval '30 days' from generate_series(0, ${ROWS - 1}) i`,
    `insert into refresh_tokens (token_hash, org_id, grant_id, expires_at)
     select 'hash' || i, 'org_' || i % ${ORGANISATIONS}, 'grt_' || i, now() + interval '30 days' from generate_series(0, ${ROWS - 1}) i`,
    `insert into keys (id, org_id, name, access, user_id, secret_hash, grant_id)
     select 'key_' || i, 'org_' || i % ${ORGANISATIONS}, 'K', 'full', 'usr_' || i % ${ORGANISATIONS}, 'hash' || i,
            case when i % 2 = 0 then 'grt_' || i end from generate_series(0, ${ROWS - 1}) i`,
    `insert into audit_events (org_id, at, phase, action, actor_kind, key_id, target, request_id, outcome, status, duration_ms, detail)
     select 'org_' || i % ${ORGANISATIONS}, now() - interval '3 hours', case when i % 50 = 0 then 'intent' else 'event' end, 'tool.call', 'user',
            'key_' || i, 'tool', 'req_' || i, 'ok', 200, 1, '{"connector": "x"}' from generate_series(0, ${ROWS - 1}) i`,
    `insert into usage_hours (org_id, hour, action, connector, tool, client_id, key_id, actor_kind, actor_id, calls, refused, limited,
       client_errors, server_errors, failed, durations)
     select 'org_' || i % ${ORGANISATIONS}, date_trunc('hour', now(), 'UTC') - i / ${ORGANISATIONS} * interval '1 hour', 'tool.call', 'x', 'tool', '', '', 'user', '',
            1, 0, 0, 0, 0, 0, '{1}' from generate_series(0, ${ROWS - 1}) i`,
    'analyze',
  ])
    await database.store.pool.query(statement);
}

/** Which of the big tables were read whole meanwhile. What a connection did is counted when it has ended. */
async function readWholeBy(work: (store: Store) => Promise<unknown>): Promise<string[]> {
  const scans = async () => {
    const { rows } = await database.store.pool.query<{ relname: string; seq_scan: string }>(
      'select relname, seq_scan from pg_stat_user_tables where relname = any($1)',
      [BIG],
    );
    return new Map(rows.map(({ relname, seq_scan }) => [relname, Number(seq_scan)]));
  };
  const before = await scans();
  const store = createStore(database.url, silentLog);
  await work(store);
  await store.close();
  await allEnded();
  const after = await scans();
  return BIG.filter((table) => after.get(table) !== before.get(table));
}

/** The others of this database, which end a moment after they were told to. */
async function allEnded(): Promise<void> {
  await expect
    .poll(async () => {
      const { rows } = await database.store.pool.query<{ others: number }>(
        `select count(*)::int as others from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
      );
      return rows[0]?.others;
    })
    .toBe(0);
}

const NOW = new Date();
const FILTER = { orgId: ORGANISATION, now: NOW };
const SINCE = new Date(NOW.getTime() - 86_400_000);

test('a table that is read whole is seen', async () => {
  expect(await readWholeBy((store) => store.pool.query('select count(name) from keys'))).toEqual(['keys']);
});

test.each<[string, (store: Store) => Promise<unknown>]>([
  ['the first call of a key', (store) => store.keys.findHolder('hash77')],
  ['the last use of keys', (store) => store.keys.touch(new Map([['key_77' as never, Date.now()]]))],
  ['a refresh token', (store) => store.tokens.findRefresh('hash77')],
  ['room for a client', (store) => store.clients.countUnconfirmed(10_000)],
  ['a client of many', (store) => store.clients.find('cli_7' as ClientId)],
  ['a page of keys', (store) => store.keys.page(FILTER, { sort: 'created', after: undefined, limit: 100 })],
  ['how many keys there are', (store) => store.keys.counts(FILTER)],
  ['a page of connections', (store) => store.connections.list({ ...FILTER, sort: 'created', limit: 100 })],
  [
    'how many connections there are',
    (store) => store.connections.count({ ...FILTER, sort: 'created', limit: 1 }),
  ],
  [
    'a page of the audit log',
    (store) =>
      store.auditSearch.search(ORGANISATION, {}, { atLeast: 0, below: 15_000, limit: 50, look: 20_000 }),
  ],
  ['where a time begins in it', (store) => store.auditSearch.firstIdAt(ORGANISATION, SINCE)],
  ['usage', (store) => store.usageHours.totals({ orgId: ORGANISATION, from: SINCE, to: NOW })],
  [
    'the home page',
    (store) =>
      store.overview.of(ORGANISATION, undefined, { now: NOW, unusedSince: SINCE, expiringBefore: NOW }),
  ],
  ['sealing what is new', (store) => store.auditTrail.seal(ROWS - 100, ROWS)],
  ['counting what is new', (store) => store.usageHours.count(ROWS - 100, ROWS)],
  ['calls that nothing came of', (store) => store.auditIntents.closeAsUnknown(ROWS - 200, ROWS - 100)],
  ['answers to refreshes that may be forgotten', (store) => store.grants.wipeReplays()],
  ['grants that are long over', (store) => store.grants.deleteLongExpired()],
  ['hours that are long past', (store) => store.usageHours.deleteOlderThan(400 * 86_400)],
])('%s: no big table is read whole', async (_what, work) => {
  expect(await readWholeBy(work)).toEqual([]);
});

/** How many rows of a table were read meanwhile, by whatever way. */
async function rowsReadBy(table: string, work: (store: Store) => Promise<unknown>): Promise<number> {
  const read = async () => {
    const { rows } = await database.store.pool.query<{ read: string }>(
      'select seq_tup_read + coalesce(idx_tup_fetch, 0) as read from pg_stat_user_tables where relname = $1',
      [table],
    );
    return Number(rows[0]?.read);
  };
  const before = await read();
  const store = createStore(database.url, silentLog);
  await work(store);
  await store.close();
  await allEnded();
  return (await read()) - before;
}

test('how far a search went is known from the rows that it looked at', async () => {
  const place = { atLeast: 0, below: Number.MAX_SAFE_INTEGER, look: 10 };
  const read = await rowsReadBy('audit_events', (store) => store.auditSearch.lastOf(ORGANISATION, place));
  expect(read).toBeGreaterThanOrEqual(place.look);
  expect(read).toBeLessThan(2 * place.look);
});

test('a page of connections looks at no more clients than it shows', async () => {
  const limit = 20;
  for (const sort of ['created', 'used'] as const) {
    const read = await rowsReadBy('clients', async (store) => {
      expect(await store.connections.list({ ...FILTER, sort, limit })).toHaveLength(limit);
    });
    expect(read).toBeGreaterThanOrEqual(limit);
    expect(read).toBeLessThan(2 * limit);
  }
});

test('housekeeping reads no big table whole', async () => {
  expect(await readWholeBy(keepHouse)).toEqual([]);
});
