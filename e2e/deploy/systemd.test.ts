import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test, type TestContext } from 'vitest';

// What can be said of the units without a systemd that runs.
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NO_SYSTEMD = 'SKIPPED: systemd-analyze (install: apt-get install systemd)';
const DAY_SECONDS = 24 * 60 * 60;
const run = promisify(execFile);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-unit-'));
  // Where root runs the suite, the database's own account passes through here.
  await chmod(folder, 0o755);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function needsSystemd(context: TestContext): Promise<void> {
  const hasSystemd = await run('systemd-analyze', ['--version']).then(
    () => true,
    () => false,
  );
  if (!hasSystemd && process.env['CI'] === 'true') throw new Error(NO_SYSTEMD);
  if (!hasSystemd) context.skip(NO_SYSTEMD);
}

/** Where Node is differs from machine to machine. */
async function readUnit(name: string): Promise<string> {
  const unit = await readFile(join(ROOT, 'deploy/systemd', name), 'utf8');
  return unit.replace('=/usr/bin/node', `=${process.execPath}`);
}

async function copyUnit(name: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, await readUnit(name));
  return path;
}

const verify = (...paths: string[]) => run('systemd-analyze', ['verify', '--man=no', ...paths]);

test.for(['latchkey.service', 'latchkey-backup.service'])(
  'systemd takes %s, and finds little that it could still do',
  async (name, context) => {
    await needsSystemd(context);
    const path = await copyUnit(name);
    expect((await verify(path)).stderr).toBe('');
    // In tenths, of ten.
    await run('systemd-analyze', ['security', '--offline=yes', '--threshold=20', '--no-pager', path]);
    await writeFile(path, (await readUnit(name)).replace('NoNewPrivileges=yes', 'NoNewPriviliges=yes'));
    const misspelt = await verify(path).catch((error: { stderr: string }) => error);
    expect(misspelt.stderr).toContain('NoNewPriviliges');
  },
);

test('systemd takes the timer of backups', async (context) => {
  await needsSystemd(context);
  await copyUnit('latchkey-backup.service');
  const timer = await copyUnit('latchkey-backup.timer');
  expect((await verify(timer)).stderr).toBe('');
  await writeFile(timer, (await readUnit('latchkey-backup.timer')).replace('03:00:00', '03:00:61'));
  const impossible = await verify(timer).catch((error: { stderr: string }) => error);
  expect(impossible.stderr).toContain('03:00:61');
});

test('the unit of backups makes one, and deletes its own that are older than two weeks', async () => {
  const [data, backups] = [join(folder, 'data'), join(folder, 'backups')];
  for (const path of [data, backups]) await mkdir(path, { mode: 0o755 });
  const unit = (await readUnit('latchkey-backup.service'))
    .replaceAll('/opt/latchkey', ROOT)
    .replaceAll('/var/lib/latchkey', data)
    .replaceAll('/var/backups/latchkey', backups);
  const act = async (line: string) => {
    const [, command = ''] = new RegExp(`^${line}=(.*)$`, 'm').exec(unit) ?? [];
    const [program = '', ...args] = command.split(' ');
    await run(program, args, { env });
  };
  const env = {
    LATCHKEY_DATA_DIR: data,
    LATCHKEY_SECRET: 'the secret of the service, of 32 characters',
    LOG_LEVEL: 'silent',
  };
  await run(process.execPath, [join(ROOT, 'packages/server/bin/latchkey.js'), 'migrate'], { env });
  const now = Date.now() / 1000;
  for (const [name, days] of [
    ['latchkey-old.tar', 16],
    ['latchkey-kept.tar', 13],
    ['other.tar', 16],
  ] as const) {
    await writeFile(join(backups, name), '');
    await utimes(join(backups, name), now, now - days * DAY_SECONDS);
  }

  await act('ExecStart');
  const isNew = (name: string) => /^latchkey-\d{4}-.*Z\.tar$/.test(name);
  const made = (await readdir(backups)).filter(isNew);
  expect(made).toHaveLength(1);
  expect((await readdir(backups)).length).toBe(4);
  await act('ExecStartPost');
  expect((await readdir(backups)).toSorted()).toEqual([...made, 'latchkey-kept.tar', 'other.tar']);
});
