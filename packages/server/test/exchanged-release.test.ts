import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCommand, stopCommand, untilReady, type StartedCommand } from './support/latchkey-command.ts';

// A copy of the built program, whose files are exchanged while it serves.
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

let folder: string;
let program: string;
let served: StartedCommand | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-exchanged-'));
  // Where root runs the suite, the database's own account passes through here.
  await chmod(folder, 0o755);
  program = join(folder, 'program');
  for (const part of ['dist', 'migrations', 'package.json'])
    await cp(join(PACKAGE, part), join(program, part), { recursive: true });
  await symlink(join(PACKAGE, 'node_modules'), join(program, 'node_modules'));
  await symlink(join(PACKAGE, '../../node_modules'), join(folder, 'node_modules'));
});
afterEach(async () => {
  if (served !== undefined) await stopCommand(served);
  await rm(folder, { recursive: true, force: true });
});

test('a worker of another release takes no place, and says how the release is changed', async () => {
  served = startCommand(['serve', '--workers', '2'], {
    cwd: folder,
    environment: { PORT: '0', LATCHKEY_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'error' },
    cli: join(program, 'dist/cli.js'),
  });
  const { url } = await untilReady(served);
  const workers = () =>
    spawnSync('ps', ['-o', 'pid=', '--ppid', String(served?.child.pid)]).stdout.toString();
  const before = workers();
  const about = JSON.parse(await readFile(join(program, 'package.json'), 'utf8')) as object;
  await writeFile(join(program, 'package.json'), JSON.stringify({ ...about, version: '99.0.0' }));
  served.child.kill('SIGHUP');
  await expect.poll(served.err, { timeout: 60_000 }).toMatch(/99\.0\.0.*stop the service and start it again/);
  await expect.poll(workers, { timeout: 20_000 }).toBe(before);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});
