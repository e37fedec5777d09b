import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { applyMigrations, MIGRATION_LOCK } from '../migrate.ts';
import { readApplied, readMigrations, tablesAfter, type Migration } from '../migrations.ts';
import { createQueriesOn, type Queries } from '../store.ts';
import { readArchive, type ArchivedFile } from './archive-reader.ts';
import { BackupError } from './backup-error.ts';
import { foreignKeysOf, listTables } from './catalogue.ts';
import { connectForBackup } from './connect.ts';
import { copyTarget, PART_BYTES } from './dump.ts';
import type { Manifest } from './manifest.ts';

const expand = promisify(gunzip);

/** What a node calls its connections, and a restore. Whoever owns the embedded server has one more. */
const COMPANY = ['latchkey', 'latchkey tokens', 'latchkey changes', 'latchkey restore'];
const LINGER_MS = 3000;
const POLL_MS = 100;

export interface LoadOptions {
  readonly path: string;
  /** What `checkArchive` said of it. */
  readonly manifest: Manifest;
  /**
   * What becomes of a Latchkey that is there already. `no`: it is refused. `tables`: its tables are dropped. `database`:
   * every table of the schema `public` is, because nothing else may be in this database.
   */
  readonly replace: 'no' | 'tables' | 'database';
  /** The last step, in the same transaction. */
  readonly finish: (queries: Queries) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { table: string; bytes: number }) => void) | undefined;
}

/**
 * Brings a backup back, in one transaction: its schema as it was, its rows, then the steps that this release's schema
 * has on top. Throws `BackupError`.
 */
export async function loadDatabase(url: string, options: LoadOptions): Promise<void> {
  const { manifest } = options;
  const steps = splitSteps(manifest, await readMigrations());
  const client = await connectForBackup(url, 'latchkey restore');
  // Also where the database lets us wait.
  const interrupt = () => void client.end();
  options.signal?.addEventListener('abort', interrupt);
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await refuseCompany(client);
    await client.query('begin');
    await makeRoom(client, options, await tablesAfter(steps.last));
    await applyMigrations(client, steps.had);
    await loadRows(client, options);
    await applyMigrations(client, steps.missing);
    await options.finish(createQueriesOn(client));
    options.signal?.throwIfAborted();
    // From here on it is done, or nobody knows.
    options.signal?.removeEventListener('abort', interrupt);
    await client.query('commit');
    await client.query('analyze');
  } catch (error) {
    if (error instanceof BackupError || options.signal?.aborted === true) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new BackupError(`The database did not take the backup (${reason}). It is as it was before.`, {
      cause: error,
    });
  } finally {
    options.signal?.removeEventListener('abort', interrupt);
    // What is not committed by now never was.
    await client.end();
  }
}

interface Steps {
  readonly had: readonly Migration[];
  readonly last: Migration;
  readonly missing: readonly Migration[];
}

function splitSteps({ migrations, schema }: Manifest, known: readonly Migration[]): Steps {
  const had = known.slice(0, migrations.length);
  const last = had.at(-1);
  const same = migrations.every(({ hash, when }, index) => {
    const step = had[index];
    return step !== undefined && step.when === when && step.hash === hash;
  });
  if (same && last !== undefined) return { had, last, missing: known.slice(migrations.length) };
  throw new BackupError(
    `A newer release than this one made this backup, or one that never was released (schema ${schema}; this release knows ${known.at(-1)?.tag ?? 'none'}). Restore it with that release.`,
  );
}

/** The connections of a process that was killed a moment ago may not be gone yet. */
async function refuseCompany(client: pg.ClientBase): Promise<void> {
  for (let waitedMs = 0; waitedMs <= LINGER_MS; waitedMs += POLL_MS) {
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and application_name = any($1)`,
      [COMPANY],
    );
    if (rows.length === 0) return;
    await pause(POLL_MS);
  }
  throw new BackupError('A Latchkey is connected to this database. Stop every one of them first.');
}

async function makeRoom(
  client: pg.ClientBase,
  { replace }: LoadOptions,
  wanted: readonly string[],
): Promise<void> {
  const applied = await readApplied(client);
  const found = (await listTables(client)).filter((table) => table.startsWith('public.'));
  if (applied.length > 0 && replace === 'no') {
    throw new BackupError(
      `There is a Latchkey in this database already${await describe(client)}. Restore into an empty one, or name it with --replace.`,
    );
  }
  const known = await readMigrations();
  const last = known.find(({ when }) => when === applied.at(-1)?.when);
  if (replace === 'tables' && applied.length > 0 && last === undefined) {
    throw new BackupError(
      'The database has the schema of a newer release, whose tables this one does not know. Restore into an empty database.',
    );
  }
  const own = last === undefined ? [] : (await tablesAfter(last)).map((table) => `public.${table}`);
  const goes = replace === 'database' ? found : replace === 'tables' ? own : [];
  const stays = found.filter((table) => !goes.includes(table));
  const clash = stays.filter((table) => wanted.includes(table.slice('public.'.length)));
  if (clash.length > 0) {
    throw new BackupError(`There are tables of another program in this database: ${clash.join(', ')}.`);
  }
  for (const table of goes) {
    await client.query(`drop table public.${pg.escapeIdentifier(table.slice('public.'.length))} cascade`);
  }
  if (replace !== 'no') await client.query('drop schema if exists drizzle cascade');
}

/** So that nobody takes it for another one. */
async function describe(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ people: string; organisations: string }>(
    'select (select count(*) from users) as people, (select count(*) from organisations) as organisations',
  );
  const [counted] = rows;
  return counted === undefined ? '' : ` (organisations: ${counted.organisations}, people: ${counted.people})`;
}

async function loadRows(client: pg.ClientBase, options: LoadOptions): Promise<void> {
  const { manifest } = options;
  const tables = manifest.tables.map(({ name }) => name);
  // Rows come in the order of their tables' names. Each reference is checked when all are there, once.
  const foreignKeys = await foreignKeysOf(client, tables);
  for (const { name, table } of foreignKeys) {
    await client.query(`alter table public."${table}" drop constraint "${name}"`);
  }
  await copyRows(client, options);
  for (const { definition, name, table } of foreignKeys) {
    await client.query(`alter table public."${table}" add constraint "${name}" ${definition}`);
  }
  for (const { is_called, last_value, name } of manifest.sequences) {
    await client.query('select setval($1::regclass, $2, $3)', [`public."${name}"`, last_value, is_called]);
  }
}

async function copyRows(client: pg.ClientBase, options: LoadOptions): Promise<void> {
  const files = readArchive(options.path);
  try {
    for (const table of options.manifest.tables) {
      if (table.rows === 0) continue;
      const sink = client.query(copyFrom(`copy ${copyTarget(table.name, table.columns)} from stdin`));
      await pipeline(Readable.from(textOf(files, table, options), { objectMode: false }), sink);
      if (sink.rowCount !== table.rows) {
        throw new BackupError(`Of ${table.rows} rows of ${table.name} ${sink.rowCount} are in the backup.`);
      }
    }
  } finally {
    await files.return(undefined);
  }
}

async function* textOf(
  files: AsyncGenerator<ArchivedFile>,
  { name, parts }: Manifest['tables'][number],
  { onProgress, path, signal }: LoadOptions,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for (const part of parts) {
    signal?.throwIfAborted();
    const content = await nextFile(files, part.file);
    // It was read once before, and may be another file by now.
    if (content === undefined || createHash('sha256').update(content).digest('hex') !== part.sha256) {
      throw new BackupError(`${path} was changed while it was read. Nothing was restored.`);
    }
    const text = await expand(content, { maxOutputLength: PART_BYTES });
    bytes += text.length;
    onProgress?.({ table: name, bytes });
    yield text;
  }
}

async function nextFile(files: AsyncGenerator<ArchivedFile>, wanted: string): Promise<Buffer | undefined> {
  for (;;) {
    const { done, value } = await files.next();
    if (done === true) return undefined;
    if (value.name === wanted) return value.content;
  }
}
