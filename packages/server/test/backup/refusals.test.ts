import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deriveKey } from '../../src/kernel/seal.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { readArchive } from '../../src/store/backup/archive-reader.ts';
import { createArchiveWriter } from '../../src/store/backup/archive-writer.ts';
import { BackupError } from '../../src/store/backup/backup-error.ts';
import { checkArchive } from '../../src/store/backup/check-archive.ts';
import { MANIFEST_FILE, SEAL_FILE, sealOf, type Manifest } from '../../src/store/backup/manifest.ts';
import { createPool } from '../../src/store/database.ts';
import { migrateDatabase } from '../../src/store/migrate.ts';
import { NewerSchemaError } from '../../src/store/newer-schema.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { contentOf, dump, KEY, load, withClient } from './support/archives.ts';

let folder: string;
let good: string;
let source: TestDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-backup-'));
  good = join(folder, 'good.tar');
  source = await createTestDatabase();
  await withClient(source.url, (client) =>
    client.query(
      `insert into users (id, name, email) select 'usr_' || n, md5(n::text), n || '@good.test' from generate_series(1, 3000) n`,
    ),
  );
  await dump(source.url, good);
});
afterAll(async () => {
  await source.drop();
  await rm(folder, { recursive: true, force: true });
});

let target: TestDatabase;
beforeEach(async () => {
  target = await createEmptyDatabase();
});
afterEach(async () => {
  await target.drop();
});

async function refused(path: string): Promise<string> {
  const error: unknown = await load(target.url, path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BackupError);
  // Not a table was made.
  expect(await contentOf(target.url)).toEqual({});
  return (error as BackupError).message;
}

async function altered(name: string, alter: (bytes: Buffer) => Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, alter(await readFile(good)));
  return path;
}

describe('what is not a whole backup of ours is refused with a sentence, and nothing is touched', () => {
  test.each([
    ['an empty file', () => Buffer.alloc(0)],
    ['a text', () => Buffer.from('-- PostgreSQL database dump\n'.repeat(100))],
    ['zeros', () => Buffer.alloc(10_240)],
    ['another archive', (bytes: Buffer) => Buffer.concat([bytes.subarray(1024), Buffer.alloc(1024)])],
  ])('%s', async (what, alter) => {
    const message = await refused(await altered(`${what}.tar`, alter));
    expect(message).toMatch(/is no backup that Latchkey made|is cut off/);
  });

  test('a file that is not there, and a folder', async () => {
    expect(await refused(join(folder, 'nothing.tar'))).toContain('cannot be read');
    expect(await refused(folder)).toContain('is no file');
  });

  test('one that was cut off, wherever that was', async () => {
    const { length } = await readFile(good);
    for (let part = 1; part < 24; part += 1) {
      const end = Math.floor((length * part) / 24);
      const path = await altered('cut.tar', (bytes) => bytes.subarray(0, end));
      await expect(checkArchive(path, KEY), `${end} of ${length}`).rejects.toThrow(/is cut off|is no backup/);
    }
    expect(await refused(await altered('cut.tar', (bytes) => bytes.subarray(0, length - 1024)))).toContain(
      'is cut off',
    );
  });

  test('one of which a byte is another, wherever it is', async () => {
    const bytes = await readFile(good);
    const places = await contentPlaces(good);
    // Each file's first, middle and last byte, and bytes all over the archive's headers and contents.
    const at = [...places, ...Array.from({ length: 60 }, (_, n) => Math.floor((bytes.length * n) / 60))];
    const answers = new Map<number, string>();
    for (const place of at) {
      const path = await altered('changed.tar', (copy) => {
        copy[place] = (copy[place] ?? 0) ^ 0x01;
        return copy;
      });
      const answer = await checkArchive(path, KEY).then(
        () => 'good',
        (error: unknown) => (error instanceof BackupError ? error.message : String(error)),
      );
      answers.set(place, answer);
    }
    // Padding, owners, modes and times of files mean nothing to a restore: those it may take.
    expect(places.filter((place) => answers.get(place) === 'good')).toEqual([]);
    const sentence = /^good$|was changed|is cut off|is no backup|another LATCHKEY_SECRET/;
    expect([...answers.values()].filter((answer) => !sentence.test(answer))).toEqual([]);
  });

  test('one whose parts were exchanged, taken out, put in, or sealed by somebody else', async () => {
    const files = await filesOf(good);
    const rebuilt = async (change: (files: { name: string; content: Buffer }[]) => typeof files) => {
      const path = join(folder, 'rebuilt.tar');
      await rm(path, { force: true });
      const writer = await createArchiveWriter(path, new Date());
      for (const { content, name } of change(structuredFiles(files))) await writer.add(name, content);
      await writer.finish();
      return path;
    };
    expect(await checkArchive(await rebuilt((same) => same), KEY)).toBeDefined();
    const isData = ({ name }: { name: string }) => name.startsWith('data/users/');
    expect(await refused(await rebuilt((all) => all.filter((file) => !isData(file))))).toContain(
      'was changed',
    );
    expect(
      await refused(
        await rebuilt((all) => [
          ...all.slice(0, -2),
          { name: 'data/x', content: Buffer.from('x') },
          ...all.slice(-2),
        ]),
      ),
    ).toContain('do not belong');
    // An owner whom somebody wrote in, with hashes that fit; the seal needs the secret.
    const forged = await rebuilt((all) => {
      const manifest = all.find(({ name }) => name === MANIFEST_FILE);
      const data = all.find(isData);
      const seal = all.find(({ name }) => name === SEAL_FILE);
      if (!manifest || !data || !seal) throw new Error('not a backup');
      data.content = Buffer.concat([data.content, Buffer.alloc(0)]);
      const told = JSON.parse(manifest.content.toString()) as Manifest;
      const users = told.tables.find(({ name }) => name === 'users');
      if (users !== undefined) users.rows += 1;
      manifest.content = Buffer.from(JSON.stringify(told));
      seal.content = Buffer.from(
        sealOf(deriveKey('a secret of somebody else’s, 32 chars', 'backups'), manifest.content),
      );
      return all;
    });
    expect(await refused(forged)).toContain('its manifest is not what it was');
    // With the right seal over a count that is wrong, the rows are counted.
    const miscounted = await rebuilt((all) => {
      const manifest = all.find(({ name }) => name === MANIFEST_FILE);
      const seal = all.find(({ name }) => name === SEAL_FILE);
      if (!manifest || !seal) throw new Error('not a backup');
      const told = JSON.parse(manifest.content.toString()) as Manifest;
      const users = told.tables.find(({ name }) => name === 'users');
      if (users !== undefined) users.rows += 1;
      manifest.content = Buffer.from(JSON.stringify(told));
      seal.content = Buffer.from(sealOf(KEY, manifest.content));
      return all;
    });
    expect(await refused(miscounted)).toContain('Of 3001 rows of users 3000 are in the backup');
  });

  test('one that was made under another secret, which is said', async () => {
    const other = deriveKey('quite another secret, of 32 characters', 'backups');
    await expect(checkArchive(good, other)).rejects.toThrow('made under another LATCHKEY_SECRET');
  });

  test('one that changes between being checked and being read', async () => {
    const path = await altered('exchanged.tar', (bytes) => bytes);
    const manifest = await checkArchive(path, KEY);
    const places = await contentPlaces(path, (name) => name.startsWith('data/users/'));
    await altered('exchanged.tar', (bytes) => {
      for (const place of places) bytes[place] = (bytes[place] ?? 0) ^ 0xff;
      return bytes;
    });
    await expect(load(target.url, path, { manifest })).rejects.toThrow('was changed while it was read');
    expect(await contentOf(target.url)).toEqual({});
  });
});

describe('what there is already is not lost', () => {
  test('a Latchkey that is there stays, unless it is to be replaced', async () => {
    const { drop, url } = await createTestDatabase();
    try {
      await withClient(url, (client) =>
        client.query(`insert into users (id, name, email) values ('usr_kept', 'Kept', 'kept@good.test')`),
      );
      const before = await contentOf(url);
      await expect(load(url, good)).rejects.toThrow(/already \(organisations: 0, people: 1\).*--replace/);
      expect(await contentOf(url)).toEqual(before);

      // A replacement that fails at its very last step leaves what was there.
      const finish = () => Promise.reject(new Error('the last step'));
      await expect(load(url, good, { replace: 'tables', finish })).rejects.toThrow('It is as it was before');
      expect(await contentOf(url)).toEqual(before);

      await load(url, good, { replace: 'tables' });
      expect((await contentOf(url))['public.users']).toHaveLength(3000);
    } finally {
      await drop();
    }
  });

  test('tables of another program stay, and where a name is taken nothing is begun', async () => {
    await withClient(target.url, (client) =>
      client.query('create table invoices (n int); insert into invoices values (7)'),
    );
    await load(target.url, good);
    await load(target.url, good, { replace: 'tables' });
    expect((await contentOf(target.url))['public.invoices']).toEqual(['{"n":7}']);

    const taken = await createEmptyDatabase();
    try {
      await withClient(taken.url, (client) => client.query('create table users (n int)'));
      await expect(load(taken.url, good)).rejects.toThrow(
        'tables of another program in this database: public.users',
      );
      expect(await contentOf(taken.url)).toEqual({ 'public.users': [] });
    } finally {
      await taken.drop();
    }
  });

  test('a database that a node is connected to is left alone', async () => {
    const pool = createPool(target.url, silentLog);
    await pool.query('select 1');
    await expect(load(target.url, good)).rejects.toThrow('A Latchkey is connected');
    await pool.end();
    await load(target.url, good);
  });

  test('a file of that name is not written over, and what fails leaves none behind', async () => {
    const path = await altered('precious.tar', () => Buffer.from('precious'));
    await expect(dump(source.url, path)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(path, 'utf8')).toBe('precious');

    const before = await readdir(folder);
    const controller = new AbortController();
    const broken = join(folder, 'broken.tar');
    const breaking = dump(source.url, broken, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(breaking).rejects.toThrow('aborted');
    // The server goes away in the middle.
    const ended = dump(source.url, broken, {
      onProgress: () =>
        void withClient(source.url, (client) =>
          client.query(
            `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'latchkey backup' and datname = current_database()`,
          ),
        ).catch(() => undefined),
    });
    await ended.then(
      () => rm(broken),
      () => undefined,
    );
    expect(await readdir(folder)).toEqual(before);
  });
});

describe('releases', () => {
  /** As if a release after this one had been here. */
  const ADVANCE = `insert into drizzle.__drizzle_migrations (hash, created_at)
    select md5('x') || md5('y'), max(created_at) + 1 from drizzle.__drizzle_migrations`;

  test('a newer schema is neither backed up nor started on, and both say what to do', async () => {
    const newer = await createTestDatabase();
    const pool = createPool(newer.url, silentLog);
    try {
      await pool.query(ADVANCE);
      await expect(dump(newer.url, join(folder, 'newer.tar'))).rejects.toThrow('schema of a newer release');
      await expect(migrateDatabase(pool)).rejects.toThrow(NewerSchemaError);
    } finally {
      await pool.end();
      await newer.drop();
    }
  });

  test('a backup of a newer release is refused by name', async () => {
    const manifest = structuredClone(await checkArchive(good, KEY));
    manifest.migrations.push({
      when: 9_999_999_999_999,
      hash: createHash('sha256').update('x').digest('hex'),
    });
    manifest.schema = '9999_from_tomorrow';
    await expect(load(target.url, good, { manifest })).rejects.toThrow(
      /A newer release.*schema 9999_from_tomorrow; this release knows \d{4}_/,
    );
    expect(await contentOf(target.url)).toEqual({});
  });

  test('a newer schema can be replaced by an older backup where the database is ours alone', async () => {
    await load(target.url, good);
    await withClient(target.url, (client) =>
      client.query(
        `${ADVANCE}; create table from_tomorrow (n int); alter table users add column tomorrow int`,
      ),
    );
    await expect(load(target.url, good, { replace: 'tables' })).rejects.toThrow(
      'whose tables this one does not know',
    );
    await load(target.url, good, { replace: 'database' });
    const content = await contentOf(target.url);
    expect(content['public.users']).toHaveLength(3000);
    expect(content['public.from_tomorrow']).toBeUndefined();
  });
});

async function filesOf(path: string): Promise<{ name: string; content: Buffer }[]> {
  const files: { name: string; content: Buffer }[] = [];
  for await (const file of readArchive(path)) files.push({ ...file });
  return files;
}

function structuredFiles(files: readonly { name: string; content: Buffer }[]) {
  return files.map(({ content, name }) => ({ name, content: Buffer.from(content) }));
}

/** Where the first, the middle and the last byte of each file's content are. */
async function contentPlaces(path: string, wanted = (_name: string) => true): Promise<number[]> {
  const places: number[] = [];
  let at = 0;
  for await (const { content, name } of readArchive(path)) {
    at += 512;
    if (wanted(name) && name !== 'READ-ME.txt') {
      places.push(at, at + Math.floor(content.length / 2), at + content.length - 1);
    }
    at += Math.ceil(content.length / 512) * 512;
  }
  return places;
}
