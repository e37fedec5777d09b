import { CHECKPOINT_FIELD, CHECKPOINT_MESSAGE } from '../kernel/checkpoint-line.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import { createRepeater } from '../kernel/repeater.ts';
import { WrongMasterSecretError } from '../kernel/wrong-master-secret.ts';
import type { ChainHead } from '../store/queries/audit-checkpoints.ts';
import type { Queries } from '../store/store.ts';
import { newCheckpointKey, openCheckpointKey, type CheckpointKey } from './checkpoint-key.ts';
import { readCheckpoint, signCheckpoint } from './checkpoint-token.ts';

type CheckpointQueries = Pick<Queries, 'auditCheckpoints'>;

export interface CheckpointStore extends CheckpointQueries {
  transaction<T>(work: (queries: CheckpointQueries) => Promise<T>): Promise<T>;
}

export interface CheckpointDeps {
  store: CheckpointStore;
  sealKey: Uint8Array;
  /** Our public base URL. */
  issuer: string;
  clock: Clock;
}

/** Nothing is signed on top of a chain that is not what was signed before: whoever changed it gets no word for it. */
export class RewrittenChainError extends Error {
  override name = 'RewrittenChainError';
  constructor(chain: string) {
    const whose = chain === '' ? 'of no organisation' : `of ${chain}`;
    super(
      `The audit log ${whose} is not what its last checkpoint was signed for, and is not signed again: "latchkey audit verify" says where.`,
    );
  }
}

/** Signs what a chain ends with now. Undefined: nothing of it was sealed yet. */
export async function signHead(deps: CheckpointDeps, chain: string): Promise<string | undefined> {
  return deps.store.transaction(async (queries) => {
    await queries.auditCheckpoints.lock();
    const head = await queries.auditCheckpoints.head(chain);
    return head && sign(deps, queries, await openKeys(deps, queries), head);
  });
}

/** The keys that this installation signs checkpoints with, by id. One that is not sealed under our secret is none of ours. */
export async function checkpointKeys({
  sealKey,
  store,
}: Pick<CheckpointDeps, 'sealKey' | 'store'>): Promise<Map<string, CheckpointKey>> {
  const keys = new Map<string, CheckpointKey>();
  for (const stored of await store.auditCheckpoints.keys()) {
    try {
      keys.set(stored.kid, openCheckpointKey(sealKey, stored));
    } catch (error) {
      if (!(error instanceof WrongMasterSecretError)) throw error;
    }
  }
  return keys;
}

async function openKeys(deps: CheckpointDeps, queries: CheckpointQueries): Promise<CheckpointKey[]> {
  const stored = await queries.auditCheckpoints.keys();
  if (stored.length > 0) return stored.map((key) => openCheckpointKey(deps.sealKey, key));
  const key = newCheckpointKey(deps.sealKey);
  await queries.auditCheckpoints.addKey(key);
  return [openCheckpointKey(deps.sealKey, key)];
}

async function sign(
  { clock, issuer }: CheckpointDeps,
  { auditCheckpoints }: CheckpointQueries,
  keys: readonly CheckpointKey[],
  { chain, hash, lastToken, seq }: ChainHead,
): Promise<string> {
  const [key] = keys;
  if (key === undefined) throw new Error('there is no key to sign a checkpoint with');
  if (lastToken !== undefined) {
    const last = readCheckpoint(lastToken, new Map(keys.map((each) => [each.kid, each])));
    const isAsSigned =
      typeof last === 'object' &&
      last.chain === chain &&
      last.hash === (await auditCheckpoints.hashOf(chain, last.seq));
    if (!isAsSigned) throw new RewrittenChainError(chain);
    if (last.seq === seq) return lastToken;
  }
  const iat = Math.floor(clock.nowMs() / 1000);
  const token = signCheckpoint(key, { iss: issuer, chain, seq, hash, iat });
  await auditCheckpoints.add({ chain, seq, token });
  return token;
}

const STEP_MS = 60_000;
const EVERY_SECONDS = 3600;
const CHAINS_PER_STEP_MAX = 500;

/**
 * Signs each chain that goes on, once an hour, on whichever node comes first, and says so in the log: what has left the
 * database cannot be changed there any more.
 */
export function createCheckpointKeeper({ log, ...deps }: CheckpointDeps & { log: Log }) {
  async function step(): Promise<void> {
    const signed = await deps.store.transaction(async (queries) => {
      if (!(await queries.auditCheckpoints.claim())) return [];
      const due = await queries.auditCheckpoints.due(EVERY_SECONDS, CHAINS_PER_STEP_MAX);
      if (due.length === 0) return [];
      const keys = await openKeys(deps, queries);
      const tokens: { chain: string; token: string }[] = [];
      for (const head of due) {
        try {
          tokens.push({ chain: head.chain, token: await sign(deps, queries, keys, head) });
        } catch (error) {
          if (!(error instanceof RewrittenChainError)) throw error;
          log.error({ organisation: head.chain }, error.message);
        }
      }
      return tokens;
    });
    for (const { chain, token } of signed)
      log.info({ organisation: chain, [CHECKPOINT_FIELD]: token }, CHECKPOINT_MESSAGE);
  }

  const repeater = createRepeater({
    step,
    everyMs: STEP_MS,
    log,
    complaint: 'audit checkpoints are signed later',
  });
  /** `step` signs what is due by now, or leaves it to the node that is at it. */
  return { ...repeater, step };
}
