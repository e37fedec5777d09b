import { parseArgs } from 'node:util';
import { CHECKPOINT_PURPOSE } from '../audit/checkpoint-key.ts';
import { checkpointKeys, RewrittenChainError, signHead } from '../audit/checkpoints.ts';
import { verifyChain } from '../audit/verify-chain.ts';
import { readConfig, type Config } from '../config.ts';
import { systemClock } from '../kernel/clock.ts';
import { deriveKey } from '../kernel/seal.ts';
import { WrongMasterSecretError } from '../kernel/wrong-master-secret.ts';
import type { Store } from '../store/store.ts';
import { readKeptCheckpoints } from './audit/kept-checkpoints.ts';
import { inWords, nameOf, toJson, type NamedChain } from './audit/words.ts';
import { refuseToStart, refuseUsage } from './lifecycle.ts';
import { progress } from './progress.ts';
import { sayFailure } from './say-failure.ts';
import { serviceSecretOf } from './service-secret.ts';
import { withStoreBeside } from './with-store-beside.ts';

export const AUDIT_HELP = `latchkey audit <verify | checkpoint> [--organisation <slug>]

Works on DATABASE_URL, or on the embedded database in LATCHKEY_DATA_DIR, beside a running service too. Needs the
service's LATCHKEY_SECRET, if it has one.

  verify       compare the audit logs with what was sealed and signed of them; names the first row that was changed,
               removed or put in, or deleted without a policy. Status 0: all is as it was; 1: something is not; 3: it could
               not be checked, such as when the database does not answer
  checkpoint   sign what each log ends with now; a line each. Keep them where nobody who can write the database can
               write: they tell later that an end was cut off or a log built anew

  --organisation <slug>    one organisation's log; otherwise all of them, and what belongs to none
  --checkpoints <file>     verify: what "checkpoint" printed once, a line each; "-" is the standard input
  --json                   verify: a JSON object for each log
`;

export async function audit(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      organisation: { type: 'string' },
      checkpoints: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    process.stdout.write(AUDIT_HELP);
    return;
  }
  const [verb, ...rest] = positionals;
  const isVerify = verb === 'verify';
  const misplaced = !isVerify && (values.checkpoints !== undefined || values.json === true);
  if ((!isVerify && verb !== 'checkpoint') || rest.length > 0 || misplaced) {
    return refuseUsage(`audit ${args.join(' ')}: not understood`, AUDIT_HELP);
  }
  const { checkpoints: file, organisation } = values;
  if (!isVerify) return withLogs((logs) => checkpoint(logs, organisation));
  const finding: Finding = { isChanged: false, isWhole: false };
  await withLogs((logs) => verify(logs, { organisation, file, json: values.json === true, finding })).catch(
    (error: unknown) => {
      progress('');
      sayFailure(error);
    },
  );
  process.exitCode = statusOf(finding);
}

interface Logs {
  readonly store: Store;
  readonly config: Config;
  readonly sealKey: Uint8Array;
}

/** Does something with the logs, and with the secret that they are signed under. Says why where that is not possible. */
async function withLogs(act: (logs: Logs) => Promise<void>): Promise<void> {
  const config = readConfig();
  if (!config.ok) return refuseToStart(config.error);
  const masterSecret = await serviceSecretOf(config.value);
  if (masterSecret === undefined) return;
  const sealKey = deriveKey(masterSecret, CHECKPOINT_PURPOSE);
  try {
    await withStoreBeside(config.value, (store) => act({ store, config: config.value, sealKey }));
  } catch (error) {
    if (!(error instanceof WrongMasterSecretError)) throw error;
    refuseToStart([error.message]);
  }
}

/** What was found so far: also where it came to an end before all was looked at. */
interface Finding {
  isChanged: boolean;
  isWhole: boolean;
}

/** What could not be looked at was not changed by anybody: whoever is woken by one is not to be by the other. */
function statusOf({ isChanged, isWhole }: Finding): number {
  if (isChanged) return 1;
  return isWhole ? 0 : 3;
}

interface Wanted {
  /** Its slug; undefined: all. */
  readonly organisation: string | undefined;
  readonly file: string | undefined;
  readonly json: boolean;
  readonly finding: Finding;
}

async function verify(
  { sealKey, store }: Logs,
  { file, finding, json, organisation }: Wanted,
): Promise<void> {
  const keys = await checkpointKeys({ store, sealKey });
  const kept = await readKeptCheckpoints(file, keys);
  if (!kept.ok) return refuseToStart(kept.error);
  const chains = await chainsOf(store, organisation);
  if (chains === undefined)
    return refuseToStart([`There is no organisation ${JSON.stringify(organisation)}.`]);
  if (organisation === undefined) addMissing(chains, kept.value);
  for (const chain of chains) {
    const verdict = await verifyChain(store, chain.chain, {
      keys,
      kept: kept.value,
      onProgress: (rows) => progress(`${nameOf(chain)}: ${rows.toLocaleString('en')} rows`),
    });
    progress('');
    process.stdout.write(json ? `${toJson(chain, verdict)}\n` : `${inWords(chain, verdict)}\n`);
    if (verdict.faults.length > 0) finding.isChanged = true;
  }
  finding.isWhole = true;
  if (chains.length === 0 && !json) process.stdout.write('Nothing was sealed yet.\n');
}

/** A log that is signed for and of which nothing is left is looked at, too. */
function addMissing(chains: NamedChain[], kept: readonly { readonly chain: string }[]): void {
  for (const { chain } of kept) {
    if (!chains.some((each) => each.chain === chain)) chains.push({ chain, slug: undefined });
  }
}

async function checkpoint({ config, sealKey, store }: Logs, organisation: string | undefined): Promise<void> {
  const chains = await chainsOf(store, organisation);
  if (chains === undefined)
    return refuseToStart([`There is no organisation ${JSON.stringify(organisation)}.`]);
  const issuer = config.mcpBaseUrl ?? `http://localhost:${config.port}`;
  for (const { chain } of chains) {
    try {
      const token = await signHead({ store, sealKey, issuer, clock: systemClock }, chain);
      if (token !== undefined) process.stdout.write(`${token}\n`);
    } catch (error) {
      if (!(error instanceof RewrittenChainError)) throw error;
      refuseToStart([error.message]);
    }
  }
}

async function chainsOf(store: Store, slug: string | undefined): Promise<NamedChain[] | undefined> {
  if (slug === undefined) return store.auditCheckpoints.chains();
  const organisation = await store.organisationSlugs.findOrganisation(slug);
  return organisation && [{ chain: organisation.id, slug: organisation.slug }];
}
