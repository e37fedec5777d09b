import { toAuditRow } from '../audit/entry.ts';
import type { Clock } from '../kernel/clock.ts';
import type { OrganisationId, UserId } from '../kernel/ids.ts';
import { revokeGrants } from '../keys/revoke.ts';
import type { Queries, Store } from '../store/store.ts';
import { endAllGrants } from './end-all.ts';

/** What the operator decides about a whole organisation, or about a person in all of theirs. False: it was so before. */
export function createSuspensions({ store, clock }: { store: Store; clock: Clock }) {
  const record = (queries: Queries, action: string, target: string, orgId?: OrganisationId) =>
    queries.audit.insertMany([
      toAuditRow({ orgId, action, actor: { kind: 'system' }, target, outcome: 'ok' }, 'event', clock),
    ]);

  return {
    /** Nothing works in it, and what was issued in it does not come back when it is resumed; hand-made keys do. */
    suspendOrganisation: (orgId: OrganisationId): Promise<boolean> =>
      store.transaction(async (queries) => {
        await queries.people.lockMembers(orgId);
        if (!(await queries.people.setSuspended(orgId, true))) return false;
        await endAllGrants(queries, orgId, 'organisation_suspended');
        await queries.changes.add('organisation', orgId);
        await record(queries, 'organisation.suspended', orgId, orgId);
        return true;
      }),

    resumeOrganisation: (orgId: OrganisationId): Promise<boolean> =>
      store.transaction(async (queries) => {
        if (!(await queries.people.setSuspended(orgId, false))) return false;
        await queries.changes.add('organisation', orgId);
        await record(queries, 'organisation.resumed', orgId, orgId);
        return true;
      }),

    /** Ends the person's sessions, grants and keys in every organisation. The memberships stay, and count for nothing. */
    disableUser: (userId: UserId): Promise<boolean> =>
      store.transaction(async (queries) => {
        const memberships = await queries.people.listOrganisationsOf(userId);
        const orgIds = memberships.map(({ organisation }) => organisation.id).toSorted();
        // Before anything: no grant of theirs begins while this is being decided.
        for (const orgId of orgIds) await queries.people.lockMembers(orgId);
        if (!(await queries.people.setDisabled(userId, true))) return false;
        for (const orgId of orgIds) {
          const grantIds = await queries.grants.listLiveOf(orgId, userId);
          await revokeGrants(queries, orgId, grantIds, 'user_disabled');
          await queries.changes.addMany('key', await queries.keys.revokeOfUser(orgId, userId));
          await queries.changes.add('member', `${orgId}:${userId}`);
        }
        await record(queries, 'user.disabled', userId);
        return true;
      }),

    enableUser: (userId: UserId): Promise<boolean> =>
      store.transaction(async (queries) => {
        if (!(await queries.people.setDisabled(userId, false))) return false;
        for (const { organisation } of await queries.people.listOrganisationsOf(userId))
          await queries.changes.add('member', `${organisation.id}:${userId}`);
        await record(queries, 'user.enabled', userId);
        return true;
      }),
  };
}

export type Suspensions = ReturnType<typeof createSuspensions>;
