// From whatever is there (nothing, a leftover file, an orphan, a rival) to a running server whose lock is ours, or to
// the reason why not. One loop that looks, acts and looks again, because others may act at the same moment.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fail, ok } from '../../kernel/result.ts';
import type { Result } from '../../kernel/result.ts';
import { held, heldElsewhere, notAnswering, startFailed, wrongPassword } from './fault.ts';
import type { EmbeddedFault } from './fault.ts';
import { freePort } from './free-port.ts';
import { beatsElsewhere } from './heartbeat.ts';
import { ADMIN_USER, APP_USER, passwordPath } from './initialise.ts';
import type { Passwords } from './initialise.ts';
import { takeOwnerLock } from './owner-lock.ts';
import type { OwnerLock } from './owner-lock.ts';
import type { Placement } from './placement.ts';
import { identityOf, isAlive, readPostmaster } from './postmaster-file.ts';
import type { Postmaster } from './postmaster-file.ts';
import type { Programs } from './programs.ts';
import { logPathOf, readTail } from './server-log.ts';
import { spawnPostmaster } from './spawn-postmaster.ts';
import type { SpawnedPostmaster } from './spawn-postmaster.ts';

export interface RunningServer {
  readonly pid: number;
  /** Which directory it works in: `identityOf` the cluster when it came up. */
  readonly directory: string;
  readonly url: string;
  readonly adopted: boolean;
  readonly lock: OwnerLock;
}

const POLL_MS = 15;
/** Crash recovery after heavy writing takes its time. */
const ANSWER_SECONDS_MAX = 120;
/** How long the connection of a killed process, or its server's children, may linger. */
const LINGER_MS = 10_000;
/** A postmaster.pid that is being written is empty for microseconds. */
const EMPTY_FILE_MS = 2_000;

export async function bringUp(
  placement: Placement,
  programs: Programs,
  options: {
    passwords: Passwords;
    fsync: boolean;
    connectionsMax?: number | undefined;
    say: (line: string) => void;
  },
): Promise<Result<RunningServer, EmbeddedFault>> {
  const { cluster, home, dataDir } = placement;
  const logPath = logPathOf(home);
  let begunMs = performance.now();
  const waitedMs = (): number => performance.now() - begunMs;
  let spawned: SpawnedPostmaster | undefined;

  for (; waitedMs() < ANSWER_SECONDS_MAX * 1000; await pause(POLL_MS)) {
    const state = await readPostmaster(cluster);
    if (state.is === 'live') {
      if (state.postmaster.status !== 'ready') continue;
      const owned = await own(placement, state.postmaster, options.passwords);
      if (owned.ok) {
        if (owned.value === undefined) continue;
        return ok({ ...owned.value, adopted: spawned?.pid !== state.postmaster.pid });
      }
      // A process that was killed a moment ago may not have lost its connection yet.
      const lingering = owned.error.reason === 'held' && !(await isAlive(owned.error.pid ?? 0));
      if (lingering && waitedMs() < LINGER_MS) continue;
      return fail(owned.error);
    }
    if (spawned !== undefined) {
      const ended = spawned.ended();
      if (ended === undefined) continue;
      const output = await readTail(logPath, spawned.logOffset);
      if (!(mayPass(ownLines(output, spawned.pid)) && waitedMs() < LINGER_MS)) {
        return fail(startFailed(logPath, `${output}\n(${ended})`));
      }
    } else if (state.is === 'stale') {
      if (await beatsElsewhere(home, options.say)) return fail(heldElsewhere(dataDir));
      begunMs = performance.now();
    }
    if (state.is === 'stale' && state.pid === 0 && waitedMs() > EMPTY_FILE_MS) {
      await rm(join(cluster, 'postmaster.pid'), { force: true });
    }
    spawned = await spawnPostmaster(placement, programs, {
      logPath,
      port: await freePort(),
      fsync: options.fsync,
      connectionsMax: options.connectionsMax,
      stalePid: state.is === 'stale' && state.pid > 0 ? state.pid : undefined,
    });
  }
  return fail(notAnswering(logPath, await readTail(logPath, spawned?.logOffset), ANSWER_SECONDS_MAX));
}

/** Takes the lock of a server that says it is ready. `undefined`: it was going away, look again. */
async function own(
  { cluster, dataDir }: Placement,
  postmaster: Postmaster,
  passwords: Passwords,
): Promise<Result<Omit<RunningServer, 'adopted'> | undefined, EmbeddedFault>> {
  const url = (user: string, password: string): string =>
    `postgres://${user}:${password}@127.0.0.1:${postmaster.port}/postgres`;
  const taken = await takeOwnerLock(url(ADMIN_USER, passwords.admin));
  if (taken.ok) {
    // The lock is also free while its last owner's server shuts down; PostgreSQL notes "stopping" before it lets go.
    const now = await readPostmaster(cluster);
    const directory = await identityOf(cluster);
    if (
      directory !== undefined &&
      now.is === 'live' &&
      now.postmaster.pid === postmaster.pid &&
      now.postmaster.status === 'ready'
    ) {
      return ok({ pid: postmaster.pid, directory, url: url(APP_USER, passwords.app), lock: taken.value });
    }
    await taken.value.release();
    return ok(undefined);
  }
  switch (taken.error.why) {
    case 'held':
      return fail(held(dataDir, taken.error.pid));
    case 'wrong_password':
      return fail(wrongPassword(passwordPath(cluster)));
    case 'unavailable':
      return ok(undefined);
  }
}

/** The port was taken in between, a rival was faster, or children of a killed server are still leaving. */
function mayPass(lines: string): boolean {
  return /Address already in use|lock file "postmaster\.pid"|pre-existing shared memory block/.test(lines);
}

/** A rival writes to the same log, so only the lines that carry this process id count. */
function ownLines(output: string, pid: number): string {
  return output
    .split('\n')
    .filter((line) => line.includes(`[${pid}]`))
    .join('\n');
}
