import type { CheckedBlock, PolicyDeletion } from '../store/queries/audit-check.ts';

/**
 * The rows of the block are gone, and no policy says that it deleted them. Whoever writes the database can write anything
 * into a block that has no rows any more, but not its number: those after it count on it. So entries name the last block,
 * and a row is believed only where one of an earlier release names nothing else.
 */
export function isWiped(
  { isPruned, lastId, seq }: Pick<CheckedBlock, 'isPruned' | 'lastId' | 'seq'>,
  policy: PolicyDeletion | undefined,
): boolean {
  if (!isPruned) return false;
  if (policy?.upToBlock !== undefined) return seq > policy.upToBlock;
  return lastId > (policy?.upToRow ?? 0);
}
