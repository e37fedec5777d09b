import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../src/kernel/log.ts';
import { createPool } from '../../src/store/database.ts';
import { migrateDatabase } from '../../src/store/migrate.ts';
import { startDemo, type RunningDemo } from '../support/app.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { connect } from '../support/oauth-client.ts';
import { contentOf, dump, load, shapeOf, tablesOf, withClient } from './support/archives.ts';

const run = promisify(execFile);

let demo: RunningDemo;
beforeAll(async () => {
  demo = await startDemo();
  await connect(demo.url, { email: 'owner@acme.test', access: 'full', path: '/mcp/acme' });
});
afterAll(async () => {
  await demo.close();
});

let folder: string;
let path: string;
const databases: TestDatabase[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-backup-'));
  path = join(folder, 'backup.tar');
});
afterEach(async () => {
  await Promise.all(databases.splice(0).map((database) => database.drop()));
  await rm(folder, { recursive: true, force: true });
});

async function empty(): Promise<string> {
  const database = await createEmptyDatabase();
  databases.push(database);
  return database.url;
}

async function migrated(): Promise<string> {
  const database = await createTestDatabase();
  databases.push(database);
  return database.url;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

test('every table of the database is in a backup, or left out for a reason that is named here', async () => {
  const leftOut: Record<string, string> = {
    'drizzle.__drizzle_migrations': 'the steps are in the manifest, and taken anew',
    'reelport.accounts': 'the demo API, which would be a service of its own',
    'reelport.bundles': 'the same',
    'reelport.daily_numbers': 'the same',
    'reelport.ledger': 'the same',
    'reelport.media': 'the same',
    'reelport.organisations': 'the same',
    'reelport.webhooks': 'the same',
  };
  const dumped = await dump(demo.databaseUrl, path);
  const inIt = dumped.manifest.tables.map(({ name }) => `public.${name}`);
  const there = await withClient(demo.databaseUrl, tablesOf);
  expect([...inIt, ...Object.keys(leftOut)].toSorted(byText)).toEqual(there.toSorted(byText));
  expect(dumped.leftOut.every((table) => table in leftOut)).toBe(true);
});

test('what comes back is what was there: rows, columns, references, indexes, and the next number', async () => {
  await dump(demo.databaseUrl, path);
  const first = await empty();
  await load(first, path);
  // The service goes on writing: of what it leaves alone now, all is the same.
  const [served, was] = [await contentOf(demo.databaseUrl), await contentOf(first)];
  for (const table of [
    'users',
    'credentials',
    'organisations',
    'grants',
    'keys',
    'refresh_tokens',
    'catalogues',
  ]) {
    expect(was[`public.${table}`]?.length).toBeGreaterThan(0);
    expect(was[`public.${table}`]).toEqual(served[`public.${table}`]);
  }
  // And nobody writes here.
  const again = join(folder, 'again.tar');
  await dump(first, again);
  const url = await empty();
  await load(url, again);
  const is = await contentOf(url);
  expect(Object.keys(is).length).toBeGreaterThan(40);
  expect(is).toEqual(was);
  expect(await shapeOf(url)).toEqual(await shapeOf(await migrated()));
  await withClient(url, async (client) => {
    const insert = 'insert into changes (kind, subject) values ($1, $2) returning id';
    const { rows } = await client.query<{ id: string }>(insert, ['key', 'x']);
    const { rows: before } = await client.query<{ max: string }>(
      'select max(id) from changes where id < $1',
      [rows[0]?.id],
    );
    expect(Number(rows[0]?.id)).toBeGreaterThan(Number(before[0]?.max));
  });
});

test('values that text could get wrong come back bit by bit', async () => {
  const from = await migrated();
  const awkward = 'tab\there, line\nbreak, \\N, \\., back\\slash, "quotes", é, 𝕏, \u0001, \u2028';
  await withClient(from, async (client) => {
    // In a database whose own settings are others than ours.
    await client.query(`
      do $$ begin
        execute format('alter database %I set datestyle = ''German''', current_database());
        execute format('alter database %I set timezone = ''Asia/Kathmandu''', current_database());
        execute format('alter database %I set bytea_output = ''escape''', current_database());
      end $$`);
    await client.query('insert into users (id, name, email, created_at) values ($1, $2, $3, $4)', [
      'usr_awkward',
      awkward,
      '\\N',
      '2026-03-29 01:59:59.999999+00',
    ]);
    await client.query('insert into users (id, name, email) values ($1, $2, $3)', ['usr_empty', '', '']);
    await client.query(
      `insert into audit_blocks (chain, seq, first_id, last_id, rows, ids, leaves, content_hash, hash)
       values ($1, $2, 1, 2, 2, '{1,2}', $3, $4, '\\x')`,
      ['', '9007199254740993', Buffer.from([0, 92, 10, 255]), Buffer.from('\\.\n')],
    );
    await client.query(
      `insert into audit_events (at, phase, action, actor_kind, detail) values (now(), 'event', 'x', 'system', $1)`,
      [JSON.stringify({ text: awkward, number: 1e-300, deep: [null, true, { a: 0.1 }] })],
    );
  });
  await dump(from, path);
  const to = await empty();
  await load(to, path);
  const [was, is] = [await contentOf(from), await contentOf(to)];
  for (const table of ['public.users', 'public.audit_blocks', 'public.audit_events']) {
    expect(is[table]).toEqual(was[table]);
  }
  expect(is['public.users']?.join()).toContain('2026-03-29T01:59:59.999999+00:00');
});

test('rows that are larger than a part, and tables of many parts, come back whole', async () => {
  const from = await migrated();
  await withClient(from, async (client) => {
    await client.query(
      `insert into users (id, name, email)
       select 'usr_' || n, repeat(md5(n::text), 20000), n || '@many.test' from generate_series(1, 20) n`,
    );
    await client.query(`insert into users (id, name, email) values ('usr_large', $1, 'large@many.test')`, [
      'x'.repeat(11 * 1024 * 1024),
    ]);
  });
  const { manifest } = await dump(from, path);
  const parts = manifest.tables.find(({ name }) => name === 'users')?.parts ?? [];
  expect(parts.length).toBeGreaterThan(4);
  const to = await empty();
  await load(to, path);
  const digest = 'select md5(string_agg(id || name, chr(10) order by id)) as digest from users';
  const [was, is] = await Promise.all(
    [from, to].map((url) => withClient(url, async (client) => (await client.query(digest)).rows)),
  );
  expect(is).toEqual(was);
});

test('it is one moment, however much is written meanwhile', async () => {
  const from = await migrated();
  const client = new pg.Client({ connectionString: from });
  await client.connect();
  let isOver = false;
  let written = 0;
  // An account, and with it in one transaction what names it, in tables that are copied before and after.
  async function write(): Promise<void> {
    while (!isOver) {
      const id = `usr_${written}`;
      await client.query('begin');
      await client.query('insert into users (id, name, email) values ($1, $1, $1)', [id]);
      await client.query(`insert into changes (kind, subject) values ('member', $1)`, [id]);
      await client.query(
        'insert into verifications (id, identifier, value, expires_at) values ($1, $1, $1, now())',
        [id],
      );
      await client.query('commit');
      written += 1;
    }
  }
  const writing = write();
  await expect.poll(() => written).toBeGreaterThan(50);
  const before = written;
  let during = 0;
  await dump(from, path, { onProgress: () => (during += 1) });
  await expect.poll(() => written).toBeGreaterThan(before);
  isOver = true;
  await writing;
  await client.end();
  expect(during).toBeGreaterThan(0);

  const to = await empty();
  await load(to, path);
  const content = await contentOf(to);
  const named = (table: string, column: string) =>
    (content[table] ?? [])
      .map((row) => (JSON.parse(row) as Record<string, string>)[column] ?? '')
      .toSorted(byText);
  const users = named('public.users', 'id');
  expect(users.length).toBeGreaterThanOrEqual(before);
  expect(named('public.changes', 'subject')).toEqual(users);
  expect(named('public.verifications', 'id')).toEqual(users);
});

test('nobody but its owner reads the file, and any tar opens it', async () => {
  await dump(demo.databaseUrl, path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['backup.tar']);
  await run('tar', ['-xf', path, '-C', folder]);
  const users = gunzipSync(await readFile(join(folder, 'data/users/000001.copy.gz'))).toString();
  expect(users).toContain('owner@acme.test');
  expect(await readFile(join(folder, 'READ-ME.txt'), 'utf8')).toContain('latchkey restore');
});

test('a node that has nothing to migrate starts while a backup is made; one that has, waits for it', async () => {
  const from = await migrated();
  const backup = new pg.Client({ connectionString: from });
  await backup.connect();
  // As `dumpDatabase` holds it.
  await backup.query('select pg_advisory_lock_shared($1)', [0x6c61_7463]);
  const pool = createPool(from, silentLog);
  await migrateDatabase(pool);

  await pool.query(
    'delete from drizzle.__drizzle_migrations where id = (select max(id) from drizzle.__drizzle_migrations)',
  );
  let isDone = false;
  // What that step does is done already, so it fails; what counts is when.
  const migrating = migrateDatabase(pool).then(
    () => (isDone = true),
    () => (isDone = true),
  );
  const waiting = async () => {
    const { rows } = await backup.query<{ n: number }>(
      `select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted
       and database = (select oid from pg_database where datname = current_database())`,
    );
    return rows[0]?.n;
  };
  await expect.poll(waiting).toBe(1);
  expect(isDone).toBe(false);
  await backup.query('select pg_advisory_unlock_shared($1)', [0x6c61_7463]);
  await migrating;
  await backup.end();
  await pool.end();
});
