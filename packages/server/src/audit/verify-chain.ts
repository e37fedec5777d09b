import type { Queries } from '../store/store.ts';
import { checkChain, type ChainBreak, type ChainCheck, type CheckStore } from './check-chain.ts';
import type { CheckpointKey } from './checkpoint-key.ts';
import { findEarlyDeletion, type EarlyDeletion } from './deleted-early.ts';
import { readCheckpoint, type Checkpoint, type TokenFault } from './checkpoint-token.ts';

export interface VerifyStore extends CheckStore {
  readonly auditCheckpoints: Pick<Queries['auditCheckpoints'], 'hashOf' | 'tokensOf'>;
}

export type ChainFault =
  /** A row, or the seal of it, is not as it was. */
  | ChainBreak
  | EarlyDeletion
  /** Blocks that a checkpoint was signed for are not there: the end was cut off. */
  | { readonly kind: 'cut'; readonly checkpoint: Checkpoint }
  /** The block is another one than the checkpoint was signed for: the chain was built anew. */
  | { readonly kind: 'rewritten'; readonly checkpoint: Checkpoint }
  /** In the database there is a checkpoint that is none of ours. */
  | { readonly kind: 'checkpoint'; readonly seq: number; readonly fault: TokenFault };

export interface ChainVerdict {
  readonly rows: number;
  /** Deleted by policy; the chain still holds for them. */
  readonly prunedRows: number;
  /** Too young to be sealed, a thousand at most. */
  readonly waiting: number;
  /** How many were compared with the chain. */
  readonly checkpoints: number;
  readonly faults: readonly ChainFault[];
}

const TOKENS_PER_PAGE = 1000;

/**
 * Looks at all of a chain: its rows, its seals, the checkpoints in the database, and those that were kept elsewhere,
 * which alone tell that somebody changed rows, seals and checkpoints together.
 */
export async function verifyChain(
  store: VerifyStore,
  chain: string,
  {
    keys,
    kept = [],
    onProgress = () => undefined,
  }: {
    keys: ReadonlyMap<string, CheckpointKey>;
    kept?: readonly Checkpoint[];
    onProgress?: (rows: number) => void;
  },
): Promise<ChainVerdict> {
  const faults: ChainFault[] = [];
  const walked = await walk(store, chain, onProgress);
  if (walked.end.broken !== undefined) faults.push(walked.end.broken);
  const held: Checkpoint[] = [];
  let checkpoints = 0;
  const compare = async (checkpoint: Checkpoint) => {
    checkpoints += 1;
    const hash = await store.auditCheckpoints.hashOf(chain, checkpoint.seq);
    if (hash === undefined) faults.push({ kind: 'cut', checkpoint });
    else if (hash !== checkpoint.hash) faults.push({ kind: 'rewritten', checkpoint });
    else held.push(checkpoint);
  };
  for (const checkpoint of kept.filter((each) => each.chain === chain)) await compare(checkpoint);
  for await (const { seq, token } of storedTokens(store, chain)) {
    const checkpoint = readCheckpoint(token, keys);
    if (typeof checkpoint === 'string') faults.push({ kind: 'checkpoint', seq, fault: checkpoint });
    else if (checkpoint.chain !== chain || checkpoint.seq !== seq)
      faults.push({ kind: 'checkpoint', seq, fault: 'forged' });
    else await compare(checkpoint);
  }
  const early = walked.prunedRows > 0 ? await findEarlyDeletion(store.auditCheck, chain, held) : undefined;
  if (early !== undefined) faults.push(early);
  return {
    rows: walked.rows,
    prunedRows: walked.prunedRows,
    waiting: walked.end.waiting,
    checkpoints,
    faults,
  };
}

async function walk(store: CheckStore, chain: string, onProgress: (rows: number) => void) {
  let rows = 0;
  let prunedRows = 0;
  for (let after = 0; ;) {
    const end: ChainCheck = await checkChain(store, chain, after);
    rows += end.rows;
    prunedRows += end.prunedRows;
    onProgress(rows);
    if (end.next === undefined) return { rows, prunedRows, end };
    after = end.next;
  }
}

async function* storedTokens({ auditCheckpoints }: VerifyStore, chain: string) {
  let after = 0;
  for (;;) {
    const page = await auditCheckpoints.tokensOf(chain, after, TOKENS_PER_PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < TOKENS_PER_PAGE) return;
    after = last.seq;
  }
}
