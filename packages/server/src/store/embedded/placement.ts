// Where the database lives and as whom: in the data directory, or under /var/lib/latchkey when root's unprivileged
// account cannot enter the data directory.
import { createHash } from 'node:crypto';
import { access, chmod, constants, mkdir, realpath, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { fail, ok } from '../../kernel/result.ts';
import type { Result } from '../../kernel/result.ts';
import { accountOfUid, findOrCreateAccount, isRoot } from './account.ts';
import type { RunAs } from './account.ts';
import { noPermission } from './fault.ts';
import type { EmbeddedFault } from './fault.ts';
import { readPointer, writePointer } from './pointer.ts';
import { firstUnreachable } from './reach.ts';

export interface Placement {
  /** The data directory as a real path: what people call it. */
  readonly dataDir: string;
  /** The directory that holds `postgres/` and its log. */
  readonly home: string;
  /** PostgreSQL's own directory: `<home>/postgres`. */
  readonly cluster: string;
  readonly runAs: RunAs | undefined;
  /** Where copies of the programs go when they cannot run where they are. */
  readonly copyRoot: string;
  /** The directory that the account cannot enter, when the database had to move because of it. */
  readonly movedBecauseOf: string | undefined;
}

const CLUSTER = 'postgres';
const ELSEWHERE = 'Or set LATCHKEY_DATA_DIR to another directory.';

export async function place(
  wantedDataDir: string,
  options: { systemDir: string; say: (line: string) => void },
): Promise<Result<Placement, EmbeddedFault>> {
  let dataDir: string;
  try {
    // Root's account must be able to pass through; what is secret inside is protected by its own mode.
    const created = await mkdir(wantedDataDir, { recursive: true });
    dataDir = await realpath(wantedDataDir);
    if (created !== undefined) await chmod(dataDir, isRoot() ? 0o711 : 0o700);
  } catch (error) {
    return fail(
      noPermission(
        wantedDataDir,
        `The data directory ${wantedDataDir} cannot be made (${String(error)}).`,
        'Set LATCHKEY_DATA_DIR to a directory that you can write to.',
      ),
    );
  }
  return isRoot() ? placeAsRoot(dataDir, options) : placeAsOurselves(dataDir);
}

async function placeAsOurselves(dataDir: string): Promise<Result<Placement, EmbeddedFault>> {
  const pointer = await readPointer(dataDir);
  const here = await stats(join(dataDir, CLUSTER));
  const home = here === undefined && pointer !== undefined ? pointer.home : dataDir;
  const cluster = join(home, CLUSTER);
  const uid = process.getuid?.();
  const owner = (await stats(cluster))?.uid;
  const mine =
    owner === undefined ? home === dataDir && (await writable(home)) : uid === undefined || owner === uid;
  if (!mine) {
    const whose = owner === undefined ? 'cannot be written by' : `belongs to uid ${owner}, not to`;
    return fail(
      noPermission(
        cluster,
        `The database in ${cluster} ${whose} you (uid ${String(uid)}).`,
        `Start Latchkey as the user that made it (root, if you used sudo). ${ELSEWHERE}`,
      ),
    );
  }
  return ok({ dataDir, home, cluster, runAs: undefined, copyRoot: dataDir, movedBecauseOf: undefined });
}

async function placeAsRoot(
  dataDir: string,
  { systemDir, say }: { systemDir: string; say: (line: string) => void },
): Promise<Result<Placement, EmbeddedFault>> {
  const moved = await movedHome(dataDir, systemDir);
  const home = (await stats(join(dataDir, CLUSTER))) === undefined ? moved : dataDir;
  const existing = await stats(join(home, CLUSTER));

  // The owner of the data is the account, whichever accounts exist today.
  if (existing !== undefined) return placeExisting(dataDir, home, existing, systemDir);

  const account = await findOrCreateAccount(say);
  if (!account.ok) return account;
  const runAs = account.value;
  const obstacle = await firstUnreachable(dataDir, runAs);
  const base = { dataDir, runAs, copyRoot: systemDir, movedBecauseOf: obstacle };
  if (obstacle === undefined) return ok({ ...base, home: dataDir, cluster: join(dataDir, CLUSTER) });
  try {
    await makePassable(systemDir, 0o755);
    await makePassable(moved, 0o711);
    const stillUnreachable = await firstUnreachable(await realpath(moved), runAs);
    if (stillUnreachable !== undefined) throw new Error(`${runAs.name} cannot enter ${stillUnreachable}`);
    await writePointer(dataDir, moved, `the account ${runAs.name} cannot enter ${obstacle}`);
  } catch (error) {
    return fail(
      noPermission(
        moved,
        `PostgreSQL runs as ${runAs.name}, which cannot enter ${obstacle}, and ${moved} cannot be used instead (${String(error)}).`,
        'Set LATCHKEY_DATA_DIR to a directory that this account can reach, or start Latchkey as an ordinary user.',
      ),
    );
  }
  return ok({ ...base, home: moved, cluster: join(moved, CLUSTER) });
}

async function placeExisting(
  dataDir: string,
  home: string,
  found: Stats,
  systemDir: string,
): Promise<Result<Placement, EmbeddedFault>> {
  const cluster = join(home, CLUSTER);
  const runAs = await accountOfUid(found.uid, found.gid);
  if (found.uid === 0) {
    return fail(
      noPermission(
        cluster,
        `The database in ${cluster} belongs to root, and PostgreSQL does not run as root.`,
        `Give it to the account that is to run it, for example: chown -R postgres "${cluster}".`,
      ),
    );
  }
  const obstacle = await firstUnreachable(home, runAs);
  if (obstacle !== undefined) {
    return fail(
      noPermission(
        cluster,
        `The database in ${cluster} belongs to ${runAs.name}, which cannot enter ${obstacle}.`,
        `Let it pass ("chmod o+x ${obstacle}"), or move the database to where it can. ${ELSEWHERE}`,
      ),
    );
  }
  const elsewhere = home === dataDir ? undefined : ((await firstUnreachable(dataDir, runAs)) ?? dataDir);
  return ok({ dataDir, home, cluster, runAs, copyRoot: systemDir, movedBecauseOf: elsewhere });
}

/**
 * The place outside for this data directory. A directory that was renamed keeps its database; a copy of a directory
 * (the first one is still there) gets its own.
 */
async function movedHome(dataDir: string, systemDir: string): Promise<string> {
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const own = join(systemDir, `data-${hash}`);
  const pointer = await readPointer(dataDir);
  if (pointer === undefined || pointer.madeFor === dataDir) return own;
  if (!pointer.home.startsWith(join(systemDir, 'data-'))) return own;
  if ((await readPointer(pointer.madeFor))?.home === pointer.home) return own;
  await writePointer(dataDir, pointer.home, `the directory it was made for was renamed`);
  return pointer.home;
}

async function makePassable(directory: string, mode: number): Promise<void> {
  const created = await mkdir(directory, { recursive: true });
  if (created !== undefined) await chmod(directory, mode);
}

function stats(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}

function writable(path: string): Promise<boolean> {
  return access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}
