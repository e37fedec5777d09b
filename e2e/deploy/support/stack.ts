import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand, type StartedCommand } from '../../../packages/server/test/support/latchkey-command.ts';

/** Where the program runs: on this machine as it was built here, or in a root of its own as nobody's root. */
export interface Stack {
  /** Puts a file where the program finds it, and says under which name. */
  put(name: string, text: string): Promise<string>;
  start(args: string[], environment: Record<string, string>): StartedCommand;
  close(): Promise<void>;
}

/** The account that the image is run as. */
const IMAGE_USER = 10_001;

/** `root`: a folder that holds what the image would hold; undefined: what was built here. */
export async function openStack(root: string | undefined): Promise<Stack> {
  return root === undefined ? openHere() : openIn(root);
}

async function openHere(): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-stack-'));
  await chmod(folder, 0o755);
  return {
    async put(name, text) {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    },
    start: (args, environment) => startCommand(args, { cwd: folder, environment }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function openIn(root: string): Promise<Stack> {
  const folder = '/data/journey';
  await mkdir(root + folder, { recursive: true });
  await chown(root + folder, IMAGE_USER, IMAGE_USER);
  return {
    async put(name, text) {
      await writeFile(join(root + folder, name), text);
      return `${folder}/${name}`;
    },
    start(args, environment) {
      const within = [`--userspec=${IMAGE_USER}:${IMAGE_USER}`, root, '/usr/local/bin/latchkey', ...args];
      const child = spawn('chroot', within, {
        // What the image sets, but for HOST.
        env: {
          PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          NODE_ENV: 'production',
          LATCHKEY_DATA_DIR: '/data',
          LATCHKEY_DRAIN_SECONDS: '0',
          ...environment,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let out = '';
      let err = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
      const exit = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
      return { child, out: () => out, err: () => err, exit };
    },
    close: () => rm(root + folder, { recursive: true, force: true }),
  };
}
