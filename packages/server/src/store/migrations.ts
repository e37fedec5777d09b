import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type pg from 'pg';
import { z } from 'zod';

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));

/** One step of the schema. What a release brought is never edited, so `when` and `hash` say which step it is. */
export interface Migration {
  /** Such as `0019_call_limits`. */
  readonly tag: string;
  readonly when: number;
  readonly hash: string;
  readonly statements: readonly string[];
}

export type AppliedMigration = Pick<Migration, 'when' | 'hash'>;

/** How a database's schema and this release's are to each other. */
export type SchemaAge = 'current' | 'behind' | 'newer';

const journalSchema = z.object({ entries: z.array(z.object({ tag: z.string(), when: z.number() })) });
const snapshotSchema = z.object({ tables: z.record(z.string(), z.object({ name: z.string() })) });

/** This release's steps, in their order. */
export async function readMigrations(): Promise<Migration[]> {
  const journal = journalSchema.parse(await readJson('_journal.json'));
  const files = readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER });
  return files.map(({ folderMillis, hash, sql }, index) => ({
    tag: journal.entries[index]?.tag ?? '',
    when: folderMillis,
    hash,
    statements: sql,
  }));
}

/** The tables that there are after a step, in the order of their names. */
export async function tablesAfter({ tag }: Migration): Promise<string[]> {
  const { tables } = snapshotSchema.parse(await readJson(`${tag.split('_', 1)[0]}_snapshot.json`));
  return Object.values(tables)
    .map(({ name }) => name)
    .toSorted((a, b) => (a < b ? -1 : 1));
}

/** What the database has had, in its order; nothing where there is no Latchkey in it. */
export async function readApplied(client: pg.ClientBase | pg.Pool): Promise<AppliedMigration[]> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('drizzle.__drizzle_migrations') is not null as there`,
  );
  if (rows[0]?.there !== true) return [];
  const applied = await client.query<{ when: string; hash: string }>(
    'select created_at as when, hash from drizzle.__drizzle_migrations order by created_at',
  );
  return applied.rows.map(({ hash, when }) => ({ when: Number(when), hash }));
}

export function ageOf(applied: readonly AppliedMigration[], known: readonly Migration[]): SchemaAge {
  const [has, knows] = [applied.at(-1)?.when ?? 0, known.at(-1)?.when ?? 0];
  if (has === knows) return 'current';
  return has < knows ? 'behind' : 'newer';
}

async function readJson(name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(MIGRATIONS_FOLDER, 'meta', name), 'utf8'));
}
