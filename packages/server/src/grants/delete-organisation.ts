import { toAuditRow } from '../audit/entry.ts';
import type { Clock } from '../kernel/clock.ts';
import type { OrganisationId, RequestId, UserId } from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { revokeGrants } from '../keys/revoke.ts';
import { can } from '../people/policy.ts';
import { refusableTransaction } from '../people/refusable-transaction.ts';
import type { OrganisationEffect } from '../store/queries/organisation-end.ts';
import type { Store } from '../store/store.ts';

/** What is left of a deleted organisation, but for its address and its audit log, is deleted after so long. */
export const DELETED_KEPT_DAYS = 30;

export type DeletionFault =
  | 'forbidden'
  /** What was typed is not its name. */
  | 'wrong_name'
  /** The operator's file says that there is one. */
  | 'declared';

export interface Deletion {
  readonly name: string;
  readonly isDeclared: boolean;
  readonly effect: OrganisationEffect;
}

/** The end of an organisation (decision 36). */
export function createOrganisationDeletion({ store, clock }: { store: Store; clock: Clock }) {
  return {
    async preview(orgId: OrganisationId): Promise<Deletion | undefined> {
      const found = await store.people.findOrganisation(orgId);
      if (found === undefined) return undefined;
      const effect = await store.organisationEnd.countEffect(orgId);
      return { name: found.name, isDeclared: found.declared, effect };
    },

    /** For good, and at once on every node: nobody gets in, nothing that was issued is good any more. */
    delete(order: {
      readonly orgId: OrganisationId;
      /** As it was typed. */
      readonly name: string;
      readonly by: UserId;
      readonly requestId: RequestId;
    }): Promise<Result<OrganisationEffect, DeletionFault>> {
      const { by, name, orgId, requestId } = order;
      return refusableTransaction(store, async (queries) => {
        // Nothing begins in it meanwhile.
        await queries.people.lockMembers(orgId);
        const role = await queries.people.roleOf(orgId, by);
        const organisation = await queries.people.findOrganisation(orgId);
        if (organisation === undefined || role === undefined || !can(role, 'organisation.delete'))
          return fail('forbidden');
        if (organisation.declared) return fail('declared');
        if (name.trim() !== organisation.name.trim()) return fail('wrong_name');

        const effect = await queries.organisationEnd.countEffect(orgId);
        await revokeGrants(queries, orgId, await queries.grants.listLive(orgId), 'organisation_deleted');
        await queries.changes.addMany('key', await queries.organisationEnd.revokeKeys(orgId));
        for (const connectorId of await queries.organisationEnd.listConnectorsWithAccounts(orgId)) {
          await queries.upstreamAccounts.disconnectAll(orgId, connectorId, 'organisation_deleted');
        }
        await queries.organisationEnd.end(orgId);
        await queries.changes.add('connector', orgId);
        await queries.changes.add('organisation', orgId);
        const entry = {
          action: 'organisation.deleted',
          actor: { kind: 'user', id: by },
          target: orgId,
          requestId,
          outcome: 'ok',
          detail: { slug: organisation.slug, name: organisation.name, ...effect },
        } as const;
        // In the operator's own log, too: nobody can look into the organisation's any more.
        await queries.audit.insertMany([
          toAuditRow({ ...entry, orgId }, 'event', clock),
          toAuditRow(entry, 'event', clock),
        ]);
        return ok(effect);
      });
    },
  };
}

export type OrganisationDeletion = ReturnType<typeof createOrganisationDeletion>;
