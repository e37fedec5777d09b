import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CHECKPOINT_PURPOSE } from '../audit/checkpoint-key.ts';
import { checkpointKeys } from '../audit/checkpoints.ts';
import { recordEvent } from '../audit/record-event.ts';
import { verifyChain } from '../audit/verify-chain.ts';
import { readConfig, type Config } from '../config.ts';
import { endRestoredAccess, type EndedAccess } from '../end-restored-access.ts';
import { systemClock } from '../kernel/clock.ts';
import { createLog } from '../kernel/log.ts';
import { deriveKey } from '../kernel/seal.ts';
import { findMasterSecret } from '../master-secret.ts';
import { openDatabase } from '../open-database.ts';
import { checkArchive } from '../store/backup/check-archive.ts';
import { loadDatabase } from '../store/backup/load.ts';
import type { Manifest } from '../store/backup/manifest.ts';
import { createStore } from '../store/store.ts';
import { inWords, nameOf } from './audit/words.ts';
import { BACKUP_PURPOSE, inRows, inSize, interruption, sayFault } from './backup/words.ts';
import { refuseToStart, refuseUsage } from './lifecycle.ts';
import { progress } from './progress.ts';

export const RESTORE_HELP = `latchkey restore <backup> [--into <data directory>] [--replace <name>] [--keep-access] [--check]

Brings back what "latchkey backup" wrote, all or nothing, into an empty database: DATABASE_URL, or the embedded one in
LATCHKEY_DATA_DIR. No service may run on it meanwhile. Needs the LATCHKEY_SECRET that the backup was made under, or the
file "secret" of that service in the data directory. A backup of an older release is brought to this release's schema.

  --into <data directory>   the embedded database there, whatever DATABASE_URL and LATCHKEY_DATA_DIR say
  --replace <name>          where a Latchkey is there already: drop it in the same transaction. The name is the
                            database's, or the data directory's last part
  --keep-access             leave everything good that was good when the backup was made
  --check                   only read the backup, and say whether it is whole and unchanged

What was revoked after the backup was made would be good again: keys, connections, sessions, links. Nobody knows any more
what that was, so a restore ends all of it: people sign in anew, apps are connected anew, keys are made anew. With
--keep-access nothing is ended: for when nothing was revoked since, or for an exercise.
`;

/** Brings a backup back: docs/backup.md. */
export async function restore(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      into: { type: 'string' },
      replace: { type: 'string' },
      'keep-access': { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
    },
  });
  if (values.help === true) {
    process.stdout.write(RESTORE_HELP);
    return;
  }
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) {
    return refuseUsage(`restore ${args.join(' ')}: not understood`, RESTORE_HELP);
  }
  const read = readConfig();
  if (!read.ok) return refuseToStart(read.error);
  const config =
    values.into === undefined
      ? read.value
      : { ...read.value, databaseUrl: undefined, dataDir: resolve(values.into) };
  const name = nameOfTarget(config);
  if (values.replace !== undefined && values.replace !== name) {
    return refuseToStart([`--replace ${values.replace}: what would be replaced is called ${name}.`]);
  }
  const masterSecret = await findMasterSecret(config.secret, config.dataDir);
  if (masterSecret === undefined) {
    return refuseToStart([
      `The secret that the backup was made under is needed: set LATCHKEY_SECRET, or put the file "secret" of that service into ${config.dataDir}.`,
    ]);
  }
  const { end, signal } = interruption();
  try {
    const path = resolve(file);
    const manifest = await checkArchive(path, deriveKey(masterSecret, BACKUP_PURPOSE));
    const what = `${inRows(manifest)}, made at ${manifest.made_at}, schema ${manifest.schema}`;
    if (values.check) process.stdout.write(`${path} is whole and unchanged: ${what}.\n`);
    else {
      const replace = values.replace !== undefined;
      const keepAccess = values['keep-access'];
      await bringBack({ config, path, manifest, masterSecret, replace, keepAccess, signal });
    }
  } catch (error) {
    sayFault(error, signal);
  } finally {
    end();
  }
}

interface Order {
  readonly config: Config;
  readonly path: string;
  readonly manifest: Manifest;
  readonly masterSecret: string;
  readonly replace: boolean;
  readonly keepAccess: boolean;
  readonly signal: AbortSignal;
}

async function bringBack(order: Order): Promise<void> {
  const { config, keepAccess, manifest, masterSecret, path, replace, signal } = order;
  const log = createLog(config.logLevel);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const database = await openDatabase(config, { say, log, onLost: say });
  if (!database.ok) return refuseToStart([database.error.message]);
  const { close, url } = database.value;
  try {
    let ended: EndedAccess | undefined;
    await loadDatabase(url, {
      path,
      manifest,
      // An embedded database is Latchkey's alone.
      replace: !replace ? 'no' : config.databaseUrl === undefined ? 'database' : 'tables',
      async finish(queries) {
        if (!keepAccess) ended = await endRestoredAccess(queries, { clock: systemClock, masterSecret });
        const detail = { made_at: manifest.made_at, schema: manifest.schema, kept_access: keepAccess };
        const entry = { action: 'backup.restored', actor: { kind: 'operator' }, outcome: 'ok' } as const;
        await recordEvent(queries, systemClock, { ...entry, target: basename(path), detail });
      },
      signal,
      onProgress: ({ bytes, table }) => progress(`${table}: ${inSize(bytes)}`),
    });
    progress('');
    process.stdout.write(`Restored ${inRows(manifest)} into ${nameOfTarget(config)}.\n${inEnded(ended)}\n`);
    await checkLogs(url, masterSecret);
  } finally {
    await close();
  }
}

function inEnded(ended: EndedAccess | undefined): string {
  if (ended === undefined) return 'Nothing was ended: what was revoked since the backup is good again.';
  const { connections, keys, links, machines, sessions } = ended;
  return (
    `Ended, because any of it may have been revoked since: ${connections} connections, ${keys} keys, ` +
    `${sessions} sessions, ${links} links; ${machines} machines ask for new tokens.`
  );
}

/** Whether the audit logs are as they were sealed: as they were in the backup, or the backup has what was changed. */
async function checkLogs(url: string, masterSecret: string): Promise<void> {
  const store = createStore(url, createLog('silent'));
  try {
    const keys = await checkpointKeys({ store, sealKey: deriveKey(masterSecret, CHECKPOINT_PURPOSE) });
    const chains = await store.auditCheckpoints.chains();
    let broken = 0;
    for (const chain of chains) {
      const verdict = await verifyChain(store, chain.chain, {
        keys,
        onProgress: (rows) => progress(`${nameOf(chain)}: ${rows.toLocaleString('en')} rows`),
      });
      if (verdict.faults.length === 0) continue;
      broken += 1;
      progress('');
      process.stderr.write(`${inWords(chain, verdict)}\n`);
    }
    progress('');
    if (broken === 0) process.stdout.write(`The audit logs (${chains.length}) are as they were sealed.\n`);
    else
      refuseToStart([
        'All is restored, but these audit logs are not as they were sealed. They were changed before the backup was made.',
      ]);
  } finally {
    await store.close();
  }
}

/** What the operator calls it. */
function nameOfTarget({ databaseUrl, dataDir }: Config): string {
  if (databaseUrl === undefined) return basename(dataDir);
  return decodeURIComponent(new URL(databaseUrl).pathname.slice(1));
}
