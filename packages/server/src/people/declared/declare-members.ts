import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { DeclaredMember } from '../../store/queries/declared-members.ts';
import type { Store } from '../../store/store.ts';
import { bindMember } from './bind-declared.ts';

/** What came of one declared member. */
export interface DeclaredOutcome extends DeclaredMember {
  readonly outcome:
    | 'member'
    /** There is no account with this address yet. */
    | 'waits'
    /** There is an account, and nobody vouched for its address. */
    | 'not_vouched_for'
    /** It stays owner: the organisation would have none. */
    | 'last_owner';
}

/** Makes the members of an organisation what the operator declares, all at once; who is not named stays as is. */
export function declareMembers(
  { store, clock }: { store: Store; clock: Clock },
  orgId: OrganisationId,
  members: readonly DeclaredMember[],
): Promise<DeclaredOutcome[]> {
  return store.transaction(async (queries) => {
    await queries.people.lockMembers(orgId);
    await queries.declaredMembers.replace(orgId, members);
    const found = await queries.declaredMembers.list(orgId);
    // Owners first: who comes lets the one before go.
    const ordered = found.toSorted((a, b) => Number(b.role === 'owner') - Number(a.role === 'owner'));
    const outcomes: DeclaredOutcome[] = [];
    for (const { email, held, isVouchedFor, role, userId } of ordered) {
      if (userId === null) outcomes.push({ email, role, outcome: 'waits' });
      else if (isVouchedFor !== true && held !== role)
        outcomes.push({ email, role, outcome: 'not_vouched_for' });
      else {
        await bindMember(queries, clock, { orgId, userId, role, held: held ?? undefined });
        const isNow = await queries.people.heldRoleOf(orgId, userId);
        outcomes.push({ email, role, outcome: isNow === role ? 'member' : 'last_owner' });
      }
    }
    return outcomes;
  });
}
