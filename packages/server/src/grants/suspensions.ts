import type { AuditEntry } from '../audit/entry.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { Clock } from '../kernel/clock.ts';
import type { OrganisationId, RequestId, UserId } from '../kernel/ids.ts';
import { revokeGrants } from '../keys/revoke.ts';
import type { Queries, Store } from '../store/store.ts';
import { endAllGrants } from './end-all.ts';

/** Who decides, and has to be an operator; unset: whoever has the server. */
export interface By {
  readonly userId: UserId;
  readonly requestId: RequestId;
}

/** What the operator decides about a whole organisation, or about a person in all of theirs. False: it was so before. */
export function createSuspensions({ store, clock }: { store: Store; clock: Clock }) {
  const record = (
    queries: Queries,
    entry: Pick<AuditEntry, 'action' | 'detail' | 'orgId' | 'target'>,
    by?: By,
  ) => {
    const actor = { kind: 'operator', ...(by === undefined ? {} : { id: by.userId }) } as const;
    return recordEvent(queries, clock, { ...entry, actor, requestId: by?.requestId, outcome: 'ok' });
  };
  const recordPerson = async (queries: Queries, action: string, userId: UserId) =>
    record(queries, {
      action,
      target: userId,
      detail: { email: (await queries.people.findUser(userId))?.email },
    });
  const mayDecide = async (queries: Queries, by: By | undefined) =>
    by === undefined || (await queries.operators.hold(by.userId));

  return {
    /** Nothing works in it, and what was issued in it does not come back when it is resumed; hand-made keys do. */
    suspendOrganisation: (orgId: OrganisationId, by?: By): Promise<boolean> =>
      store.transaction(async (queries) => {
        if (!(await mayDecide(queries, by))) return false;
        await queries.people.lockMembers(orgId);
        if (!(await queries.people.setSuspended(orgId, true))) return false;
        await endAllGrants(queries, orgId, 'organisation_suspended');
        await queries.changes.add('organisation', orgId);
        await record(queries, { action: 'organisation.suspended', target: orgId, orgId }, by);
        return true;
      }),

    resumeOrganisation: (orgId: OrganisationId, by?: By): Promise<boolean> =>
      store.transaction(async (queries) => {
        if (!(await mayDecide(queries, by))) return false;
        if (!(await queries.people.setSuspended(orgId, false))) return false;
        await queries.changes.add('organisation', orgId);
        await record(queries, { action: 'organisation.resumed', target: orgId, orgId }, by);
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
        await recordPerson(queries, 'user.disabled', userId);
        return true;
      }),

    enableUser: (userId: UserId): Promise<boolean> =>
      store.transaction(async (queries) => {
        if (!(await queries.people.setDisabled(userId, false))) return false;
        for (const { organisation } of await queries.people.listOrganisationsOf(userId))
          await queries.changes.add('member', `${organisation.id}:${userId}`);
        await recordPerson(queries, 'user.enabled', userId);
        return true;
      }),
  };
}

export type Suspensions = ReturnType<typeof createSuspensions>;
