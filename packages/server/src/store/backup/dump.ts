import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { MIGRATION_LOCK } from '../migrate.ts';
import {
  ageOf,
  readApplied,
  readMigrations,
  tablesAfter,
  type AppliedMigration,
  type Migration,
} from '../migrations.ts';
import { createArchiveWriter, type ArchiveWriter, type WrittenFile } from './archive-writer.ts';
import { BackupError } from './backup-error.ts';
import { listTables, sequencesOf, shapeOf } from './catalogue.ts';
import { connectForBackup } from './connect.ts';
import { MANIFEST_FILE, nameOfKey, README_FILE, SEAL_FILE, sealOf, type Manifest } from './manifest.ts';

const compress = promisify(gzip);

/** Of a table's rows, before they are compressed: what a backup and a restore hold in memory. */
export const PART_BYTES = 4 * 1024 * 1024;
/** Three times as fast as the default, and a little larger. */
const COMPRESSION_LEVEL = 3;

const README = `This is a backup of a Latchkey database. "latchkey restore <this file>" brings it back; it needs the LATCHKEY_SECRET
that it was made under, which is not in it. Each file below data/ is a part of a table: text of PostgreSQL's COPY,
compressed with gzip.
`;

export interface DumpOptions {
  /** Where it is written; there must be nothing of that name. */
  readonly path: string;
  /** Seals it: derived from the master secret. */
  readonly key: Uint8Array;
  readonly now: Date;
  /** Ends it, and leaves nothing behind. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { table: string; bytes: number }) => void) | undefined;
}

export interface Dumped {
  readonly manifest: Manifest;
  readonly bytes: number;
  /** Tables of the database that are none of Latchkey's. */
  readonly leftOut: readonly string[];
}

/**
 * Writes all that Latchkey keeps in a database as it is at one moment, beside whoever reads and writes it. Throws
 * `BackupError` where there is nothing to back up, and the errors of the file system.
 */
export async function dumpDatabase(url: string, options: DumpOptions): Promise<Dumped> {
  const client = await connectForBackup(url, 'latchkey backup');
  let archive: ArchiveWriter | undefined;
  // Also where the database lets us wait.
  const interrupt = () => void client.end();
  options.signal?.addEventListener('abort', interrupt);
  try {
    // No migration begins, and one under way is waited for. It would wait for us at the tables, and writers for it.
    await client.query('select pg_advisory_lock_shared($1)', [MIGRATION_LOCK]);
    await client.query('begin isolation level repeatable read read only');
    const applied = await readApplied(client);
    const last = lastStep(applied, await readMigrations());
    const own = await ownTables(client, last);
    archive = await createArchiveWriter(options.path, options.now);
    await archive.add(README_FILE, Buffer.from(README));
    const tables = await copyTables(client, archive, own.tables, options);
    const manifest: Manifest = {
      format: 'latchkey-backup',
      version: 1,
      made_at: options.now.toISOString(),
      server: await serverVersion(client),
      secret: nameOfKey(options.key),
      migrations: [...applied],
      schema: last.tag,
      tables: tables.map(({ columns, name, parts, stream }) => ({
        name,
        columns: [...columns],
        // Known once the server has answered something after it.
        rows: stream.rowCount,
        parts,
      })),
      // After the rows: a number that a row of ours has was given out before.
      sequences: await readSequences(client, own.tables),
    };
    const content = Buffer.from(`${JSON.stringify(manifest, undefined, 1)}\n`);
    await archive.add(MANIFEST_FILE, content);
    await archive.add(SEAL_FILE, Buffer.from(sealOf(options.key, content)));
    options.signal?.throwIfAborted();
    await archive.finish();
    return { manifest, bytes: archive.bytes(), leftOut: own.leftOut };
  } catch (error) {
    // Whoever breaks it off is told so, and not which statement it was that had no connection any more.
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', interrupt);
    await archive?.discard();
    await client.end();
  }
}

function lastStep(applied: readonly AppliedMigration[], known: readonly Migration[]): Migration {
  if (applied.length === 0) throw new BackupError('There is no Latchkey in this database.');
  const last = known.find(({ when }) => when === applied.at(-1)?.when);
  if (last !== undefined) return last;
  throw new BackupError(
    ageOf(applied, known) === 'newer'
      ? 'The database has the schema of a newer release than this one. Make the backup with that release.'
      : 'The database has a schema that no release made.',
  );
}

/** By the schema that the database has, which a newer release may be about to change. */
async function ownTables(
  client: pg.ClientBase,
  last: Migration,
): Promise<{ tables: string[]; leftOut: string[] }> {
  const tables = await tablesAfter(last);
  const found = new Set(await listTables(client));
  const missing = tables.filter((table) => !found.has(`public.${table}`));
  if (missing.length > 0) throw new BackupError(`The database has no table ${missing.join(', ')}.`);
  // The steps of the schema are in the manifest, and are taken anew.
  const ours = new Set(['drizzle.__drizzle_migrations', ...tables.map((table) => `public.${table}`)]);
  return { tables, leftOut: [...found].filter((table) => !ours.has(table)) };
}

async function copyTables(
  client: pg.ClientBase,
  archive: ArchiveWriter,
  tables: readonly string[],
  { onProgress, signal }: DumpOptions,
) {
  const copied = [];
  for (const table of tables) {
    const { columns, name } = await shapeOf(client, table);
    const stream = client.query(copyTo(`copy ${copyTarget(name, columns)} to stdout`));
    const parts: WrittenFile[] = [];
    let bytes = 0;
    for await (const part of inParts(stream)) {
      signal?.throwIfAborted();
      const file = `data/${name}/${String(parts.length + 1).padStart(6, '0')}.copy.gz`;
      parts.push(await archive.add(file, await compress(part, { level: COMPRESSION_LEVEL })));
      bytes += part.length;
      onProgress?.({ table: name, bytes });
    }
    copied.push({ name, columns, parts, stream });
  }
  return copied;
}

/** The names are those of our own migrations, in lower case; a word of SQL may be among them. */
export function copyTarget(table: string, columns: readonly string[]): string {
  return `public."${table}" (${columns.map((column) => `"${column}"`).join(', ')})`;
}

async function* inParts(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    let rest = chunk;
    while (bytes + rest.length >= PART_BYTES) {
      const fits = PART_BYTES - bytes;
      yield Buffer.concat([...held, rest.subarray(0, fits)]);
      rest = rest.subarray(fits);
      held = [];
      bytes = 0;
    }
    if (rest.length === 0) continue;
    held.push(rest);
    bytes += rest.length;
  }
  if (bytes > 0) yield Buffer.concat(held);
}

async function readSequences(
  client: pg.ClientBase,
  tables: readonly string[],
): Promise<Manifest['sequences']> {
  const sequences = [];
  for (const name of await sequencesOf(client, tables)) {
    const { rows } = await client.query<{ last_value: string; is_called: boolean }>(
      `select last_value, is_called from public."${name}"`,
    );
    if (rows[0] !== undefined) sequences.push({ name, ...rows[0] });
  }
  return sequences;
}

async function serverVersion(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  return rows[0]?.server_version ?? '';
}
