import { AUDIT_DAYS_MIN } from '../kernel/audit-days.ts';
import type { Queries } from '../store/store.ts';
import type { Checkpoint } from './checkpoint-token.ts';

/** What a policy is said to have deleted was younger than the policy: the checkpoint was signed before there was all of it. */
export interface EarlyDeletion {
  readonly kind: 'early';
  readonly checkpoint: Checkpoint;
  /** The fewest that the policy can have been of. */
  readonly days: number;
}

const DAY_MS = 86_400_000;
/** The clocks of the nodes and of the database are not one. */
const SLACK_MS = DAY_MS;

/**
 * Whoever writes the database can write the entry of a policy that there never was, but no checkpoint: what came after one
 * was sealed after it was signed, and so cannot have been old enough before it was itself. The youngest that shows it.
 */
export async function findEarlyDeletion(
  auditCheck: Queries['auditCheck'],
  chain: string,
  checkpoints: readonly Checkpoint[],
): Promise<EarlyDeletion | undefined> {
  const policy = await auditCheck.deletedByPolicy(chain);
  if (policy === undefined) return undefined;
  const days = Math.max(policy.olderThanDays ?? 0, AUDIT_DAYS_MIN);
  const sealedBeforeMs = policy.atMs - days * DAY_MS + SLACK_MS;
  const { toBlock } = await auditCheck.emptiedFrom(chain, 1);
  const [checkpoint] = checkpoints
    .filter(({ iat, seq }) => seq < toBlock && iat * 1000 > sealedBeforeMs)
    .toSorted((one, other) => other.iat - one.iat);
  return checkpoint && { kind: 'early', checkpoint, days };
}
