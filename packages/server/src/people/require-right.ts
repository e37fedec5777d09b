import { AppError } from '../kernel/errors.ts';
import type { OrganisationId, UserId } from '../kernel/ids.ts';
import type { Queries } from '../store/store.ts';
import { can, type Action } from './policy.ts';

/**
 * Judges in the transaction, in which nobody's role changes any more, whether the person may still do it: a role may be
 * taken away while somebody presses the button. Throws `forbidden`.
 */
export async function requireRight(
  queries: Pick<Queries, 'people'>,
  { by, needs, orgId }: { readonly by: UserId; readonly needs: Action; readonly orgId: OrganisationId },
): Promise<void> {
  await queries.people.lockMembers(orgId);
  const role = await queries.people.roleOf(orgId, by);
  if (role === undefined || !can(role, needs))
    throw new AppError('forbidden', 'Your role does not allow this any more.');
}
