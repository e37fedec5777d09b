import type { AuditEntry } from '../../audit/entry.ts';
import { recordEvent } from '../../audit/record-event.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Queries } from '../../store/store.ts';

/**
 * An owner's identity is linked by an owner alone. Who becomes one may have been linked by an admin, who could then act
 * as an owner: those links end, with the connections by their word. The organisation's members are held still by the
 * caller.
 */
export async function unlinkNewOwner(
  queries: Queries,
  clock: Clock,
  {
    orgId,
    userId,
    ...by
  }: { readonly orgId: OrganisationId; readonly userId: UserId } & Pick<AuditEntry, 'actor' | 'requestId'>,
): Promise<void> {
  for (const { issuer, subject } of await queries.identityProviders.removeLinksOf(orgId, userId)) {
    const live = await queries.identityProviders.listLiveGrants(orgId, issuer, userId);
    const ended = await queries.grants.revokeMany(orgId, live, 'identity_unlinked');
    await queries.changes.addMany('grant', ended);
    await queries.changes.addMany('key', await queries.keys.revokeOfGrants(orgId, ended));
    await recordEvent(queries, clock, {
      orgId,
      action: 'identity.unlinked',
      target: userId,
      outcome: 'ok',
      detail: { issuer, subject, ended_grants: ended.length, because: 'became owner' },
      ...by,
    });
  }
}
