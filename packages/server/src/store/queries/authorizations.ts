import { and, eq, gt, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import type { Access } from '../../kernel/access.ts';
import type { ClientId, GrantId, OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { authorizations, grants, organisations } from '../schema.ts';

export type Authorization = typeof authorizations.$inferSelect;

const CODE_FAILURES_MAX = 5;
const minutesFromNow = (minutes: number) => sql`now() + make_interval(mins => ${minutes})`;

/** Opened authorize URLs, the decisions on them, and the codes that decisions make. */
export function createAuthorizationQueries(executor: Executor) {
  return {
    async create(
      authorization: Omit<typeof authorizations.$inferInsert, 'expiresAt'>,
      lifetimeMinutes: number,
    ): Promise<void> {
      await executor
        .insert(authorizations)
        .values({ ...authorization, expiresAt: minutesFromNow(lifetimeMinutes) });
    },

    async find(idHash: string): Promise<Authorization | undefined> {
      const [row] = await executor
        .select()
        .from(authorizations)
        .where(and(eq(authorizations.idHash, idHash), gt(authorizations.expiresAt, sql`now()`)));
      return row;
    },

    /** Binds the transaction to the web host's cookie. True for exactly one browser. */
    async bindWebBrowser(idHash: string, webBrowserHash: string): Promise<boolean> {
      const rows = await executor
        .update(authorizations)
        .set({ webBrowserHash })
        .where(
          and(
            eq(authorizations.idHash, idHash),
            isNull(authorizations.webBrowserHash),
            gt(authorizations.expiresAt, sql`now()`),
          ),
        )
        .returning({ idHash: authorizations.idHash });
      return rows.length === 1;
    },

    /** True for exactly one decision; it stays. A code lives `codeMinutes` from here. */
    async decide(
      idHash: string,
      decision:
        | { decision: 'deny'; userId: UserId }
        | {
            decision: 'allow';
            userId: UserId;
            orgId: OrganisationId;
            access: Access;
            lifetimeDays: number | null;
            codeHash: string;
          },
      codeMinutes: number,
    ): Promise<boolean> {
      const rows = await executor
        .update(authorizations)
        .set({
          ...decision,
          decidedAt: sql`now()`,
          ...(decision.decision === 'allow'
            ? { codeExpiresAt: minutesFromNow(codeMinutes), expiresAt: minutesFromNow(codeMinutes) }
            : {}),
        })
        .where(
          and(
            eq(authorizations.idHash, idHash),
            isNull(authorizations.decision),
            gt(authorizations.expiresAt, sql`now()`),
          ),
        )
        .returning({ idHash: authorizations.idHash });
      return rows.length === 1;
    },

    async findByCode(codeHash: string): Promise<(Authorization & { codeExpired: boolean }) | undefined> {
      const [row] = await executor
        .select({
          authorization: authorizations,
          codeExpired: sql<boolean>`${authorizations.codeExpiresAt} <= now() or ${authorizations.codeFailures} >= ${CODE_FAILURES_MAX}`,
        })
        .from(authorizations)
        .where(eq(authorizations.codeHash, codeHash));
      return row && { ...row.authorization, codeExpired: row.codeExpired };
    },

    /** True for exactly one redemption (RFC 6749 section 4.1.2). */
    async claimCode(codeHash: string, grantId: GrantId): Promise<boolean> {
      const rows = await executor
        .update(authorizations)
        .set({ codeUsedAt: sql`now()`, grantId })
        .where(
          and(
            eq(authorizations.codeHash, codeHash),
            isNull(authorizations.codeUsedAt),
            lt(authorizations.codeFailures, CODE_FAILURES_MAX),
            gt(authorizations.codeExpiresAt, sql`now()`),
          ),
        )
        .returning({ idHash: authorizations.idHash });
      return rows.length === 1;
    },

    /** Whether the person decided after everyone in the organisation was signed out, if that ever was. */
    async wasDecidedSinceSignOut(codeHash: string): Promise<boolean> {
      const rows = await executor
        .select({ idHash: authorizations.idHash })
        .from(authorizations)
        .innerJoin(organisations, eq(organisations.id, authorizations.orgId))
        .where(
          and(
            eq(authorizations.codeHash, codeHash),
            or(
              isNull(organisations.tokensValidFrom),
              gt(authorizations.decidedAt, organisations.tokensValidFrom),
            ),
          ),
        );
      return rows.length === 1;
    },

    async countCodeFailure(codeHash: string): Promise<void> {
      await executor
        .update(authorizations)
        .set({ codeFailures: sql`${authorizations.codeFailures} + 1` })
        .where(eq(authorizations.codeHash, codeHash));
    },

    /** Whether this browser was used to approve that this client is answered there, and the approval still stands. */
    async hasLiveGrant(pair: {
      gateBrowserHash: string;
      clientId: ClientId;
      redirectUri: string;
    }): Promise<boolean> {
      const rows = await executor
        .select({ one: sql`1` })
        .from(authorizations)
        .innerJoin(grants, and(eq(grants.orgId, authorizations.orgId), eq(grants.id, authorizations.grantId)))
        .where(
          and(
            eq(authorizations.gateBrowserHash, pair.gateBrowserHash),
            // As the index has it.
            isNotNull(authorizations.grantId),
            eq(authorizations.clientId, pair.clientId),
            eq(authorizations.redirectUri, pair.redirectUri),
            isNull(grants.revokedAt),
            gt(grants.expiresAt, sql`now()`),
          ),
        )
        .limit(1);
      return rows.length === 1;
    },

    /** Undecided and denied ones go a day after they expired; a used code stays as long as its grant is young. */
    async deleteExpired(): Promise<void> {
      const dayAgo = sql`now() - interval '1 day'`;
      await executor
        .delete(authorizations)
        .where(and(lt(authorizations.expiresAt, dayAgo), isNull(authorizations.grantId)));
      await executor
        .delete(authorizations)
        .where(
          and(
            lt(authorizations.expiresAt, sql`now() - interval '90 days'`),
            isNotNull(authorizations.grantId),
          ),
        );
    },
  };
}
