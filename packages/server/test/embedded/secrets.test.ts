// The passwords of the embedded database are in one file that only its owner can read, and nowhere else.
import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, expect, test } from 'vitest';
import { silentLog } from '../../src/kernel/log.ts';
import { startEmbedded } from '../../src/store/embedded/start-embedded.ts';
import { clearRooms, makeRoom, postmasterPid } from './rooms.ts';

afterEach(clearRooms);

test('the passwords appear in no log line, no process list and no file that others can read', async () => {
  const dataDir = join(await makeRoom(), 'data');
  const lines: string[] = [];
  const keep = (fields: object, message: string): void =>
    void lines.push(JSON.stringify({ fields, message }));
  const log = { debug: keep, info: keep, warn: keep, error: keep };
  const say = (line: string): void => void lines.push(line);

  let pending = true;
  const starting = startEmbedded({ dataDir, say, log }).finally(() => (pending = false));
  // While it is being made, too: initdb reads the password from a file.
  const modes = new Set<number>();
  while (pending) {
    for (const name of await readdir(dataDir).catch(() => [])) {
      const file = await stat(join(dataDir, name, 'password')).catch(() => undefined);
      if (file !== undefined) modes.add(file.mode & 0o777);
    }
  }
  const started = await starting;
  if (!started.ok) throw new Error(started.error.message);
  expect([...modes]).toEqual([0o600]);
  expect((await stat(join(started.value.dataDir, 'latchkey.password'))).mode & 0o777).toBe(0o600);

  const { url, dataDir: cluster } = started.value;
  const passwords = (await readFile(join(cluster, 'latchkey.password'), 'utf8')).trim().split('\n');
  expect(passwords).toHaveLength(2);
  expect(new URL(url).password).toBe(passwords[1]);
  for (const password of passwords) expect(password).toMatch(/^[\w-]{43}$/);

  // Make the server complain about things that carry secrets.
  const wrong = new Client({ connectionString: url.replace(passwords[1] ?? '', 'a-wrong-password') });
  await expect(wrong.connect()).rejects.toThrow('password authentication failed');
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('create table held (secret text primary key)');
  const insert = (): Promise<unknown> => client.query(`insert into held values ('${passwords[1]}')`);
  await insert();
  await expect(insert()).rejects.toThrow('duplicate key');
  await client.query('drop table held');
  await client.end();

  const postmaster = await postmasterPid(cluster);
  const shown = [
    ...lines,
    await readFile(`/proc/${postmaster}/cmdline`, 'utf8'),
    await readFile(`/proc/${postmaster}/environ`, 'utf8').catch(() => ''),
    await readFile(join(dataDir, 'postgres.log'), 'utf8'),
  ].join('\n');
  expect(shown).toContain('duplicate key value');
  for (const password of passwords) expect(shown).not.toContain(password);
  for (const path of await filesIn(dataDir)) {
    expect({ path, forOthers: (await stat(path)).mode & 0o007 }).toEqual({ path, forOthers: 0 });
  }
  await started.value.stop();
  for (const password of passwords) expect(lines.join('\n')).not.toContain(password);
});

test('a lost password file is answered with a sentence, not with a new database', async () => {
  const dataDir = join(await makeRoom(), 'data');
  const options = { dataDir, say: () => undefined, log: silentLog, fsync: false };
  const started = await startEmbedded(options);
  if (!started.ok) throw new Error(started.error.message);
  await started.value.stop();
  const file = join(started.value.dataDir, 'latchkey.password');
  await writeFile(file, 'something\nelse\n');
  expect(await startEmbedded(options)).toMatchObject({
    ok: false,
    error: { reason: 'wrong_password', path: file },
  });
  await rm(file);
  expect(await startEmbedded(options)).toMatchObject({ ok: false, error: { reason: 'no_permission' } });
});

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
