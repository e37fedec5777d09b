import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type pg from 'pg';
import { ageOf, MIGRATIONS_FOLDER, readApplied, readMigrations, type Migration } from './migrations.ts';
import { NewerSchemaError } from './newer-schema.ts';

/** Held by who migrates; shared by who makes a backup, of which no table may change meanwhile. */
export const MIGRATION_LOCK = 0x6c61_7463; // 'latc'

/**
 * Brings the database to this release's schema. Nodes that start together wait for the first; where there is nothing to
 * do, nobody is waited for. Throws `NewerSchemaError`.
 */
export async function migrateDatabase(pool: pg.Pool): Promise<void> {
  const known = await readMigrations();
  const connection = await pool.connect();
  try {
    if (await isCurrent(connection, known)) return;
    await connection.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    try {
      // Who had the lock before may have been a newer release.
      if (await isCurrent(connection, known)) return;
      await migrate(drizzle(connection), { migrationsFolder: MIGRATIONS_FOLDER });
    } finally {
      await connection.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    }
  } finally {
    connection.release();
  }
}

async function isCurrent(connection: pg.PoolClient, known: readonly Migration[]): Promise<boolean> {
  const age = ageOf(await readApplied(connection), known);
  if (age === 'newer') throw new NewerSchemaError();
  return age === 'current';
}

/**
 * Takes some steps, within the caller's transaction and in the way of drizzle's migrator, which goes all the way and
 * commits by itself.
 */
export async function applyMigrations(client: pg.ClientBase, steps: readonly Migration[]): Promise<void> {
  await client.query('create schema if not exists drizzle');
  await client.query(
    'create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)',
  );
  for (const { hash, statements, when } of steps) {
    for (const statement of statements) await client.query(statement);
    await client.query('insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)', [
      hash,
      when,
    ]);
  }
}
