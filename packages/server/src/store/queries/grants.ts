import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import type { Access } from '../../kernel/access.ts';
import type { AgentId, ClientId, GrantId, OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { grants, organisations, refreshTokens, type TokenMode } from '../schema.ts';

export type Grant = typeof grants.$inferSelect;
export type RefreshToken = typeof refreshTokens.$inferSelect;

/** Approvals, and the refresh tokens that keep each one's family. */
export function createGrantQueries(executor: Executor) {
  return {
    /** The family lives as the organisation has it now, or shorter if a person chose so; that never moves. */
    async create(grant: {
      id: GrantId;
      orgId: OrganisationId;
      userId: UserId;
      clientId: ClientId;
      access: Access;
      resource: string;
      destination: string;
      tokenMode: TokenMode;
      dpopJkt?: string | null;
      lifetimeDays?: number | null;
    }): Promise<Grant> {
      const { lifetimeDays = null, ...columns } = grant;
      const [row] = await executor
        .insert(grants)
        .values({
          ...columns,
          expiresAt: sql`now() + (select make_interval(days => least(${organisations.refreshDays}, ${lifetimeDays}::int)) from ${organisations} where ${organisations.id} = ${grant.orgId})`,
        })
        .returning();
      if (!row) throw new Error('creating a grant returned no row');
      return row;
    },

    async find(orgId: OrganisationId, grantId: GrantId): Promise<Grant | undefined> {
      const [row] = await executor
        .select()
        .from(grants)
        .where(and(eq(grants.orgId, orgId), eq(grants.id, grantId)));
      return row;
    },

    /** True if this call is what ended it. */
    async revoke(orgId: OrganisationId, grantId: GrantId, reason: string): Promise<boolean> {
      const rows = await executor
        .update(grants)
        .set({ revokedAt: sql`now()`, revokedReason: reason })
        .where(and(eq(grants.orgId, orgId), eq(grants.id, grantId), isNull(grants.revokedAt)))
        .returning({ id: grants.id });
      return rows.length === 1;
    },

    /** Ends those of them that are live: answers which. Locked in the order of their ids, as everyone who locks many. */
    async revokeMany(
      orgId: OrganisationId,
      grantIds: readonly GrantId[],
      reason: string,
    ): Promise<GrantId[]> {
      if (grantIds.length === 0) return [];
      const { rows } = await executor.execute<{ id: GrantId }>(sql`
        with held as materialized (
          select id from ${grants}
          where org_id = ${orgId} and id = any(${sql.param([...grantIds])}::text[]) and revoked_at is null
          order by id for no key update
        )
        update ${grants} set revoked_at = now(), revoked_reason = ${reason}
        from held where ${grants.id} = held.id
        returning ${grants.id}`);
      return rows.map(({ id }) => id);
    },

    /** All live grants of an organisation, people's and machines'. */
    async listLive(orgId: OrganisationId): Promise<GrantId[]> {
      const rows = await executor
        .select({ id: grants.id })
        .from(grants)
        .where(and(eq(grants.orgId, orgId), isNull(grants.revokedAt)));
      return rows.map(({ id }) => id);
    },

    async listLiveOfAgent(orgId: OrganisationId, agentId: AgentId): Promise<GrantId[]> {
      const rows = await executor
        .select({ id: grants.id })
        .from(grants)
        .where(and(eq(grants.orgId, orgId), eq(grants.agentId, agentId), isNull(grants.revokedAt)));
      return rows.map(({ id }) => id);
    },

    /** The live grants of one member, to be ended with the membership. */
    async listLiveOf(orgId: OrganisationId, userId: UserId): Promise<GrantId[]> {
      const rows = await executor
        .select({ id: grants.id })
        .from(grants)
        .where(and(eq(grants.orgId, orgId), eq(grants.userId, userId), isNull(grants.revokedAt)));
      return rows.map((row) => row.id);
    },

    async addRefreshToken(token: {
      tokenHash: string;
      orgId: OrganisationId;
      grantId: GrantId;
      expiresAt: Date;
    }): Promise<void> {
      await executor.insert(refreshTokens).values(token);
    },

    /** The presented token with its grant; `expired` by the database's clock. */
    async findRefreshToken(
      tokenHash: string,
    ): Promise<{ token: RefreshToken; grant: Grant; expired: boolean } | undefined> {
      const [row] = await executor
        .select({
          token: refreshTokens,
          grant: grants,
          expired: sql<boolean>`${refreshTokens.expiresAt} <= now()`,
        })
        .from(refreshTokens)
        .innerJoin(grants, and(eq(grants.orgId, refreshTokens.orgId), eq(grants.id, refreshTokens.grantId)))
        .where(eq(refreshTokens.tokenHash, tokenHash));
      return row;
    },

    /** The sealed answer that the token's first use got, while it may still be repeated: see auth rule T6. */
    async findReplay(tokenHash: string): Promise<string | undefined> {
      const result = await executor.execute<{ replay: string }>(sql`
        select presented.replay from ${refreshTokens} presented
        join ${refreshTokens} successor on successor.token_hash = presented.successor_hash
        where presented.token_hash = ${tokenHash} and presented.replay is not null
          and presented.replay_until > now() and successor.used_at is null`);
      return result.rows[0]?.replay;
    },

    /** What a refresh is just changing is left to it, or to the next time: each could wait for the other. */
    async wipeReplays(): Promise<void> {
      await executor.execute(sql`
        with over as materialized (
          select token_hash from ${refreshTokens}
          where replay_until < now() and replay is not null
          for no key update skip locked
        )
        update ${refreshTokens} set replay = null
        from over where ${refreshTokens.tokenHash} = over.token_hash`);
    },

    async deleteLongExpired(): Promise<void> {
      await executor.delete(grants).where(lt(grants.expiresAt, sql`now() - interval '90 days'`));
    },
  };
}
