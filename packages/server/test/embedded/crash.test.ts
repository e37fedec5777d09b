// Whatever is killed, the next start has a running database with every committed row. Default durability throughout.
import { spawn, spawnSync } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { makeClone } from './clone.ts';
import { killAll, runLatchkey } from './latchkey-process.ts';
import type { LatchkeyProcess } from './latchkey-process.ts';
import {
  amRoot,
  clearRooms,
  isRunning,
  makeRoom,
  postmasterPid,
  uidOf,
  needRoot,
  skipOrFail,
} from './rooms.ts';

let clone = '';
let data = 0;
const newDataDir = (): string => join(clone, `data-${(data += 1)}`);

beforeAll(async () => {
  clone = await makeRoom();
  await makeClone(clone);
});
afterEach(killAll);
afterAll(clearRooms);

/** Has rows written one commit at a time and answers the last that was acknowledged before the kill. */
async function killWhileWriting(latchkey: LatchkeyProcess, alsoServer?: number): Promise<number> {
  latchkey.send('write');
  for (let acknowledged = 0; acknowledged < 20; acknowledged += 1) await latchkey.next('wrote');
  latchkey.kill('SIGKILL');
  if (alsoServer !== undefined) process.kill(alsoServer, 'SIGKILL');
  await latchkey.exited;
  return Math.max(...latchkey.told.filter(({ event }) => event === 'wrote').map(({ n }) => Number(n)));
}

/** No hole and no loss: row n is the n-th. One more may have been committed than we were told. */
async function expectRows(latchkey: LatchkeyProcess, acknowledged: number): Promise<void> {
  latchkey.send('count');
  const { count, last } = await latchkey.next('counted');
  expect(count).toBe(last);
  expect([acknowledged, acknowledged + 1]).toContain(last);
}

test(
  'after kill -9 of Latchkey the next start has the database and every committed row, 20 times out of 20',
  { timeout: 180_000 },
  async () => {
    const dataDir = newDataDir();
    let acknowledged = 0;
    let orphan = 0;
    for (let round = 1; round <= 20; round += 1) {
      const latchkey = runLatchkey({ clone, dataDir });
      const up = await latchkey.next('up', 'fault');
      expect({ round, ...up }).toMatchObject({ event: 'up', adopted: orphan > 0 });
      const server = await postmasterPid(String(up['dataDir']));
      // Adopted means the same server.
      expect(orphan === 0 || orphan === server).toBe(true);
      if (round > 1) await expectRows(latchkey, acknowledged);
      // Every fourth time the server dies in the same moment: nothing to adopt, a recovery instead.
      const both = round % 4 === 0;
      acknowledged = await killWhileWriting(latchkey, both ? server : undefined);
      orphan = both ? 0 : server;
    }
    const last = runLatchkey({ clone, dataDir });
    await last.next('up');
    await expectRows(last, acknowledged);
    last.send('stop');
    await last.next('stopped');
  },
);

test('an adopted server is stopped like one that we started', async () => {
  const dataDir = newDataDir();
  const first = runLatchkey({ clone, dataDir });
  const cluster = String((await first.next('up'))['dataDir']);
  const server = await postmasterPid(cluster);
  first.kill('SIGKILL');
  const second = runLatchkey({ clone, dataDir });
  expect(await second.next('up')).toMatchObject({ adopted: true });
  second.send('stop');
  await second.next('stopped');
  expect(await isRunning(server)).toBe(false);
  expect(await readdir(cluster)).not.toContain('postmaster.pid');
});

test('of two starts that find an orphan exactly one adopts it', async () => {
  const dataDir = newDataDir();
  const first = runLatchkey({ clone, dataDir });
  await first.next('up');
  first.kill('SIGKILL');
  const rivals = [1, 2].map(() => runLatchkey({ clone, dataDir, waits: true }));
  await Promise.all(rivals.map((rival) => rival.next('alive')));
  for (const rival of rivals) rival.send('go');
  const ends = await Promise.all(rivals.map((rival) => rival.next('up', 'fault')));
  expect(ends).toContainEqual(expect.objectContaining({ event: 'up', adopted: true }));
  expect(ends).toContainEqual(expect.objectContaining({ event: 'fault', reason: 'held' }));
});

test('after kill -9 of the database server the next start recovers every committed row', async () => {
  const dataDir = newDataDir();
  const first = runLatchkey({ clone, dataDir });
  const server = await postmasterPid(String((await first.next('up'))['dataDir']));
  first.send('write');
  for (let acknowledged = 0; acknowledged < 20; acknowledged += 1) await first.next('wrote');
  process.kill(server, 'SIGKILL');
  await first.next('lost');
  first.kill('SIGKILL');
  await first.exited;
  const acknowledged = first.told.filter(({ event }) => event === 'wrote').length;
  const second = runLatchkey({ clone, dataDir });
  expect(await second.next('up', 'fault')).toMatchObject({ event: 'up', adopted: false });
  await expectRows(second, acknowledged);
});

test('a first start that is killed leaves nothing half-made', async () => {
  const dataDir = newDataDir();
  const first = runLatchkey({ clone, dataDir });
  await first.next('alive');
  const listing = async (): Promise<string[]> => readdir(dataDir).catch(() => []);
  while (!(await listing()).some((name) => name.startsWith('.postgres-being-made-'))) {
    // initdb is about to begin.
  }
  first.kill('SIGKILL');
  await first.exited;
  expect(await listing()).not.toContain('postgres');
  const second = runLatchkey({ clone, dataDir });
  expect(await second.next('up', 'fault')).toMatchObject({ event: 'up', adopted: false });
  expect((await listing()).toSorted()).toEqual(['latchkey.alive', 'postgres', 'postgres.log']);
});

test('a leftover postmaster.pid whose number is another program by now does not stop a start', async () => {
  const dataDir = newDataDir();
  const first = runLatchkey({ clone, dataDir });
  const cluster = String((await first.next('up'))['dataDir']);
  const server = await postmasterPid(cluster);
  const uid = await uidOf(server);
  const file = join(cluster, 'postmaster.pid');
  process.kill(server, 'SIGKILL');
  await first.next('lost');
  first.kill('SIGKILL');
  // Another program of the same user, which is the case that PostgreSQL itself refuses.
  const other = spawn('sleep', ['60'], { stdio: 'ignore', ...(amRoot ? { uid } : {}) });
  try {
    const lines = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, [String(other.pid), ...lines.slice(1)].join('\n'));
    const second = runLatchkey({ clone, dataDir });
    expect(await second.next('up', 'fault')).toMatchObject({ event: 'up', adopted: false });
    expect(other.exitCode).toBe(null);
    second.send('stop');
    await second.next('stopped');
  } finally {
    other.kill('SIGKILL');
  }
});

test('an empty postmaster.pid that a full disk left behind does not stop a start', async () => {
  const dataDir = newDataDir();
  const first = runLatchkey({ clone, dataDir });
  const cluster = String((await first.next('up'))['dataDir']);
  first.send('stop');
  await first.next('stopped');
  await writeFile(join(cluster, 'postmaster.pid'), '');
  const second = runLatchkey({ clone, dataDir });
  expect(await second.next('up', 'fault')).toMatchObject({ event: 'up', adopted: false });
});

test('a directory that another container uses is refused, and taken over when that container is dead', async (ctx) => {
  needRoot(ctx);
  // Its own processes, its own network and its own shared memory: nothing but the directory is common.
  const container = ['unshare', '--pid', '--net', '--ipc', '--fork', '--kill-child', '--mount-proc'];
  const ready = [...container, 'ip', 'link', 'set', 'lo', 'up'];
  if (spawnSync('unshare', ready.slice(1)).status !== 0) {
    skipOrFail(ctx, 'namespaces are not available', 'util-linux, iproute2, and the capability SYS_ADMIN');
  }
  const wrapper = [...container, 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
  const dataDir = newDataDir();
  const first = runLatchkey({ clone, dataDir, wrapper });
  await first.next('up');
  const second = runLatchkey({ clone, dataDir });
  expect(await second.next('up', 'fault')).toMatchObject({
    event: 'fault',
    reason: 'held',
    message: expect.stringContaining('in another container'),
  });
  first.send('write');
  for (let acknowledged = 0; acknowledged < 20; acknowledged += 1) await first.next('wrote');
  first.kill('SIGKILL');
  await first.exited;
  const acknowledged = first.told.filter(({ event }) => event === 'wrote').length;
  const third = runLatchkey({ clone, dataDir });
  expect(await third.next('up', 'fault')).toMatchObject({ event: 'up', adopted: false });
  await expectRows(third, acknowledged);
});
