// The first start: initdb works in a directory beside the final one, and one rename makes the result count. A start
// that is killed leaves nothing half-made, and of two first starts at the same moment exactly one rename succeeds.
import { chmod, chown, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok } from '../../kernel/result.ts';
import type { Result } from '../../kernel/result.ts';
import { randomToken } from '../../kernel/secret.ts';
import { initdbFailed } from './fault.ts';
import type { EmbeddedFault } from './fault.ts';
import type { Placement } from './placement.ts';
import type { Programs } from './programs.ts';
import { runProgram } from './run-program.ts';

export const DATABASE_USER = 'latchkey';
const PASSWORD_NAME = 'latchkey.password';
const UNFINISHED_PREFIX = '.postgres-being-made-';
const INITDB_TIMEOUT_MS = 180_000;

/** Inside PostgreSQL's own directory, so that a backup or a rename of it keeps the two together. */
export function passwordPath(cluster: string): string {
  return join(cluster, PASSWORD_NAME);
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
    await writeFile(password, randomToken(), { flag: 'wx', mode: 0o600 });
    await chmod(password, 0o600);
    if (runAs !== undefined) {
      await chown(password, runAs.uid, runAs.gid);
      await chown(unfinished, runAs.uid, runAs.gid);
    }
    const args = initdbArguments(data, password, options.fsync);
    const ran = await runProgram(programs.initdb, args, { cwd: home, runAs, timeoutMs: INITDB_TIMEOUT_MS });
    if (ran.ok) {
      await rename(password, passwordPath(data));
      await rename(data, cluster);
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

/** What killed first starts left. Only for the owner of the running database: anyone still making one has lost. */
export async function removeUnfinished(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (!name.startsWith(UNFINISHED_PREFIX)) continue;
    await rm(join(home, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

function initdbArguments(data: string, password: string, fsync: boolean): string[] {
  return [
    `--pgdata=${data}`,
    `--username=${DATABASE_USER}`,
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
