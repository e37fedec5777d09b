import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ROOT } from './pages.ts';

export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder in which the lines of the docs may do what they like, with the built programs in it. */
export async function createSandbox() {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-docs-'));
  // Where root runs the suite, the database's own account passes through here.
  await chmod(folder, 0o755);
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const cli = join(ROOT, 'packages/server/dist/cli.js');
  const script = `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`;
  await writeFile(join(bin, 'latchkey'), script, { mode: 0o755 });
  for (const name of ['node_modules', 'packages', 'package.json'])
    await symlink(join(ROOT, name), join(folder, name));

  const environmentOf = (environment: Readonly<Record<string, string>>) => ({
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    LATCHKEY_DATA_DIR: join(folder, 'data'),
    LATCHKEY_DRAIN_SECONDS: '0',
    LOG_LEVEL: 'error',
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
    ...environment,
  });

  function start(line: string, environment: Readonly<Record<string, string>>) {
    // A group of its own: what a line starts ends with it.
    const child = spawn('bash', ['-c', line], {
      cwd: folder,
      env: environmentOf(environment),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
    const closed = once(child, 'close').then(([status]: (number | null)[]) => status ?? null);
    function end(): void {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      process.kill(-child.pid, 'SIGTERM');
    }
    onTestFinished(async () => {
      end();
      await closed;
    });
    return { child, said, closed, end };
  }

  return {
    folder,
    bin,
    environmentOf,

    async run(line: string, environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
      const { closed, said } = start(line, environment);
      return { status: await closed, ...said };
    },

    /** For what goes on until it is told to end: as soon as it says so, it is told. */
    async runUntil(
      pattern: RegExp,
      line: string,
      environment: Readonly<Record<string, string>> = {},
    ): Promise<Ran> {
      const { child, closed, end, said } = start(line, environment);
      await new Promise<void>((resolve) => {
        const look = () => (pattern.test(said.out + said.err) ? resolve() : undefined);
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        child.once('close', () => resolve());
      });
      end();
      return { status: await closed, ...said };
    },

    close: () => rm(folder, { recursive: true, force: true }),
  };
}

export type Sandbox = Awaited<ReturnType<typeof createSandbox>>;
