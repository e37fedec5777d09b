import { and, eq, isNotNull, isNull, ne, sql } from 'drizzle-orm';
import type { Access } from '../../kernel/access.ts';
import type { AgentId, ClientId, GrantId, OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { clients, grants, keys } from '../schema.ts';
import { createClientListQueries } from './client-list.ts';
import { createClientRuleListQueries } from './client-rule-list.ts';
import type { Client } from './clients.ts';
import type { Grant } from './grants.ts';

/** Clients that an organisation's admins made, and the one grant that each machine among them has. */
export function createPortalClientQueries(executor: Executor) {
  return {
    ...createClientListQueries(executor),
    ...createClientRuleListQueries(executor),

    async create(
      client: Omit<typeof clients.$inferInsert, 'kind' | 'orgId'> & { orgId: OrganisationId },
    ): Promise<Client> {
      const [row] = await executor
        .insert(clients)
        .values({ ...client, kind: 'portal' })
        .returning();
      if (!row) throw new Error('creating a client returned no row');
      return row;
    },

    /** True for the one call that ended it. What it proved itself with is forgotten. */
    async markDeleted(orgId: OrganisationId, clientId: ClientId): Promise<boolean> {
      const rows = await executor
        .update(clients)
        .set({ deletedAt: sql`now()`, secretHash: null, jwks: null, jwksUri: null })
        .where(
          and(
            eq(clients.orgId, orgId),
            eq(clients.id, clientId),
            eq(clients.kind, 'portal'),
            isNull(clients.deletedAt),
          ),
        )
        .returning({ id: clients.id });
      return rows.length === 1;
    },

    /** False: there is no such client, or none that proves itself. */
    async setGrantType(
      orgId: OrganisationId,
      clientId: ClientId,
      grantType: string,
      allowed: boolean,
    ): Promise<boolean> {
      const without = sql`${clients.grantTypes} - ${grantType}::text`;
      const rows = await executor
        .update(clients)
        .set({ grantTypes: allowed ? sql`(${without}) || to_jsonb(${grantType}::text)` : without })
        .where(
          and(
            eq(clients.orgId, orgId),
            eq(clients.id, clientId),
            eq(clients.kind, 'portal'),
            ne(clients.authMethod, 'none'),
            isNull(clients.deletedAt),
          ),
        )
        .returning({ id: clients.id });
      return rows.length === 1;
    },

    async listLiveGrants(orgId: OrganisationId, clientId: ClientId): Promise<GrantId[]> {
      const rows = await executor
        .select({ id: grants.id })
        .from(grants)
        .where(and(eq(grants.orgId, orgId), eq(grants.clientId, clientId), isNull(grants.revokedAt)));
      return rows.map(({ id }) => id);
    },

    async createMachineGrant(grant: {
      id: GrantId;
      orgId: OrganisationId;
      agentId: AgentId;
      clientId: ClientId;
      access: Access;
      resource: string;
      destination: string;
      lifetimeDays: number;
    }): Promise<Grant> {
      const { lifetimeDays, ...values } = grant;
      const [row] = await executor
        .insert(grants)
        .values({
          ...values,
          tokenMode: 'token',
          expiresAt: sql`now() + make_interval(days => ${lifetimeDays})`,
        })
        .returning();
      if (!row) throw new Error('creating a grant returned no row');
      return row;
    },

    /** The live grants of machines, each with the name of its key. */
    listLiveMachines(orgId: OrganisationId): Promise<{ grant: Grant; keyName: string }[]> {
      return executor
        .select({ grant: grants, keyName: keys.name })
        .from(grants)
        .innerJoin(keys, and(eq(keys.orgId, grants.orgId), eq(keys.grantId, grants.id)))
        .where(and(eq(grants.orgId, orgId), isNotNull(grants.agentId), isNull(grants.revokedAt)));
    },
  };
}
