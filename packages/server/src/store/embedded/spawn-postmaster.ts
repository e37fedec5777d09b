// Starts the database server in a process group of its own: Ctrl-C at the terminal must not reach it, because the
// application drains first and stops the server afterwards.
import { spawn } from 'node:child_process';
import type { Placement } from './placement.ts';
import type { Programs } from './programs.ts';
import { PROGRAM_ENV } from './run-program.ts';
import { openLog } from './server-log.ts';

export interface SpawnedPostmaster {
  /** Zero when it could not be started at all. */
  readonly pid: number;
  /** Where its output begins in the log. */
  readonly logOffset: number;
  /** Undefined while it runs; then how it ended. */
  ended(): string | undefined;
}

export interface SpawnOptions {
  readonly logPath: string;
  readonly port: number;
  readonly fsync: boolean;
  /** Unset: PostgreSQL's default, a hundred. */
  readonly connectionsMax?: number | undefined;
  /** The pid in a postmaster.pid that was left behind, when that pid is some other program by now. */
  readonly stalePid: number | undefined;
}

export async function spawnPostmaster(
  { home, cluster, runAs }: Placement,
  programs: Programs,
  options: SpawnOptions,
): Promise<SpawnedPostmaster> {
  const { handle, offset } = await openLog(options.logPath, runAs);
  try {
    const child = spawn(programs.postgres, ['-D', cluster, ...settings(options)], {
      cwd: home,
      detached: true,
      env: environment(options.stalePid),
      stdio: ['ignore', handle.fd, handle.fd],
      windowsHide: true,
      ...(runAs === undefined ? {} : { uid: runAs.uid, gid: runAs.gid }),
    });
    let ended: string | undefined;
    child.once('error', (error) => (ended = error.message));
    child.once('exit', (code, signal) => (ended = signal ?? `exit code ${code}`));
    child.unref();
    return { pid: child.pid ?? 0, logOffset: offset, ended: () => ended };
  } finally {
    await handle.close();
  }
}

/**
 * PostgreSQL refuses to start while the pid in postmaster.pid lives, except when it is its own parent or grandparent:
 * pg_ctl names the latter in this variable. With it, PostgreSQL itself removes the file and keeps all its other checks.
 */
function environment(stalePid: number | undefined): Record<string, string> {
  return stalePid === undefined ? PROGRAM_ENV : { ...PROGRAM_ENV, PG_GRANDPARENT_PID: String(stalePid) };
}

/** On the command line rather than in postgresql.conf, so that they hold for data made by an earlier version too. */
function settings({ connectionsMax, port, fsync }: SpawnOptions): string[] {
  const pairs: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    logging_collector: 'off',
    log_destination: 'stderr',
    log_line_prefix: '%m [%p] ',
    log_checkpoints: 'off',
    // Statements and details quote values, and values can be secrets.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    ...(connectionsMax === undefined ? {} : { max_connections: String(connectionsMax) }),
    ...(fsync ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(pairs).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
