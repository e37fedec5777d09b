// One Latchkey owns a data directory at a time; Ctrl-C reaches Latchkey, not its database.
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startEmbedded } from '../../src/store/embedded/start-embedded.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { makeClone } from './clone.ts';
import { killAll, runLatchkey } from './latchkey-process.ts';
import type { Told } from './latchkey-process.ts';
import { clearRooms, isRunning, makeRoom, needRoot, ordinaryUser, postmasterPid } from './rooms.ts';

let clone = '';
let data = 0;
const newDataDir = (): string => join(clone, `data ${(data += 1)}`);

beforeAll(async () => {
  clone = await makeRoom();
  await makeClone(clone);
});
function expectOneWinner(ends: readonly Told[]): void {
  expect(ends).toContainEqual(expect.objectContaining({ event: 'up' }));
  expect(ends).toContainEqual(expect.objectContaining({ event: 'fault', reason: 'held' }));
}

afterEach(killAll);
afterAll(clearRooms);

test('a second process is refused with a sentence that names the first and says what to do', async () => {
  const dataDir = newDataDir();
  const first = runLatchkey({ clone, dataDir });
  await first.next('up');
  const second = runLatchkey({ clone, dataDir });
  const fault = await second.next('fault');
  expect(fault).toMatchObject({
    reason: 'held',
    pid: first.pid,
    message:
      `Another Latchkey (process ${first.pid}) is using the data directory ${dataDir}. ` +
      `Stop it first (kill ${first.pid}), or set LATCHKEY_DATA_DIR to another directory.`,
  });
  expect(await second.exited).toBe(3);
  // The first one did not notice.
  first.send('stop');
  await first.next('stopped');
  expect(first.told.map(({ event }) => event)).not.toContain('lost');
});

test('a second start in the same process is refused too, and a stopped directory can be started again', async () => {
  const options = { dataDir: newDataDir(), say: () => undefined, log: silentLog };
  const first = await startEmbedded(options);
  const second = await startEmbedded(options);
  expect(second).toMatchObject({ ok: false, error: { reason: 'held', pid: process.pid } });
  if (!first.ok) throw new Error(first.error.message);
  await Promise.all([first.value.stop(), first.value.stop()]);
  const third = await startEmbedded(options);
  if (!third.ok) throw new Error(third.error.message);
  expect(third.value.adopted).toBe(false);
  await third.value.stop();
});

test.each([1, 2, 3, 4])('of two first starts at the same instant exactly one wins (round %i)', async () => {
  const dataDir = newDataDir();
  const rivals = [1, 2].map(() => runLatchkey({ clone, dataDir, fsync: false, waits: true }));
  await Promise.all(rivals.map((rival) => rival.next('alive')));
  for (const rival of rivals) rival.send('go');
  const ends = await Promise.all(rivals.map((rival) => rival.next('up', 'fault')));
  const winner = rivals[ends.findIndex(({ event }) => event === 'up')];
  expectOneWinner(ends);
  expect(ends.find(({ event }) => event === 'fault')).toMatchObject({ reason: 'held', pid: winner?.pid });
  winner?.send('stop');
  await winner?.next('stopped');
});

test('of two later starts at the same instant exactly one wins, five times out of five', async () => {
  const dataDir = newDataDir();
  for (let round = 0; round < 5; round += 1) {
    const rivals = [1, 2].map(() => runLatchkey({ clone, dataDir, fsync: false, waits: true }));
    await Promise.all(rivals.map((rival) => rival.next('alive')));
    for (const rival of rivals) rival.send('go');
    const ends = await Promise.all(rivals.map((rival) => rival.next('up', 'fault')));
    expectOneWinner(ends);
    const winner = rivals[ends.findIndex(({ event }) => event === 'up')];
    expect(winner).toBeDefined();
    winner?.send('stop');
    await winner?.next('stopped');
  }
});

test('Ctrl-C does not reach the database: Latchkey drains, then stops it', async () => {
  const latchkey = runLatchkey({ clone, dataDir: newDataDir() });
  const { dataDir } = await latchkey.next('up');
  const server = await postmasterPid(String(dataDir));
  latchkey.interruptGroup();
  expect(await latchkey.next('drained')).toMatchObject({ rows: 1 });
  await latchkey.next('stopped');
  expect(await latchkey.exited).toBe(0);
  expect(await isRunning(server)).toBe(false);
  expect(latchkey.told.map(({ event }) => event)).not.toContain('lost');
});

test('when the database dies, its owner hears of it once', async () => {
  const latchkey = runLatchkey({ clone, dataDir: newDataDir() });
  const { dataDir } = await latchkey.next('up');
  process.kill(await postmasterPid(String(dataDir)), 'SIGKILL');
  const lost = await latchkey.next('lost');
  expect(lost['message']).toContain('postgres.log');
  latchkey.send('stop');
  await latchkey.next('stopped');
  expect(latchkey.told.filter(({ event }) => event === 'lost')).toHaveLength(1);
});

test('the app connects as a role that is no superuser, over loopback, to a durable UTF-8 database', async () => {
  const started = await startEmbedded({ dataDir: newDataDir(), say: () => undefined, log: silentLog });
  if (!started.ok) throw new Error(started.error.message);
  const client = new Client({ connectionString: started.value.url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query(
    `select rolsuper, rolcreatedb, current_setting('fsync') as fsync, current_setting('synchronous_commit') as commits,
            current_setting('server_encoding') as encoding, current_setting('listen_addresses') as listens,
            current_setting('timezone') as timezone,
            upper('ärger') as upper
       from pg_roles where rolname = current_user`,
  );
  expect(rows).toEqual([
    {
      rolsuper: false,
      rolcreatedb: true,
      fsync: 'on',
      commits: 'on',
      encoding: 'UTF8',
      listens: '127.0.0.1',
      timezone: 'UTC',
      upper: 'ÄRGER',
    },
  ]);
  const [, , , , socketDirectory] = (
    await readFile(join(started.value.dataDir, 'postmaster.pid'), 'utf8')
  ).split('\n');
  expect(socketDirectory).toBe('');
  await expect(client.query(`copy (select 1) to program 'id'`)).rejects.toThrow('permission denied');
  await client.query('create schema reelport');
  await client.query('create database other');
  await client.end();
  await started.value.stop();
});

test('a data directory of another major version is left alone and named', async () => {
  const dataDir = newDataDir();
  const options = { dataDir, say: () => undefined, log: silentLog, fsync: false };
  const started = await startEmbedded(options);
  if (!started.ok) throw new Error(started.error.message);
  await started.value.stop();
  const versionFile = join(started.value.dataDir, 'PG_VERSION');
  const version = await readFile(versionFile, 'utf8');
  await writeFile(versionFile, '17\n');
  expect(await startEmbedded(options)).toMatchObject({
    ok: false,
    error: { reason: 'version_differs', found: '17', wanted: version.trim() },
  });
});

test('a server that cannot start leaves the last lines of its log in the fault', async () => {
  const dataDir = newDataDir();
  const options = { dataDir, say: () => undefined, log: silentLog, fsync: false };
  const started = await startEmbedded(options);
  if (!started.ok) throw new Error(started.error.message);
  await started.value.stop();
  await appendFile(join(started.value.dataDir, 'postgresql.conf'), '\nno_such_setting = on\n');
  const fault = await startEmbedded(options);
  expect(fault).toMatchObject({ ok: false, error: { reason: 'start_failed' } });
  expect(JSON.stringify(fault)).toContain('no_such_setting');
});

test('data that somebody else owns is refused with a sentence, and not touched', async (ctx) => {
  needRoot(ctx);
  const room = await makeRoom();
  const dataDir = join(room, 'data');
  const options = { dataDir, say: () => undefined, log: silentLog, fsync: false };
  const started = await startEmbedded(options);
  if (!started.ok) throw new Error(started.error.message);
  await started.value.stop();
  const user = await ordinaryUser(ctx);
  const other = runLatchkey({ clone, dataDir, ...(user === undefined ? {} : { runAs: user }) });
  expect(await other.next('fault')).toMatchObject({
    reason: 'no_permission',
    message: expect.stringContaining('Start Latchkey as the user that made it'),
  });
});
