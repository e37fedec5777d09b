import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { silentLog } from '../../src/kernel/log.ts';
import { startEmbedded } from '../../src/store/embedded/start-embedded.ts';
import { migrateDatabase } from '../../src/store/migrate.ts';
import { dropDatabase } from './drop-database.ts';
import { onServer } from './on-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    databaseServerUrl: string;
    /** The migrated database that each test's own one is cloned from. */
    databaseTemplate: string;
    /** Where things are built once, by the first who needs them: see `builtOnce`. */
    buildsPlace: string;
  }
}

/** One real PostgreSQL for the run: the embedded one, or LATCHKEY_TEST_DATABASE_URL. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const external = process.env['LATCHKEY_TEST_DATABASE_URL'];
  const server =
    external === undefined ? await startTemporaryServer() : { url: external, stop: async () => {} };
  const template = `template_${randomBytes(8).toString('hex')}`;
  await createTemplate(server.url, template);
  project.provide('databaseServerUrl', server.url);
  project.provide('databaseTemplate', template);
  const buildsPlace = await mkdtemp(join(tmpdir(), 'latchkey-builds-'));
  // What is built there may be run as another user.
  await chmod(buildsPlace, 0o755);
  project.provide('buildsPlace', buildsPlace);
  // Whoever watches has changed something: it is built anew.
  project.vitest.onTestsRerun(async () => {
    await rm(buildsPlace, { recursive: true, force: true });
    await mkdir(buildsPlace, { mode: 0o755 });
  });
  return async () => {
    await rm(buildsPlace, { recursive: true, force: true });
    await dropDatabase(server.url, template);
    await server.stop();
  };
}

async function startTemporaryServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-test-'));
  // Where root runs the suite, the database's own account passes through here.
  await chmod(folder, 0o755);
  const started = await startEmbedded({
    dataDir: join(folder, 'data'),
    say: () => {},
    log: silentLog,
    fsync: false,
    // Two files at a time, with worlds of many nodes.
    connectionsMax: 300,
  });
  if (!started.ok) throw new Error(started.error.message);
  return {
    url: started.value.url,
    async stop() {
      await started.value.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function createTemplate(serverUrl: string, template: string): Promise<void> {
  await onServer(serverUrl, `create database ${template}`);
  const url = new URL(serverUrl);
  url.pathname = `/${template}`;
  const pool = new pg.Pool({ connectionString: url.href });
  await migrateDatabase(pool);
  await pool.end();
}
