import { and, eq, gt, isNull, or, sql, type SQL } from 'drizzle-orm';
import type { Access } from '../../kernel/access.ts';
import type { AgentId, ClientId, GrantId, KeyId, OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { agents, grants, keys, memberships } from '../schema.ts';
import { createKeyCallQueries } from './key-calls.ts';
import { createKeyListQueries } from './key-list.ts';

export type Key = typeof keys.$inferSelect;

/** All that a presented key tells about its bearer, as it is in the database at this moment. */
export interface KeyHolder extends Record<string, unknown> {
  keyId: KeyId;
  orgId: OrganisationId;
  access: Access;
  userId: UserId | null;
  agentId: AgentId | null;
  grantId: GrantId | null;
  clientId: ClientId | null;
  resource: string | null;
  callsPerMinute: number | null;
  expiresAtMs: string | null;
}

/** Named API keys: made by hand, for an agent, or minted by a grant. One list. */
export function createKeyQueries(executor: Executor) {
  /** Locked in the order of their ids, as everyone who locks many: or two of them could wait for each other. */
  async function revokeThose(orgId: OrganisationId, which: SQL): Promise<KeyId[]> {
    const { rows } = await executor.execute<{ id: KeyId }>(sql`
      with held as materialized (
        select id from ${keys} where org_id = ${orgId} and ${which} and revoked_at is null
        order by id for no key update
      )
      update ${keys} set revoked_at = now() from held where ${keys.id} = held.id
      returning ${keys.id}`);
    return rows.map(({ id }) => id);
  }

  return {
    ...createKeyListQueries(executor),
    ...createKeyCallQueries(executor),

    /** With what its holder is at this moment. */
    async create(key: Omit<typeof keys.$inferInsert, 'mintedAs'>): Promise<Key> {
      const { agentId, orgId, userId } = key;
      const mintedAs =
        agentId === undefined || agentId === null
          ? sql`(select role from ${memberships} where org_id = ${orgId} and user_id = ${userId})`
          : sql`(select role from ${agents} where org_id = ${orgId} and id = ${agentId})`;
      const [row] = await executor
        .insert(keys)
        .values({ ...key, mintedAs })
        .returning();
      if (!row) throw new Error('creating a key returned no row');
      return row;
    },

    /** The live holder of a secret, or nothing. The secret's hash is the lookup, so no organisation is known yet. */
    async findHolder(secretHash: string): Promise<KeyHolder | undefined> {
      const result = await executor.execute<KeyHolder>(sql`
        select k.id as "keyId", k.org_id as "orgId",
               -- A refresh that was under way when the grant became read-only may have written the key since.
               case when g.access = 'read' then 'read' else k.access end as access, k.user_id as "userId", k.agent_id as "agentId",
               k.grant_id as "grantId", g.client_id as "clientId", g.resource, k.calls_per_minute as "callsPerMinute",
               (extract(epoch from case when k.secret_hash = ${secretHash} then k.expires_at
                                        else k.previous_expires_at end) * 1000)::bigint::text as "expiresAtMs"
        from ${keys} k left join ${grants} g on g.org_id = k.org_id and g.id = k.grant_id
        where (k.secret_hash = ${secretHash} or (k.previous_hash = ${secretHash} and k.previous_expires_at > now()))
          and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
          and g.revoked_at is null`);
      return result.rows[0];
    },

    /**
     * A new secret in place of the one with this hint, which is good for `overlapSeconds` more, though not for longer than
     * the key. One statement: of two that replace the same secret one does it. Undefined: it has another, or is over.
     */
    async rotate(
      orgId: OrganisationId,
      keyId: KeyId,
      next: { hint: string; hash: string; newHint: string; overlapSeconds: number },
    ): Promise<{ previousExpiresAt: Date | null } | undefined> {
      const { hash, hint, newHint, overlapSeconds } = next;
      const [row] = await executor
        .update(keys)
        .set({
          secretHash: hash,
          hint: newHint,
          previousHash: overlapSeconds === 0 ? null : sql`${keys.secretHash}`,
          previousExpiresAt:
            overlapSeconds === 0
              ? null
              : sql`least(now() + make_interval(secs => ${overlapSeconds}), ${keys.expiresAt})`,
        })
        .where(
          and(
            eq(keys.orgId, orgId),
            eq(keys.id, keyId),
            eq(keys.hint, hint),
            isNull(keys.grantId),
            isNull(keys.revokedAt),
            or(isNull(keys.expiresAt), gt(keys.expiresAt, sql`now()`)),
          ),
        )
        .returning({ previousExpiresAt: keys.previousExpiresAt });
      return row;
    },

    /** True if this call is what ended it, with the grant that goes with it. */
    async revoke(orgId: OrganisationId, keyId: KeyId): Promise<{ grantId: GrantId | null } | undefined> {
      const [row] = await executor
        .update(keys)
        .set({ revokedAt: sql`now()` })
        .where(and(eq(keys.orgId, orgId), eq(keys.id, keyId), isNull(keys.revokedAt)))
        .returning({ grantId: keys.grantId });
      return row;
    },

    /** The keys that these grants minted. */
    async revokeOfGrants(orgId: OrganisationId, grantIds: readonly GrantId[]): Promise<KeyId[]> {
      if (grantIds.length === 0) return [];
      return revokeThose(orgId, sql`grant_id = any(${sql.param([...grantIds])}::text[])`);
    },

    /** Keys of a member, to be ended with the membership. */
    revokeOfUser: (orgId: OrganisationId, userId: UserId) => revokeThose(orgId, sql`user_id = ${userId}`),

    /** All live keys of an agent, made by hand or minted. */
    revokeOfAgent: (orgId: OrganisationId, agentId: AgentId) =>
      revokeThose(orgId, sql`agent_id = ${agentId}`),

    async find(orgId: OrganisationId, keyId: KeyId): Promise<Key | undefined> {
      const [row] = await executor
        .select()
        .from(keys)
        .where(and(eq(keys.orgId, orgId), eq(keys.id, keyId)));
      return row;
    },

    async findOfGrant(orgId: OrganisationId, grantId: GrantId): Promise<Key | undefined> {
      const [row] = await executor
        .select()
        .from(keys)
        .where(and(eq(keys.orgId, orgId), eq(keys.grantId, grantId)));
      return row;
    },

    /**
     * `lastUsed` maps key ids to milliseconds since the epoch; an older time never replaces a newer one. It waits for
     * nobody, so that whoever ends keys never waits for it: answers the keys that somebody holds, for another time.
     */
    async touch(lastUsed: ReadonlyMap<KeyId, number>): Promise<KeyId[]> {
      if (lastUsed.size === 0) return [];
      const { rows } = await executor.execute<{ id: KeyId }>(sql`
        with used as (
          select * from unnest(${sql.param([...lastUsed.keys()])}::text[], ${sql.param([...lastUsed.values()])}::float8[]) as used(id, ms)
        ), held as materialized (
          select id from ${keys} where id in (select id from used) for no key update skip locked
        ), written as (
          update ${keys} set last_used_at = greatest(last_used_at, to_timestamp(used.ms / 1000.0))
          from held join used using (id) where ${keys.id} = held.id
        )
        select id from ${keys} where id in (select id from used) and id not in (select id from held)`);
      return rows.map(({ id }) => id);
    },
  };
}
