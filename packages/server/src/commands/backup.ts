import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { recordEvent } from '../audit/record-event.ts';
import { readConfig } from '../config.ts';
import { systemClock } from '../kernel/clock.ts';
import { deepestCause } from '../kernel/deepest-cause.ts';
import { deriveKey } from '../kernel/seal.ts';
import { openDatabaseBeside } from '../open-database.ts';
import { isSecretOf } from '../rotate-secret.ts';
import { BackupError } from '../store/backup/backup-error.ts';
import { checkArchive } from '../store/backup/check-archive.ts';
import { dumpDatabase, type Dumped } from '../store/backup/dump.ts';
import { createStore } from '../store/store.ts';
import { createLog } from '../kernel/log.ts';
import { BACKUP_PURPOSE, inRows, inSize, interruption, sayFault } from './backup/words.ts';
import { refuseToStart, refuseUsage } from './lifecycle.ts';
import { progress } from './progress.ts';
import { serviceSecretOf } from './service-secret.ts';

export const BACKUP_HELP = `latchkey backup <folder | file> [--verify]

Writes everything that Latchkey keeps in its database (DATABASE_URL, or the embedded one in LATCHKEY_DATA_DIR) into one
file, as it is at one moment, beside a running service too. Needs the service's LATCHKEY_SECRET, if it has one.

  <folder>    must be there: the file is latchkey-<date>-<time>.tar in it
  <file>      ends in .tar, and must not be there yet
  --verify    read it back from the disk, all of it, and compare it with what was written

LATCHKEY_SECRET is not in it, and without it the backup cannot be restored: keep it, and keep it elsewhere. A file that
ends in ".part" is a backup that was broken off; delete it. "latchkey restore" brings a backup back.
`;

const UNDEFINED_COLUMN = '42703';

/** Writes a backup of the database: docs/backup.md. */
export async function backup(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, verify: { type: 'boolean' } },
  });
  if (values.help === true) {
    process.stdout.write(BACKUP_HELP);
    return;
  }
  const [target, ...rest] = positionals;
  if (target === undefined || rest.length > 0) {
    return refuseUsage(`backup ${args.join(' ')}: not understood`, BACKUP_HELP);
  }
  const config = readConfig();
  if (!config.ok) return refuseToStart(config.error);
  const masterSecret = await serviceSecretOf(config.value);
  if (masterSecret === undefined) return;
  const log = createLog(config.value.logLevel);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const { end, signal } = interruption();
  try {
    const now = new Date(systemClock.nowMs());
    const path = await pathOf(target, now);
    const database = await openDatabaseBeside(config.value, { say, log, onLost: say });
    if (!database.ok) return refuseToStart([database.error.message]);
    const { close, url } = database.value;
    try {
      await write({ url, path, masterSecret, now, signal, verify: values.verify === true });
    } finally {
      await close();
    }
  } catch (error) {
    sayFault(error, signal);
  } finally {
    end();
  }
}

interface Order {
  readonly url: string;
  readonly path: string;
  readonly masterSecret: string;
  readonly now: Date;
  readonly signal: AbortSignal;
  readonly verify: boolean;
}

async function write({ masterSecret, now, path, signal, url, verify }: Order): Promise<void> {
  const key = deriveKey(masterSecret, BACKUP_PURPOSE);
  const store = createStore(url, createLog('silent'));
  try {
    // Nobody could bring it back.
    if ((await secretFits(store, masterSecret)) === false) {
      throw new BackupError('LATCHKEY_SECRET is not the one that this database is sealed under.');
    }
    const dumped = await dumpDatabase(url, {
      path,
      key,
      now,
      signal,
      onProgress: ({ bytes, table }) => progress(`${table}: ${inSize(bytes)}`),
    });
    progress('');
    if (verify) await checkArchive(path, key);
    await record(store, path, dumped);
    const read = verify ? ', read back and found unchanged' : '';
    process.stdout.write(
      `${path}: ${inRows(dumped.manifest)}, ${inSize(dumped.bytes)}, schema ${dumped.manifest.schema}${read}.\n`,
    );
    if (dumped.leftOut.length > 0) {
      process.stderr.write(`Left out, because they are none of Latchkey's: ${dumped.leftOut.join(', ')}.\n`);
    }
  } finally {
    await store.close();
  }
}

/** By a table that was there from the beginning. A database without it is told apart later. */
function secretFits(store: ReturnType<typeof createStore>, secret: string): Promise<boolean | undefined> {
  return isSecretOf(store, secret).catch(() => undefined);
}

/** In the log of the installation. A schema older than this release's may lack a column of it. */
async function record(store: ReturnType<typeof createStore>, path: string, dumped: Dumped): Promise<void> {
  const { bytes, manifest } = dumped;
  const detail = { schema: manifest.schema, bytes };
  const entry = { action: 'backup.made', actor: { kind: 'operator' }, outcome: 'ok', detail } as const;
  await recordEvent(store, systemClock, { ...entry, target: basename(path) }).catch((error: unknown) => {
    const cause: Error & { code?: unknown } = deepestCause(error);
    if (cause.code !== UNDEFINED_COLUMN) throw error;
  });
}

/** A folder that is missing, such as a disk that is not mounted, is not taken for the name of a file. */
async function pathOf(target: string, now: Date): Promise<string> {
  const path = resolve(target);
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    if (path.endsWith('.tar')) return path;
    throw new BackupError(`${path} is no folder. Make it first, or name a file that ends in ".tar".`);
  }
  const stamp = now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-');
  return join(path, `latchkey-${stamp}.tar`);
}
