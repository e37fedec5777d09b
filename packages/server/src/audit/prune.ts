import type { Clock } from '../kernel/clock.ts';
import type { OrganisationId } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import { createRepeater } from '../kernel/repeater.ts';
import type { Queries } from '../store/store.ts';
import { isWiped } from './is-wiped.ts';
import { recordEvent } from './record-event.ts';

type PruneQueries = Pick<Queries, 'audit' | 'auditCheck' | 'auditRetention'>;

export interface PruneStore extends Pick<Queries, 'auditRetention'> {
  transaction<T>(work: (queries: PruneQueries) => Promise<T>): Promise<T>;
}

/** Without an organisation: of the rows that belong to none. */
interface Policy {
  readonly days: number;
  readonly orgId?: OrganisationId;
}

const STEP_MS = 10 * 60_000;
/** In one transaction. */
const ROWS_MAX = 20_000;

/**
 * Deletes the audit rows that an organisation does not want to keep any longer, and those of no organisation that the
 * operator does not, on whichever node comes first. What was changed since it was sealed is not deleted, nor is anything
 * where rows are gone that no policy deleted: a policy must not be what wipes out the traces, and its entry speaks for
 * all that is gone before it.
 */
export function createPruner({
  clock,
  log,
  store,
  unownedDays,
}: {
  store: PruneStore;
  clock: Clock;
  log: Log;
  /** For how many days the rows of no organisation are kept. Unset: for ever. */
  unownedDays?: number | undefined;
}) {
  const complained = new Set<string>();
  let isClosed = false;

  async function step(): Promise<void> {
    for (const { days, orgId } of await store.auditRetention.policies()) await prune({ days, orgId });
    if (unownedDays !== undefined) await prune({ days: unownedDays });
  }

  async function prune(policy: Policy): Promise<void> {
    // What is left is for the next node: a stop waits for one portion at most.
    while (!isClosed && (await pruneSome(policy)));
  }

  /** True: there is more. */
  function pruneSome({ days, orgId }: Policy): Promise<boolean> {
    const chain = orgId ?? '';
    return store.transaction(async ({ audit, auditCheck, auditRetention }) => {
      if (!(await auditRetention.claim())) return false;
      const old = await auditRetention.old(chain, days);
      if (old === undefined) return false;
      if (await isWipedAt(auditCheck, chain, old.after)) {
        complain(
          chain,
          { before_block: old.after + 1 },
          'rows of the audit log are gone that no policy deleted: all is kept',
        );
        return false;
      }
      const blocks = await auditCheck.blocksAfter(chain, old.after, ROWS_MAX);
      const changed = blocks.find(
        ({ contentHolds, follows, rowsHold }) => !(contentHolds && follows && rowsHold),
      );
      const last = blocks.findLast(({ seq }) => seq <= old.to && seq < (changed?.seq ?? Infinity));
      if (changed !== undefined && changed.seq <= old.to)
        complain(
          chain,
          { row: changed.firstId },
          'the audit log was changed there: what is old is kept from that row on',
        );
      if (last === undefined) return false;
      const rows = await auditRetention.prune(chain, { after: old.after, to: last.seq });
      await recordEvent({ audit }, clock, {
        orgId,
        action: 'audit.pruned',
        actor: { kind: 'system' },
        outcome: 'ok',
        detail: { rows, up_to: last.lastId, up_to_block: last.seq, older_than_days: days },
      });
      return last.seq < old.to;
    });
  }

  /** Once for each chain: it stays so until somebody looks at it. */
  function complain(chain: string, where: object, message: string): void {
    if (complained.has(chain)) return;
    complained.add(chain);
    log.error({ organisation: chain, ...where }, message);
  }

  const repeater = createRepeater({
    step,
    everyMs: STEP_MS,
    log,
    complaint: 'old audit rows are deleted later',
  });
  return {
    ...repeater,
    step,
    close(): Promise<void> {
      isClosed = true;
      return repeater.close();
    },
  };
}

/** `seq`: the last block that is without rows; 0: there is none. */
async function isWipedAt(
  auditCheck: PruneQueries['auditCheck'],
  chain: string,
  seq: number,
): Promise<boolean> {
  if (seq === 0) return false;
  const [block] = await auditCheck.blocksAfter(chain, seq - 1, 1);
  return block !== undefined && isWiped(block, await auditCheck.deletedByPolicy(chain));
}
