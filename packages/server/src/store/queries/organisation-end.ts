import { and, eq, isNull, sql } from 'drizzle-orm';
import type { ConnectorId, KeyId, OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import {
  clients,
  companyDomains,
  companyProviders,
  connectors,
  declaredMembers,
  grants,
  imports,
  invitations,
  memberships,
  organisations,
  passwordResets,
  sessions,
  trustedIssuers,
  upstreamAccounts,
  webhooks,
} from '../schema.ts';

/** What ends with an organisation. */
export interface OrganisationEffect {
  readonly people: number;
  /** Apps that people connected. */
  readonly connections: number;
  /** Made by hand, for people and agents. */
  readonly keys: number;
  readonly agents: number;
  readonly connectors: number;
}

/** The end of organisations. */
export function createOrganisationEndQueries(executor: Executor) {
  return {
    async countEffect(orgId: OrganisationId): Promise<OrganisationEffect> {
      const { rows } = await executor.execute<Record<keyof OrganisationEffect, string>>(sql`
        select
          (select count(*) from memberships where org_id = ${orgId}) as people,
          (select count(*) from grants where org_id = ${orgId} and user_id is not null
             and revoked_at is null and expires_at > now()) as connections,
          (select count(*) from keys where org_id = ${orgId} and grant_id is null
             and revoked_at is null and (expires_at is null or expires_at > now())) as keys,
          (select count(*) from agents where org_id = ${orgId}) as agents,
          (select count(*) from connectors where org_id = ${orgId}) as connectors`);
      const [row] = rows;
      return {
        people: Number(row?.people ?? 0),
        connections: Number(row?.connections ?? 0),
        keys: Number(row?.keys ?? 0),
        agents: Number(row?.agents ?? 0),
        connectors: Number(row?.connectors ?? 0),
      };
    },

    /** All of them, by hand or not. Locked in the order of their ids, as everyone who locks many. */
    async revokeKeys(orgId: OrganisationId): Promise<KeyId[]> {
      const { rows } = await executor.execute<{ id: KeyId }>(sql`
        with held as materialized (
          select id from keys where org_id = ${orgId} and revoked_at is null
          order by id for no key update
        )
        update keys set revoked_at = now() from held where keys.id = held.id returning keys.id`);
      return rows.map(({ id }) => id);
    },

    /** Where its people have accounts of their own behind connectors, shared ones too. */
    async listConnectorsWithAccounts(orgId: OrganisationId): Promise<ConnectorId[]> {
      const rows = await executor
        .selectDistinct({ id: upstreamAccounts.connectorId })
        .from(upstreamAccounts)
        .where(eq(upstreamAccounts.orgId, orgId));
      return rows.map(({ id }) => id);
    },

    /**
     * Nobody belongs to it any more, nobody signs in through it, nothing of it is asked, and its secrets are gone. Its
     * row stays for a while: what happens to arrive meanwhile, and what the audit log names, still has a place. After
     * its grants and keys were revoked. False: it was deleted before.
     */
    async end(orgId: OrganisationId): Promise<boolean> {
      const ended = await executor
        .update(organisations)
        .set({ deletedAt: sql`now()`, suspendedAt: sql`coalesce(${organisations.suspendedAt}, now())` })
        .where(and(eq(organisations.id, orgId), isNull(organisations.deletedAt)))
        .returning({ id: organisations.id });
      if (ended.length === 0) return false;
      await executor.delete(sessions).where(eq(sessions.viaOrgId, orgId));
      await executor.delete(companyProviders).where(eq(companyProviders.orgId, orgId));
      await executor.delete(companyDomains).where(eq(companyDomains.orgId, orgId));
      await executor.delete(trustedIssuers).where(eq(trustedIssuers.orgId, orgId));
      await executor.delete(invitations).where(eq(invitations.orgId, orgId));
      await executor.delete(passwordResets).where(eq(passwordResets.orgId, orgId));
      await executor.delete(declaredMembers).where(eq(declaredMembers.orgId, orgId));
      await executor.delete(memberships).where(eq(memberships.orgId, orgId));
      await executor.delete(webhooks).where(eq(webhooks.orgId, orgId));
      await executor.delete(imports).where(eq(imports.orgId, orgId));
      await executor.delete(connectors).where(eq(connectors.orgId, orgId));
      await executor
        .update(clients)
        .set({ deletedAt: sql`now()`, secretHash: null, jwks: null, jwksUri: null })
        .where(eq(clients.orgId, orgId));
      return true;
    },

    /** In a transaction: what is left of those that were deleted long ago. Their addresses and audit logs stay. */
    async deleteLongEnded(days: number): Promise<void> {
      const isLongEnded = sql`deleted_at < now() - make_interval(days => ${days}::int)`;
      // First, because a client is not deleted while there are grants of it.
      await executor
        .delete(grants)
        .where(sql`${grants.orgId} in (select id from ${organisations} where ${isLongEnded})`);
      await executor.delete(organisations).where(isLongEnded);
    },
  };
}
