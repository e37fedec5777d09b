import { and, count, eq, gt, isNotNull, isNull, lt, notExists, or, sql } from 'drizzle-orm';
import type { ClientId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { clients, grants, keys, refreshTokens } from '../schema.ts';

export type Client = typeof clients.$inferSelect;

/** OAuth clients. Those that came by themselves belong to no organisation: one is used by strangers in many. */
export function createClientQueries(executor: Executor) {
  // `offset 0` has each client looked up among the grants: joined, all grants would be read, which are many more.
  const isUnconfirmed = sql`not exists (select 1 from ${grants} where ${grants.clientId} = ${clients.id} offset 0)`;

  return {
    /** Identical metadata is one record, whoever registers it and however often, at the same instant too. */
    async register(client: {
      id: ClientId;
      name: string;
      redirectUris: string[];
      authMethod: string;
      secretHash: string | null;
      metadataHash: string | null;
    }): Promise<Client> {
      const [row] = await executor
        .insert(clients)
        .values({ ...client, kind: 'dynamic' })
        .onConflictDoUpdate({
          target: clients.metadataHash,
          targetWhere: isNotNull(clients.metadataHash),
          set: { lastUsedAt: sql`now()` },
        })
        .returning();
      if (!row) throw new Error('registering a client returned no row');
      return row;
    },

    /** The public client with this metadata, as used now; undefined: there is none yet. */
    async reuse(metadataHash: string): Promise<Client | undefined> {
      const [row] = await executor
        .update(clients)
        .set({ lastUsedAt: sql`now()` })
        .where(eq(clients.metadataHash, metadataHash))
        .returning();
      return row;
    },

    /** How many clients registered by themselves and were approved by nobody: `max`, where there are more. */
    async countUnconfirmed(max: number): Promise<number> {
      const unconfirmed = executor
        .select({ one: sql`1` })
        .from(clients)
        .where(and(eq(clients.kind, 'dynamic'), isUnconfirmed))
        .limit(max)
        .as('unconfirmed');
      const [row] = await executor.select({ rows: count() }).from(unconfirmed);
      return row?.rows ?? 0;
    },

    /** A deleted one is as absent as one that never was. */
    async find(id: string): Promise<Client | undefined> {
      const [row] = await executor
        .select()
        .from(clients)
        .where(and(eq(clients.id, id as ClientId), isNull(clients.deletedAt)));
      return row;
    },

    /** False: it was deleted. Until the transaction ends nobody deletes it. */
    async touch(id: ClientId): Promise<boolean> {
      const rows = await executor
        .update(clients)
        .set({ lastUsedAt: sql`now()` })
        .where(and(eq(clients.id, id), isNull(clients.deletedAt)))
        .returning({ id: clients.id });
      return rows.length === 1;
    },

    /** Those that were not used for so long, and that no grant refers to: a day, or less when there is no room. */
    async deleteUnconfirmed({ idleHours = 24 }: { idleHours?: number } = {}): Promise<number> {
      const rows = await executor
        .delete(clients)
        .where(
          and(
            eq(clients.kind, 'dynamic'),
            lt(clients.lastUsedAt, sql`now() - make_interval(hours => ${idleHours})`),
            isUnconfirmed,
          ),
        )
        .returning({ id: clients.id });
      return rows.length;
    },

    /**
     * Ends those that came by themselves and were used for nothing in 90 days: no authorize request, no refresh, no call.
     * The row stays as long as an old grant refers to it; whoever has the id is told to register anew.
     */
    async expireUnused(): Promise<number> {
      const longAgo = sql`now() - interval '90 days'`;
      const usedSince = executor
        .select({ one: sql`1` })
        .from(grants)
        .leftJoin(keys, and(eq(keys.orgId, grants.orgId), eq(keys.grantId, grants.id)))
        .leftJoin(
          refreshTokens,
          and(eq(refreshTokens.orgId, grants.orgId), eq(refreshTokens.grantId, grants.id)),
        )
        .where(
          and(
            eq(grants.clientId, clients.id),
            or(gt(keys.lastUsedAt, longAgo), gt(refreshTokens.createdAt, longAgo)),
          ),
        );
      const rows = await executor
        .update(clients)
        // Without the hash, the same metadata registers as a new client.
        .set({ deletedAt: sql`now()`, metadataHash: null, secretHash: null })
        .where(
          and(
            eq(clients.kind, 'dynamic'),
            isNull(clients.deletedAt),
            lt(clients.lastUsedAt, longAgo),
            notExists(usedSince),
          ),
        )
        .returning({ id: clients.id });
      return rows.length;
    },
  };
}
