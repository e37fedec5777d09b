// The embedded PostgreSQL: found, placed, created at the first start, started or adopted, owned by a lock.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../kernel/log.ts';
import { fail, ok } from '../../kernel/result.ts';
import type { Result } from '../../kernel/result.ts';
import { bringUp } from './bring-up.ts';
import type { RunningServer } from './bring-up.ts';
import { noPermission, systemError, versionDiffers } from './fault.ts';
import type { EmbeddedFault } from './fault.ts';
import { beginHeartbeat } from './heartbeat.ts';
import type { Heartbeat } from './heartbeat.ts';
import { initialise, readPasswords, removeUnfinished } from './initialise.ts';
import { place } from './placement.ts';
import type { Placement } from './placement.ts';
import type { Passwords } from './initialise.ts';
import { findPlatformPackage } from './platform-package.ts';
import { preparePrograms } from './programs.ts';
import type { Programs } from './programs.ts';
import { keepLogShort, logPathOf, readTail } from './server-log.ts';
import { stopPostmaster } from './stop-postmaster.ts';

export interface EmbeddedServer {
  /** A secret: it holds the password. Loopback, database `postgres`; the role owns it and may
   * create databases, but is no superuser. */
  readonly url: string;
  /** PostgreSQL's directory, where it really is. */
  readonly dataDir: string;
  /** True when a server whose Latchkey had died was found running and taken over. */
  readonly adopted: boolean;
  /** Stops the server, adopted or not, and gives up the data directory. Close every other connection before. */
  stop(): Promise<void>;
}

export interface StartEmbeddedOptions {
  /** Created if missing. Its own mode is 0711 for root (the unprivileged account passes through), else 0700. */
  readonly dataDir: string;
  /** One line for the person at the terminal: when things had to be put elsewhere, or an account was created. */
  readonly say: (line: string) => void;
  readonly log: Log;
  /** The server died, or this process no longer owns the data directory: the app should end. At most one call. */
  readonly onLost?: (lost: { readonly message: string }) => void;
  /** Where root puts what its unprivileged account cannot reach. Tests only. */
  readonly systemDir?: string;
  /** `false` gives durability up for speed. Tests only. */
  readonly fsync?: boolean;
  /** How many connections there may be. Unset: a hundred. */
  readonly connectionsMax?: number | undefined;
}

/**
 * Starts the embedded PostgreSQL for a data directory, or adopts the one that a killed Latchkey left running.
 * Registers no exit hook: whoever calls this calls `stop()`, after its own draining.
 */
export async function startEmbedded(
  options: StartEmbeddedOptions,
): Promise<Result<EmbeddedServer, EmbeddedFault>> {
  try {
    return await start(options);
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return fail(systemError(error));
    throw error;
  }
}

async function start(options: StartEmbeddedOptions): Promise<Result<EmbeddedServer, EmbeddedFault>> {
  const pack = await findPlatformPackage();
  if (!pack.ok) return pack;
  const placed = await place(options.dataDir, {
    systemDir: options.systemDir ?? '/var/lib/latchkey',
    say: options.say,
  });
  if (!placed.ok) return placed;
  const placement = placed.value;
  const prepared = await preparePrograms(pack.value, placement);
  if (!prepared.ok) return prepared;
  const programs = prepared.value;
  sayWhatMoved(placement, programs, options.say);

  const fsync = options.fsync ?? true;
  const made = await initialise(placement, programs, { fsync });
  if (!made.ok) return made;
  const access = await readAccess(placement, programs);
  if (!access.ok) return access;
  const running = await bringUp(placement, programs, {
    passwords: access.value,
    fsync,
    connectionsMax: options.connectionsMax,
    say: options.say,
  });
  if (!running.ok) return running;
  const heartbeat = await beginHeartbeat(placement.home);
  await removeUnfinished(placement.home);
  return ok(serverOf({ ...running.value, heartbeat }, placement, programs, options));
}

function serverOf(
  { pid, directory, url, adopted, lock, heartbeat }: RunningServer & { heartbeat: Heartbeat },
  placement: Placement,
  programs: Programs,
  { log, onLost }: StartEmbeddedOptions,
): EmbeddedServer {
  const logPath = logPathOf(placement.home);
  const leaveLog = keepLogShort(logPath);
  log.info({ pid, adopted, dataDir: placement.cluster, logPath }, 'embedded PostgreSQL is up');
  lock.onLost(() => {
    leaveLog();
    void heartbeat.end('left');
    void readTail(logPath).then((tail) => {
      log.error({ pid, tail }, 'the connection that owns the embedded PostgreSQL was lost');
      onLost?.({ message: `The embedded PostgreSQL (process ${pid}) is gone. Its log: ${logPath}` });
    });
  });
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    // The lock goes with the server, not before it: nobody may adopt what is about to stop.
    lock.forget();
    leaveLog();
    const signal = await stopPostmaster(placement, programs, { pid, directory });
    await lock.release();
    await heartbeat.end('clean');
    log.info({ pid, signal }, 'embedded PostgreSQL is stopped');
  };
  return { url, dataDir: placement.cluster, adopted, stop: () => (stopping ??= stop()) };
}

async function readAccess(
  { cluster }: Placement,
  programs: Programs,
): Promise<Result<Passwords, EmbeddedFault>> {
  try {
    const version = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
    if (version !== programs.majorVersion) {
      return fail(versionDiffers(cluster, version, programs.majorVersion));
    }
    return ok(await readPasswords(cluster));
  } catch (error) {
    return fail(
      noPermission(
        cluster,
        `The database in ${cluster} cannot be read (${String(error)}).`,
        'Put the directory back as it was (all of it, with its owner), or set LATCHKEY_DATA_DIR to another directory.',
      ),
    );
  }
}

function sayWhatMoved(
  { runAs, home, movedBecauseOf }: Placement,
  { copiedTo }: Programs,
  say: (line: string) => void,
): void {
  const moved = [
    ...(movedBecauseOf === undefined ? [] : [`its data is in ${home}`]),
    ...(copiedTo === undefined ? [] : [`its programs are in ${copiedTo}`]),
  ];
  if (moved.length === 0) return;
  const why = runAs === undefined ? 'node_modules cannot be written' : `it runs as ${runAs.name}`;
  say(`PostgreSQL: ${moved.join(', and ')}, because ${why}${reach(runAs, movedBecauseOf)}.`);
}

function reach(runAs: unknown, obstacle: string | undefined): string {
  if (runAs === undefined) return '';
  return obstacle === undefined
    ? ', which cannot reach them in node_modules'
    : `, which cannot enter ${obstacle}`;
}
