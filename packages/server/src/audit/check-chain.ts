import type { Queries } from '../store/store.ts';
import type { CheckedBlock } from '../store/queries/audit-check.ts';
import { isWiped } from './is-wiped.ts';

export interface CheckStore {
  readonly auditCheck: Queries['auditCheck'];
  readonly auditTrail: Pick<Queries['auditTrail'], 'doneTo'>;
}

/** `seal`: the row is as the chain has it, but the chain itself was changed there. */
type RowBreakKind = 'changed' | 'removed' | 'added' | 'seal';

interface RowBreak {
  readonly kind: RowBreakKind;
  /** The first row that is not as it was sealed. */
  readonly rowId: number;
  /** Undefined: it is not there any more. */
  readonly at: Date | undefined;
}

/** The rows of whole blocks are gone, as a policy deletes them, and no policy says that it did. */
interface Wipe {
  readonly kind: 'wiped';
  readonly rowId: number;
  readonly at: undefined;
  readonly lastRowId: number;
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly rows: number;
}

export type ChainBreak = RowBreak | Wipe;

export interface ChainCheck {
  /** Rows that are as they were sealed. */
  readonly rows: number;
  /** Rows that were deleted by policy, for which the chain still holds. */
  readonly prunedRows: number;
  /** The first and the last row of those. */
  readonly first: { id: number; at: Date | undefined } | undefined;
  readonly last: { id: number; at: Date | undefined } | undefined;
  readonly broken: ChainBreak | undefined;
  /** Where to go on: there is more of the chain. */
  readonly next: number | undefined;
  /** Rows that are too young to be sealed (a thousand at most); known at the end of the chain. */
  readonly waiting: number;
}

const ROWS_MAX = 50_000;
const WAITING_MAX = 1000;

/**
 * Compares a chain with the rows that it sealed, from the block after `afterSeq` (0: from the beginning). A part at a
 * time, so that no chain is too long for a request.
 */
export async function checkChain(
  store: CheckStore,
  chain: string,
  afterSeq: number,
  rowsMax: number = ROWS_MAX,
): Promise<ChainCheck> {
  const { auditCheck } = store;
  // Before the blocks: what is sealed meanwhile is then no row too many.
  const doneTo = await store.auditTrail.doneTo('chain');
  const blocks = await auditCheck.blocksAfter(chain, afterSeq, rowsMax);
  const policy = blocks.some(({ isPruned }) => isPruned)
    ? await auditCheck.deletedByPolicy(chain)
    : undefined;
  const brokenAt = blocks.findIndex((block) => !holds(block) || isWiped(block, policy));
  const intact = brokenAt === -1 ? blocks : blocks.slice(0, brokenAt);
  const broken = blocks[brokenAt];
  const isEnd = blocks.length === 0;
  const added = isEnd ? await auditCheck.firstUnsealed(chain, doneTo) : undefined;
  const seen = intact.filter(({ isPruned }) => !isPruned);
  const place = async (id: number | undefined) =>
    id === undefined ? undefined : { id, at: await auditCheck.timeOf(chain, id) };
  return {
    rows: seen.reduce((sum, { rows }) => sum + rows, 0),
    prunedRows: intact.reduce((sum, { isPruned, rows }) => sum + (isPruned ? rows : 0), 0),
    first: await place(seen[0]?.firstId),
    last: await place(seen.at(-1)?.lastId),
    broken:
      broken !== undefined
        ? await breakIn(store, chain, broken)
        : added !== undefined
          ? { kind: 'added', rowId: added, at: await auditCheck.timeOf(chain, added) }
          : undefined,
    next: broken === undefined ? blocks.at(-1)?.seq : undefined,
    waiting: isEnd ? await auditCheck.countAfter(chain, doneTo, WAITING_MAX) : 0,
  };
}

function holds({ contentHolds, follows, rowsHold }: CheckedBlock): boolean {
  return contentHolds && follows && rowsHold;
}

async function breakIn({ auditCheck }: CheckStore, chain: string, block: CheckedBlock): Promise<ChainBreak> {
  if (holds(block)) {
    const emptied = await auditCheck.emptiedFrom(chain, block.seq);
    return { kind: 'wiped', rowId: block.firstId, at: undefined, fromBlock: block.seq, ...emptied };
  }
  const { found, sealed } = await auditCheck.compare(chain, block);
  const { kind, rowId } = firstDifference(sealed, found) ?? { kind: 'seal' as const, rowId: block.firstId };
  return { kind, rowId, at: await auditCheck.timeOf(chain, rowId) };
}

interface Hashed {
  readonly id: number;
  /** Undefined: the block says that it was sealed in a way that nobody knows. */
  readonly hash: string | undefined;
}

function firstDifference(
  sealed: readonly Hashed[],
  found: readonly Hashed[],
): { kind: RowBreakKind; rowId: number } | undefined {
  for (let index = 0; index < Math.max(sealed.length, found.length); index += 1) {
    const was = sealed[index];
    const is = found[index];
    if (was !== undefined && (is === undefined || is.id > was.id)) return { kind: 'removed', rowId: was.id };
    if (is !== undefined && (was === undefined || is.id < was.id)) return { kind: 'added', rowId: is.id };
    if (was !== undefined && is?.hash !== was.hash) return { kind: 'changed', rowId: was.id };
  }
  return undefined;
}
