import pg from 'pg';
import { deriveKey } from '../../../src/kernel/seal.ts';
import { checkArchive } from '../../../src/store/backup/check-archive.ts';
import { dumpDatabase, type DumpOptions, type Dumped } from '../../../src/store/backup/dump.ts';
import { loadDatabase, type LoadOptions } from '../../../src/store/backup/load.ts';

export const SECRET = 'one secret for all backups, 32 characters';
export const KEY = deriveKey(SECRET, 'backups');

export function dump(url: string, path: string, options: Partial<DumpOptions> = {}): Promise<Dumped> {
  return dumpDatabase(url, { path, key: KEY, now: new Date('2026-11-21T12:00:00Z'), ...options });
}

export async function load(url: string, path: string, options: Partial<LoadOptions> = {}): Promise<void> {
  const manifest = options.manifest ?? (await checkArchive(path, KEY));
  await loadDatabase(url, { path, replace: 'no', finish: async () => {}, ...options, manifest });
}

export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // Rows are printed in one way, whatever the database has set.
  await client.query(`set timezone = 'UTC'; set datestyle = 'ISO'; set bytea_output = 'hex'`);
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Every row of every table, in one order. */
export function contentOf(url: string): Promise<Record<string, string[]>> {
  return withClient(url, async (client) => {
    const tables = await tablesOf(client);
    const content: Record<string, string[]> = {};
    for (const table of tables) {
      const { rows } = await client.query<{ row: string }>(
        `select row_to_json(t)::text as row from ${table} t order by 1`,
      );
      content[table] = rows.map(({ row }) => row);
    }
    return content;
  });
}

/** Everything about a schema that a row could trip over. */
export function shapeOf(url: string): Promise<string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ line: string }>(`
      select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) as line
        from pg_constraint where connamespace in ('public'::regnamespace, 'drizzle'::regnamespace)
      union all select indexdef from pg_indexes where schemaname in ('public', 'drizzle')
      union all select table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
        from information_schema.columns where table_schema in ('public', 'drizzle')
      order by 1`);
    return rows.map(({ line }) => line);
  });
}

export async function tablesOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select table_schema || '.' || table_name as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`);
  return rows.map(({ name }) => name);
}
