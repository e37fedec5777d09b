import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '../../src/demo/demo-data.ts';
import { createPerson } from '../../src/demo/person.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { deriveKey } from '../../src/kernel/seal.ts';
import { startLatchkey } from '../../src/start.ts';
import { readArchive } from '../../src/store/backup/archive-reader.ts';
import { checkArchive } from '../../src/store/backup/check-archive.ts';
import { createPool } from '../../src/store/database.ts';
import { applyMigrations, migrateDatabase } from '../../src/store/migrate.ts';
import { readMigrations } from '../../src/store/migrations.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { contentOf, load, shapeOf } from './support/archives.ts';

// The demo's database as the build before migration 0013 left it, with a row in each table of that time.
const FORMER = fileURLToPath(new URL('../fixtures/backups/schema-0012.tar', import.meta.url));
const SECRET = 'the-secret-of-the-fixture-of-a-former-schema';

let dataDir: string;
let databases: TestDatabase[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'latchkey-upgrade-'));
  databases = [await createEmptyDatabase(), await createEmptyDatabase(), await createTestDatabase()];
});
afterEach(async () => {
  await Promise.all(databases.map((database) => database.drop()));
  await rm(dataDir, { recursive: true, force: true });
});

/** A database as it was then, by the steps of then. */
async function asItWas(url: string): Promise<string[]> {
  const manifest = await checkArchive(FORMER, deriveKey(SECRET, 'backups'));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('begin');
  await applyMigrations(client, (await readMigrations()).slice(0, manifest.migrations.length));
  await client.query('set constraints all deferred');
  const texts = new Map<string, Buffer[]>();
  for await (const { content, name } of readArchive(FORMER)) {
    const table = /^data\/(\w+)\//.exec(name)?.[1];
    if (table !== undefined) texts.set(table, [...(texts.get(table) ?? []), gunzipSync(content)]);
  }
  const waiting = new Map(manifest.tables.map((table) => [table.name, table]));
  // Those that others refer to come first: what fails for want of them is tried again.
  while (waiting.size > 0) {
    const before = waiting.size;
    for (const { columns, name } of waiting.values()) {
      await client.query('savepoint table_copied');
      try {
        const text = Readable.from(texts.get(name) ?? [], { objectMode: false });
        await pipeline(text, client.query(copyFrom(`copy ${name} (${columns.join(', ')}) from stdin`)));
        waiting.delete(name);
      } catch {
        await client.query('rollback to savepoint table_copied');
      }
    }
    if (waiting.size === before) throw new Error(`not copied: ${[...waiting.keys()].join(', ')}`);
  }
  for (const { is_called, last_value, name } of manifest.sequences)
    await client.query('select setval($1::regclass, $2, $3)', [name, last_value, is_called]);
  await client.query('commit');
  await client.end();
  return manifest.tables.map(({ name }) => `public.${name}`);
}

test('a former schema with a row in each of its tables is brought to this release’s, and every row is kept', async () => {
  const [{ url }, { url: restored }, { url: fresh }] = databases as [
    TestDatabase,
    TestDatabase,
    TestDatabase,
  ];
  const tables = await asItWas(url);
  const was = await contentOf(url);
  expect(tables.length).toBeGreaterThan(30);
  expect(tables.filter((table) => (was[table] ?? []).length === 0)).toEqual([]);

  const pool = createPool(url, silentLog);
  await migrateDatabase(pool);
  await pool.end();
  const is = await contentOf(url);
  expect(await shapeOf(url)).toEqual(await shapeOf(fresh));
  for (const table of tables) expect(withColumnsOf(is[table], was[table], table)).toEqual(sorted(was[table]));

  // A backup of then, restored by this release, is the same as the upgrade.
  const manifest = await checkArchive(FORMER, deriveKey(SECRET, 'backups'));
  await load(restored, FORMER, { manifest });
  const back = await contentOf(restored);
  expect(await shapeOf(restored)).toEqual(await shapeOf(fresh));
  for (const table of tables)
    expect(withColumnsOf(back[table], was[table], table)).toEqual(sorted(was[table]));
  expect(counts(back)).toEqual(counts(is));
  expect(counts(back)).toMatchObject({ 'public.operators': 1, 'public.organisation_slugs': 2 });
});

test('the service starts on it: people sign in, and what was sealed then is opened', async () => {
  const [{ url }] = databases as [TestDatabase];
  await asItWas(url);
  const started = await startLatchkey(
    {
      port: 0,
      host: '127.0.0.1',
      mcpBaseUrl: undefined,
      webBaseUrl: undefined,
      handoffSecret: undefined,
      databaseUrl: url,
      dataDir,
      secret: SECRET,
      connectorPaths: [],
      configFile: undefined,
      logLevel: 'silent',
    },
    { environment: 'test', say: () => {}, log: silentLog },
  );
  if (!started.ok) throw new Error(started.error.message);
  try {
    const base = started.value.latchkey.webBaseUrl;
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    const person = createPerson({ origins: [base] });
    await person.submit(
      await person.visit(`${base}/sign-in`),
      { email: 'owner@acme.test', password: DEMO_PASSWORD },
      'password',
    );
    const headers = { cookie: person.cookieHeader() };
    const me = await (await fetch(`${base}/portal/v1/me`, { headers })).json();
    expect(me).toMatchObject({
      organisations: [
        { slug: 'acme', role: 'owner' },
        { slug: 'globex', role: 'member' },
      ],
    });
    const keys = await fetch(`${base}/portal/v1/organisations/acme/keys`, { headers });
    expect(keys.status).toBe(200);
  } finally {
    await started.value.close();
  }
});

/** What later steps changed of rows that were there, on purpose. */
const CHANGED: Readonly<Record<string, readonly string[]>> = {
  // 0013: addresses that were there before anybody asked whose they are count as verified.
  'public.users': ['email_verified'],
};

function withColumnsOf(
  rows: string[] | undefined,
  were: string[] | undefined,
  table: string,
): string[] | undefined {
  const former = (were ?? []).map((row) => JSON.parse(row) as Record<string, unknown>);
  const columns = Object.keys(former[0] ?? {});
  const found = (rows ?? [])
    .map((row) => JSON.parse(row) as Record<string, unknown>)
    .map((row) => {
      const kept = Object.fromEntries(columns.map((column) => [column, row[column]]));
      const same = former.find((each) =>
        columns.every(
          (column) =>
            CHANGED[table]?.includes(column) === true ||
            JSON.stringify(each[column]) === JSON.stringify(kept[column]),
        ),
      );
      return JSON.stringify(same ?? kept);
    });
  return sorted(found);
}

function counts(content: Record<string, string[]>): Record<string, number> {
  return Object.fromEntries(Object.entries(content).map(([table, rows]) => [table, rows.length]));
}

/** A column more changes the order of rows, and nothing else. */
function sorted(rows: readonly string[] | undefined): string[] {
  return (rows ?? []).map((row) => JSON.stringify(JSON.parse(row))).toSorted((a, b) => (a < b ? -1 : 1));
}
