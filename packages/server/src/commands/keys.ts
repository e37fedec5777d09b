import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import {
  createKeyRotation,
  PUBLISHED_BEFORE_USE_SECONDS,
  RETIRED_KEPT_SECONDS,
  type KeyRotation,
} from '../grants/key-rotation.ts';
import { deriveKey } from '../kernel/seal.ts';
import { WrongMasterSecretError } from '../kernel/wrong-master-secret.ts';
import { refuseToStart, refuseUsage } from './lifecycle.ts';
import { print } from './print.ts';
import { serviceSecretOf } from './service-secret.ts';
import { withStoreBeside } from './with-store-beside.ts';

export const KEYS_HELP = `latchkey keys <list | rotate [--now] | drop <kid>>

The keys that sign access tokens and assertions (not API keys). Works on DATABASE_URL, or on the embedded database in
LATCHKEY_DATA_DIR, beside a running service too. Needs the service's LATCHKEY_SECRET, if it has one.

  list           every key: next (published, not used yet), active (signs), retired (verifies what it signed)
  rotate         publish a key that takes over in ${PUBLISHED_BEFORE_USE_SECONDS / 60} minutes; nobody is signed out
  rotate --now   let it take over at once: a verifier that keeps our key set for five minutes may refuse new tokens
  drop <kid>     for a key that got out: every token that it signed is refused at once; clients refresh
`;

export async function keys(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, now: { type: 'boolean' } },
  });
  if (values.help === true) {
    process.stdout.write(KEYS_HELP);
    return;
  }
  const run = commandOf(positionals, values.now === true);
  if (run === undefined) {
    return refuseUsage(`keys ${args.join(' ')}: not understood`, KEYS_HELP);
  }
  const config = readConfig();
  if (!config.ok) return refuseToStart(config.error);
  const masterSecret = await serviceSecretOf(config.value);
  if (masterSecret === undefined) return;
  try {
    await withStoreBeside(config.value, async (store) => {
      const fault = await run(createKeyRotation({ store, sealKey: deriveKey(masterSecret, 'signing keys') }));
      if (fault !== undefined) refuseToStart([fault]);
    });
  } catch (error) {
    if (!(error instanceof WrongMasterSecretError)) throw error;
    refuseToStart([error.message]);
  }
}

/** Resolves to the fault to tell, if there is one. */
type Run = (rotation: KeyRotation) => Promise<string | undefined>;

function commandOf([verb, kid, ...rest]: string[], now: boolean): Run | undefined {
  if (rest.length > 0) return undefined;
  if (verb === 'rotate' && kid === undefined) return (rotation) => rotate(rotation, now);
  if (now) return undefined;
  if (verb === 'list' && kid === undefined) return list;
  return verb === 'drop' && kid !== undefined ? (rotation) => drop(rotation, kid) : undefined;
}

async function list(rotation: KeyRotation): Promise<undefined> {
  for (const { kid, state, createdAt, activatedAt, retiredAt } of await rotation.list()) {
    const since = { next: createdAt, active: activatedAt, retired: retiredAt }[state];
    print(`${kid}  ${state.padEnd(7)}  since ${(since ?? createdAt).toISOString()}`);
  }
}

async function rotate(rotation: KeyRotation, now: boolean): Promise<string | undefined> {
  const rotated = await rotation.rotate({ now });
  if (rotated.ok) {
    const { kid } = rotated.value;
    print(
      now
        ? `${kid} signs from now on.`
        : `${kid} is published and signs in ${PUBLISHED_BEFORE_USE_SECONDS / 60} minutes.`,
    );
    print(`The key before it stays good for verifying for ${RETIRED_KEPT_SECONDS / 60} minutes after that.`);
    return undefined;
  }
  return {
    no_keys_yet: 'There is no signing key yet: the service makes the first one when it starts.',
    already_waiting: 'A new key is published already and takes over by itself. "rotate --now" does not wait.',
    forbidden: 'Only an operator may do this.',
  }[rotated.error];
}

async function drop(rotation: KeyRotation, kid: string): Promise<string | undefined> {
  const dropped = await rotation.drop(kid);
  if (!dropped.ok)
    return `There is no signing key ${JSON.stringify(kid)}. "latchkey keys list" has them all.`;
  print(`${kid} is gone: what it signed is refused.`);
  if (dropped.value.active !== undefined) print(`${dropped.value.active} signs from now on.`);
  return undefined;
}
