// The first start: initdb works in a directory beside the final one, and one rename makes the result count. A start
// that is killed leaves nothing half-made, and of two first starts at the same moment exactly one rename succeeds.
import { chown, mkdtemp, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok } from '../../kernel/result.ts';
import type { Result } from '../../kernel/result.ts';
import { randomToken } from '../../kernel/secret.ts';
import { initdbFailed } from './fault.ts';
import type { EmbeddedFault } from './fault.ts';
import type { Placement } from './placement.ts';
import type { Programs } from './programs.ts';
import { runProgram } from './run-program.ts';

/** Owns the server and the lock. The app does not use it: a superuser can run programs and read files. */
export const ADMIN_USER = 'latchkey_admin';
/** The app's own role: may create databases and everything in them, nothing on the machine. */
export const APP_USER = 'latchkey';

export interface Passwords {
  readonly admin: string;
  readonly app: string;
}

const PASSWORD_NAME = 'latchkey.password';
const UNFINISHED_PREFIX = '.postgres-being-made-';
/** A slow disk, and then some. */
const TIMEOUT_MS = 180_000;

/** Inside PostgreSQL's own directory, so that a backup or a rename of it keeps the two together. */
export function passwordPath(cluster: string): string {
  return join(cluster, PASSWORD_NAME);
}

export async function readPasswords(cluster: string): Promise<Passwords> {
  const [admin = '', app = ''] = (await readFile(passwordPath(cluster), 'utf8')).split('\n');
  return { admin, app };
}

export async function isInitialised(cluster: string): Promise<boolean> {
  return stat(join(cluster, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

/** Makes the cluster unless it (or a rival's) is there already. */
export async function initialise(
  { home, cluster, runAs }: Placement,
  programs: Programs,
  options: { fsync: boolean },
): Promise<Result<void, EmbeddedFault>> {
  if (await isInitialised(cluster)) return ok(undefined);
  const unfinished = await mkdtemp(join(home, UNFINISHED_PREFIX));
  try {
    const password = join(unfinished, 'password');
    const data = join(unfinished, 'data');
    // initdb takes the first line as the superuser's.
    const passwords: Passwords = { admin: randomToken(), app: randomToken() };
    await writeFile(password, `${passwords.admin}\n${passwords.app}\n`, {
      flag: 'wx',
      mode: 0o600,
      flush: true,
    });
    if (runAs !== undefined) {
      await chown(password, runAs.uid, runAs.gid);
      await chown(unfinished, runAs.uid, runAs.gid);
    }
    const run = { cwd: home, runAs, timeoutMs: TIMEOUT_MS };
    const made = await runProgram(programs.initdb, initdbArguments(data, password, options.fsync), run);
    const ran = made.ok
      ? await runProgram(programs.postgres, singleUserArguments(data, options.fsync), {
          ...run,
          input: appRoleSql(passwords),
        })
      : made;
    if (ran.ok) {
      await rename(password, passwordPath(data));
      await flushDirectory(data, options.fsync);
      await rename(data, cluster);
      await flushDirectory(home, options.fsync);
      return ok(undefined);
    }
    return (await isInitialised(cluster)) ? ok(undefined) : fail(initdbFailed(ran.output));
  } catch (error) {
    if (await isInitialised(cluster)) return ok(undefined);
    return fail(initdbFailed(String(error)));
  } finally {
    await rm(unfinished, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** initdb has flushed its own files; these are the names that we gave afterwards. */
async function flushDirectory(directory: string, fsync: boolean): Promise<void> {
  if (!fsync || process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What killed first starts left. Only for the owner of the running database: anyone still making one has lost. */
export async function removeUnfinished(home: string): Promise<void> {
  for (const name of await readdir(home).catch(() => [])) {
    if (!name.startsWith(UNFINISHED_PREFIX)) continue;
    await rm(join(home, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

function initdbArguments(data: string, password: string, fsync: boolean): string[] {
  return [
    `--pgdata=${data}`,
    `--username=${ADMIN_USER}`,
    `--pwfile=${password}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The same order and the same upper and lower case on every machine, without the machine's locales.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--text-search-config=simple',
    '--no-instructions',
    ...(fsync ? [] : ['--no-sync']),
  ];
}

/** PostgreSQL without a network, reading statements from its input: nobody can connect before the app's role exists. */
function singleUserArguments(data: string, fsync: boolean): string[] {
  const settings = [
    '-c',
    'exit_on_error=on',
    '-c',
    'log_min_error_statement=panic',
    '-c',
    `fsync=${fsync ? 'on' : 'off'}`,
  ];
  return ['--single', '-D', data, ...settings, 'postgres'];
}

/** One statement a line. The password is in base64url, so it needs no quoting. */
function appRoleSql({ app }: Passwords): string {
  return [
    `create role ${APP_USER} login createdb password '${app}';`,
    `alter database postgres owner to ${APP_USER};`,
    '',
  ].join('\n');
}
