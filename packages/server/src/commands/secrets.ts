import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig, type Config } from '../config.ts';
import { systemClock } from '../kernel/clock.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { randomToken } from '../kernel/secret.ts';
import { WrongMasterSecretError } from '../kernel/wrong-master-secret.ts';
import { isSecretOf, rotateSecret } from '../rotate-secret.ts';
import type { Store } from '../store/store.ts';
import { keepFormerSecret } from './keep-former-secret.ts';
import { refuseToStart, refuseUsage } from './lifecycle.ts';
import { print } from './print.ts';
import { withStoreBeside } from './with-store-beside.ts';

export const SECRETS_HELP = `latchkey secrets rotate [--previous-file <path>]

Seals everything that is stored sealed (signing keys, credentials for upstreams, people's accounts there) anew, all or
nothing, under another LATCHKEY_SECRET. Works on DATABASE_URL, or on the embedded database in LATCHKEY_DATA_DIR.

  With LATCHKEY_SECRET: it is the new one, and LATCHKEY_SECRET_PREVIOUS, or the file of --previous-file, the former one.
  Without it: the file "secret" in LATCHKEY_DATA_DIR is replaced by a new one. The former one stays beside it, as
  secret.former-<when it ended>.

Restart every process with the new secret right after: until then /readyz of those that have the former one says 503.
People sign in again; apps, keys and tokens go on. Keep the former secret as long as you keep backups from before.
`;

export async function secrets(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, 'previous-file': { type: 'string' } },
  });
  if (values.help === true) {
    process.stdout.write(SECRETS_HELP);
    return;
  }
  if (positionals.length !== 1 || positionals[0] !== 'rotate') {
    return refuseUsage(`secrets ${positionals.join(' ')}: not understood`, SECRETS_HELP);
  }
  const config = readConfig();
  if (!config.ok) return refuseToStart(config.error);
  const change = await changeOf(config.value, values['previous-file']);
  if (!change.ok) return refuseToStart([change.error]);

  try {
    await withStoreBeside(config.value, (store) => rotate(store, change.value));
  } catch (error) {
    if (!(error instanceof WrongMasterSecretError)) throw error;
    refuseToStart([
      `The former secret is not the one that this database is sealed under. Nothing was changed.`,
    ]);
  }
}

interface Change {
  readonly previous: string;
  readonly next: string;
  /** Makes the new secret the one that is read from now on; the path of the file that has the former one, if we keep it. */
  readonly keep: () => Promise<string | undefined>;
}

async function rotate(store: Store, { keep, next, previous }: Change): Promise<void> {
  if ((await isSecretOf(store, next)) === true) {
    // It was broken off after it was done.
    const former = await keep();
    print('Everything is sealed under the new secret already.');
    sayWhereFormerIs(former);
    return;
  }
  const { resealed } = await rotateSecret(store, { clock: systemClock, next, previous });
  const former = await keep();
  print(`Sealed anew: ${resealed}. Restart every process with the new secret.`);
  sayWhereFormerIs(former);
}

function sayWhereFormerIs(path: string | undefined): void {
  if (path === undefined) return;
  print(`The former secret is in ${path}: backups from before can be restored with nothing else.`);
  print('Delete it when the last of them is gone (docs/backup.md).');
}

function changeOf(
  { dataDir, previousSecret, secret }: Config,
  previousFile: string | undefined,
): Promise<Result<Change, string>> {
  return secret === undefined
    ? changeOfFile(dataDir, previousFile ?? previousSecret)
    : changeOfVariable(secret, previousSecret, previousFile);
}

async function changeOfVariable(
  next: string,
  previousSecret: string | undefined,
  previousFile: string | undefined,
): Promise<Result<Change, string>> {
  if (previousSecret !== undefined && previousFile !== undefined) {
    return fail('LATCHKEY_SECRET_PREVIOUS and --previous-file: give one of them.');
  }
  const previous = previousFile === undefined ? previousSecret : await readSecret(previousFile);
  if (previous === undefined) {
    return fail(
      previousFile === undefined
        ? 'LATCHKEY_SECRET_PREVIOUS: must be the former secret, or give it by --previous-file.'
        : `${previousFile} cannot be read, or is empty.`,
    );
  }
  if (previous === next) return fail('LATCHKEY_SECRET: must be another one than the former.');
  return ok({ previous, next, keep: () => Promise.resolve(undefined) });
}

/** The new one is on disk before anything is sealed under it, and takes the former's place after, once that is kept. */
async function changeOfFile(
  dataDir: string,
  previousGiven: string | undefined,
): Promise<Result<Change, string>> {
  if (previousGiven !== undefined) {
    return fail('LATCHKEY_SECRET: must be the new secret where the former one is given.');
  }
  const [path, nextPath] = [join(dataDir, 'secret'), join(dataDir, 'secret.next')];
  const previous = await readSecret(path);
  if (previous === undefined) {
    return fail(`LATCHKEY_SECRET: not set, and the service has not been started in ${dataDir}.`);
  }
  // One that was left may be what the database is sealed under already.
  const left = await readSecret(nextPath);
  const next = left ?? randomToken();
  if (left === undefined) await writeFile(nextPath, `${next}\n`, { mode: 0o600, flush: true });
  await chmod(nextPath, 0o600);
  return ok({
    previous,
    next,
    async keep() {
      const former = await keepFormerSecret(dataDir, { clock: systemClock, secret: previous });
      await rename(nextPath, path);
      return former;
    },
  });
}

async function readSecret(path: string): Promise<string | undefined> {
  const text = (await readFile(path, 'utf8').catch(() => '')).trim();
  return text === '' ? undefined : text;
}
