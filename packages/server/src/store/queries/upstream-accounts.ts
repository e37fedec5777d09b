import { and, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import type { ConnectorId, OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import {
  upstreamAccounts,
  upstreamAuthorizations,
  upstreamRevocations,
  type UpstreamAccountState,
} from '../schema.ts';

/** Whose account at which connector's upstream. */
export interface AccountRef {
  readonly orgId: OrganisationId;
  readonly connectorId: ConnectorId;
  readonly userId: UserId;
}

export type UpstreamAccount = typeof upstreamAccounts.$inferSelect;
export type UpstreamAuthorization = typeof upstreamAuthorizations.$inferSelect;
export type UpstreamRevocation = typeof upstreamRevocations.$inferSelect;

/** People's own accounts at upstreams: the way there, the tokens, and their end. */
export function createUpstreamAccountQueries(executor: Executor) {
  const isOf = ({ orgId, connectorId, userId }: AccountRef) =>
    and(
      eq(upstreamAccounts.orgId, orgId),
      eq(upstreamAccounts.connectorId, connectorId),
      eq(upstreamAccounts.userId, userId),
    );

  return {
    async begin(
      authorization: Omit<typeof upstreamAuthorizations.$inferInsert, 'expiresAt'>,
      minutes: number,
    ): Promise<void> {
      await executor
        .insert(upstreamAuthorizations)
        .values({ ...authorization, expiresAt: sql`now() + make_interval(mins => ${minutes})` });
    },

    /** For exactly one answer, in the browser and the session that it was begun in; anybody else's leaves it. */
    async claim(stateHash: string, browserHash: string): Promise<UpstreamAuthorization | undefined> {
      const [row] = await executor
        .delete(upstreamAuthorizations)
        .where(
          and(
            eq(upstreamAuthorizations.stateHash, stateHash),
            eq(upstreamAuthorizations.browserHash, browserHash),
            gt(upstreamAuthorizations.expiresAt, sql`now()`),
          ),
        )
        .returning();
      return row;
    },

    async deleteExpiredAuthorizations(): Promise<void> {
      await executor.delete(upstreamAuthorizations).where(lt(upstreamAuthorizations.expiresAt, sql`now()`));
    },

    /** `lifetimeSeconds` null: the upstream did not say how long the access token lasts. */
    async connect(ref: AccountRef, sealed: string, lifetimeSeconds: number | null): Promise<void> {
      const tokens = {
        sealed,
        state: 'connected' as const,
        tokenExpiresAt: endOf(lifetimeSeconds),
        leaseId: null,
        leaseUntil: null,
      };
      await executor
        .insert(upstreamAccounts)
        .values({ ...ref, ...tokens })
        .onConflictDoUpdate({
          target: [upstreamAccounts.orgId, upstreamAccounts.connectorId, upstreamAccounts.userId],
          set: {
            ...tokens,
            version: sql`${upstreamAccounts.version} + 1`,
            connectedAt: sql`now()`,
            refreshedAt: sql`now()`,
          },
        });
    },

    /** `secondsLeft` of the access token, and `age` of this set of tokens, by the database's clock. */
    async find(
      ref: AccountRef,
    ): Promise<(UpstreamAccount & { secondsLeft: number | null; ageSeconds: number }) | undefined> {
      const [row] = await executor
        .select({
          account: upstreamAccounts,
          secondsLeft: sql<
            number | null
          >`extract(epoch from ${upstreamAccounts.tokenExpiresAt} - now())::float8`,
          ageSeconds: sql<number>`extract(epoch from now() - ${upstreamAccounts.refreshedAt})::float8`,
        })
        .from(upstreamAccounts)
        .where(isOf(ref));
      return row && { ...row.account, secondsLeft: row.secondsLeft, ageSeconds: row.ageSeconds };
    },

    async statesOf(
      orgId: OrganisationId,
      userId: UserId,
      connectorIds: readonly ConnectorId[],
    ): Promise<ReadonlyMap<ConnectorId, UpstreamAccountState>> {
      if (connectorIds.length === 0) return new Map();
      const rows = await executor
        .select({ connectorId: upstreamAccounts.connectorId, state: upstreamAccounts.state })
        .from(upstreamAccounts)
        .where(
          and(
            eq(upstreamAccounts.orgId, orgId),
            eq(upstreamAccounts.userId, userId),
            inArray(upstreamAccounts.connectorId, [...connectorIds]),
          ),
        );
      return new Map(rows.map(({ connectorId, state }) => [connectorId, state]));
    },

    /** True for exactly one node for `seconds`, as long as the tokens are the ones that it has seen. */
    async lease(ref: AccountRef, version: number, leaseId: string, seconds: number): Promise<boolean> {
      const rows = await executor
        .update(upstreamAccounts)
        .set({ leaseId, leaseUntil: sql`now() + make_interval(secs => ${seconds})` })
        .where(
          and(
            isOf(ref),
            eq(upstreamAccounts.version, version),
            eq(upstreamAccounts.state, 'connected'),
            sql`coalesce(${upstreamAccounts.leaseUntil} < now(), true)`,
          ),
        )
        .returning({ version: upstreamAccounts.version });
      return rows.length === 1;
    },

    /** What a refresh brought. False: the account was disconnected, or connected anew, in the meantime. */
    async replaceTokens(
      ref: AccountRef,
      leaseId: string,
      sealed: string,
      lifetimeSeconds: number | null,
    ): Promise<boolean> {
      const rows = await executor
        .update(upstreamAccounts)
        .set({
          sealed,
          tokenExpiresAt: endOf(lifetimeSeconds),
          version: sql`${upstreamAccounts.version} + 1`,
          refreshedAt: sql`now()`,
          leaseId: null,
          leaseUntil: null,
        })
        .where(and(isOf(ref), eq(upstreamAccounts.leaseId, leaseId)))
        .returning({ version: upstreamAccounts.version });
      return rows.length === 1;
    },

    async release(ref: AccountRef, leaseId: string): Promise<void> {
      await executor
        .update(upstreamAccounts)
        .set({ leaseId: null, leaseUntil: null })
        .where(and(isOf(ref), eq(upstreamAccounts.leaseId, leaseId)));
    },

    /** Its tokens are dead: they are not kept, and the person has to connect it again. */
    async markDead(ref: AccountRef, version: number): Promise<boolean> {
      const rows = await executor
        .update(upstreamAccounts)
        .set({
          state: 'reconnect',
          sealed: null,
          tokenExpiresAt: null,
          version: sql`${upstreamAccounts.version} + 1`,
          leaseId: null,
          leaseUntil: null,
        })
        .where(and(isOf(ref), eq(upstreamAccounts.version, version)))
        .returning({ version: upstreamAccounts.version });
      return rows.length === 1;
    },

    /** Ends it here at once; the upstream is told from the queue. True if there was one. */
    async disconnect(ref: AccountRef, reason: string): Promise<boolean> {
      const { rows } = await executor.execute(sql`
        with gone as (
          delete from ${upstreamAccounts} where ${isOf(ref)} returning org_id, connector_id, user_id, sealed
        ), queued as (
          insert into ${upstreamRevocations} (id, org_id, connector_id, user_id, reason, sealed)
          select gen_random_uuid()::text, org_id, connector_id, user_id, ${reason}, sealed from gone where sealed is not null
        )
        select 1 from gone`);
      return rows.length === 1;
    },

    /** All of a connector that is to go. Answers how many there were. */
    async disconnectAll(orgId: OrganisationId, connectorId: ConnectorId, reason: string): Promise<number> {
      const { rows } = await executor.execute(sql`
        with gone as (
          delete from ${upstreamAccounts}
          where ${upstreamAccounts.orgId} = ${orgId} and ${upstreamAccounts.connectorId} = ${connectorId}
          returning org_id, connector_id, user_id, sealed
        ), queued as (
          insert into ${upstreamRevocations} (id, org_id, connector_id, user_id, reason, sealed)
          select gen_random_uuid()::text, org_id, connector_id, user_id, ${reason}, sealed from gone where sealed is not null
        )
        select 1 from gone`);
      return rows.length;
    },

    async queueRevocation(ref: AccountRef, reason: string, sealed: string): Promise<void> {
      await executor
        .insert(upstreamRevocations)
        .values({ id: sql`gen_random_uuid()::text`, ...ref, reason, sealed });
    },

    /**
     * Ends the accounts that nothing here can use any more: the person has left or is disabled, or had connections or
     * keys that reached the connector and has none of them left. Answers whose. Looks at the people of these grants,
     * keys and memberships (`<organisation>:<user>`) alone; undefined: at all.
     */
    async endUnreachable(of?: {
      readonly grants: readonly string[];
      readonly keys: readonly string[];
      readonly members: readonly string[];
    }): Promise<AccountRef[]> {
      const those =
        of === undefined
          ? sql`true`
          : sql`(
              (a.org_id, a.user_id) in (
                select org_id, user_id from grants where id = any(${sql.param([...of.grants])}::text[])
                union select org_id, user_id from keys where id = any(${sql.param([...of.keys])}::text[])
              ) or a.org_id || ':' || a.user_id = any(${sql.param([...of.members])}::text[])
            )`;
      const { rows } = await executor.execute<{ org_id: string; connector_id: string; user_id: string }>(sql`
        with reach as (
          select a.org_id, a.connector_id, a.user_id,
                 exists (
                   select 1 from memberships m join users u on u.id = m.user_id
                   where m.org_id = a.org_id and m.user_id = a.user_id and u.disabled_at is null
                 ) as belongs,
                 bool_or(h.live) as live,
                 bool_or(not h.live and h.ended_at > a.connected_at) as ended
          from upstream_accounts a
          join connectors c on c.id = a.connector_id
          left join lateral (
            select g.revoked_at is null and g.expires_at > now() as live,
                   coalesce(g.revoked_at, g.expires_at) as ended_at
            from grants g
            where g.org_id = a.org_id and g.user_id = a.user_id
              and (g.resource not like '/mcp/%/c/%' or g.resource like '/mcp/%/c/' || c.slug)
            union all
            select k.revoked_at is null and (k.expires_at is null or k.expires_at > now()),
                   coalesce(k.revoked_at, k.expires_at)
            from keys k where k.org_id = a.org_id and k.user_id = a.user_id and k.grant_id is null
          ) h on true
          where ${those}
          group by a.org_id, a.connector_id, a.user_id
        ), gone as (
          delete from upstream_accounts a using reach r
          where a.org_id = r.org_id and a.connector_id = r.connector_id and a.user_id = r.user_id
            and (not r.belongs or (coalesce(r.ended, false) and not coalesce(r.live, false)))
          returning a.org_id, a.connector_id, a.user_id, a.sealed
        ), queued as (
          insert into upstream_revocations (id, org_id, connector_id, user_id, reason, sealed)
          select gen_random_uuid()::text, org_id, connector_id, user_id, 'nothing_left', sealed
          from gone where sealed is not null
        )
        select org_id, connector_id, user_id from gone`);
      return rows.map((row) => ({
        orgId: row.org_id as OrganisationId,
        connectorId: row.connector_id as ConnectorId,
        userId: row.user_id as UserId,
      }));
    },

    /** Those that are due, each for one node at a time; they come again later unless they are deleted. */
    async claimRevocations(max: number): Promise<UpstreamRevocation[]> {
      const due = executor
        .select({ id: upstreamRevocations.id })
        .from(upstreamRevocations)
        .where(sql`${upstreamRevocations.nextAt} <= now()`)
        .orderBy(upstreamRevocations.nextAt)
        .limit(max)
        .for('update', { skipLocked: true });
      return executor
        .update(upstreamRevocations)
        .set({
          attempts: sql`${upstreamRevocations.attempts} + 1`,
          nextAt: sql`now() + make_interval(secs => least(30 * power(2, ${upstreamRevocations.attempts}), 21600))`,
        })
        .where(inArray(upstreamRevocations.id, due))
        .returning();
    },

    async deleteRevocation(id: string): Promise<void> {
      await executor.delete(upstreamRevocations).where(eq(upstreamRevocations.id, id));
    },

    async deleteOldRevocations(): Promise<void> {
      await executor
        .delete(upstreamRevocations)
        .where(lt(upstreamRevocations.createdAt, sql`now() - interval '2 days'`));
    },
  };
}

function endOf(lifetimeSeconds: number | null) {
  return lifetimeSeconds === null ? null : sql`now() + make_interval(secs => ${lifetimeSeconds})`;
}
