import { and, asc, desc, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import type { Access } from '../../kernel/access.ts';
import type { ClientId, GrantId, OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import {
  clientRules,
  clients,
  grants,
  organisations,
  type ClientPolicy,
  type ClientRule,
} from '../schema.ts';

export type StoredClientRule = typeof clientRules.$inferSelect;

/** What an organisation's admins decided about clients. */
export function createClientRuleQueries(executor: Executor) {
  return {
    list(orgId: OrganisationId): Promise<StoredClientRule[]> {
      return executor
        .select()
        .from(clientRules)
        .where(eq(clientRules.orgId, orgId))
        .orderBy(asc(clientRules.subject));
    },

    /** The rules of one organisation that name one of the subjects. */
    async rulesAbout(orgId: OrganisationId, subjects: readonly string[]): Promise<StoredClientRule[]> {
      if (subjects.length === 0) return [];
      return executor
        .select()
        .from(clientRules)
        .where(and(eq(clientRules.orgId, orgId), inArray(clientRules.subject, [...subjects])));
    },

    async set(rule: {
      orgId: OrganisationId;
      subject: string;
      rule: ClientRule;
      createdBy: UserId;
    }): Promise<void> {
      const { rule: decided, createdBy } = rule;
      await executor
        .insert(clientRules)
        .values(rule)
        .onConflictDoUpdate({
          target: [clientRules.orgId, clientRules.subject],
          set: { rule: decided, createdBy, createdAt: sql`now()` },
        });
    },

    /** False: there was none. */
    async remove(orgId: OrganisationId, subject: string): Promise<boolean> {
      const rows = await executor
        .delete(clientRules)
        .where(and(eq(clientRules.orgId, orgId), eq(clientRules.subject, subject)))
        .returning({ subject: clientRules.subject });
      return rows.length === 1;
    },

    /** The latest live connection of this person through this client, for a page that says what is new. */
    async latestLiveGrant(
      orgId: OrganisationId,
      userId: UserId,
      clientId: ClientId,
    ): Promise<{ access: Access; createdAt: Date } | undefined> {
      const [row] = await executor
        .select({ access: grants.access, createdAt: grants.createdAt })
        .from(grants)
        .where(
          and(
            eq(grants.orgId, orgId),
            eq(grants.userId, userId),
            eq(grants.clientId, clientId),
            isNull(grants.revokedAt),
            gt(grants.expiresAt, sql`now()`),
          ),
        )
        .orderBy(desc(grants.createdAt))
        .limit(1);
      return row;
    },

    /** Live grants with their client and destination, for a rule to look through. */
    liveGrants(orgId: OrganisationId): Promise<
      {
        id: GrantId;
        destination: string;
        client: { id: ClientId; kind: string; orgId: OrganisationId | null };
      }[]
    > {
      return executor
        .select({
          id: grants.id,
          destination: grants.destination,
          client: { id: clients.id, kind: clients.kind, orgId: clients.orgId },
        })
        .from(grants)
        .innerJoin(clients, eq(clients.id, grants.clientId))
        .where(and(eq(grants.orgId, orgId), isNull(grants.revokedAt)));
    },

    /** Which apps people may connect where no rule is about them. */
    async policyOf(orgId: OrganisationId): Promise<ClientPolicy> {
      const [row] = await executor
        .select({ policy: organisations.clientPolicy })
        .from(organisations)
        .where(eq(organisations.id, orgId));
      return row?.policy ?? 'approved';
    },
  };
}
