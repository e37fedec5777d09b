import { and, eq, isNotNull, isNull, lt, notExists, sql } from 'drizzle-orm';
import type { ClientId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { clients, grants } from '../schema.ts';

export type Client = typeof clients.$inferSelect;

/** OAuth clients. Those that came by themselves belong to no organisation: one is used by strangers in many. */
export function createClientQueries(executor: Executor) {
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

    /** Those that nobody approved within a day of their last use. */
    async deleteUnconfirmed(): Promise<number> {
      const rows = await executor
        .delete(clients)
        .where(
          and(
            eq(clients.kind, 'dynamic'),
            lt(clients.lastUsedAt, sql`now() - interval '24 hours'`),
            notExists(
              executor
                .select({ one: sql`1` })
                .from(grants)
                .where(eq(grants.clientId, clients.id)),
            ),
          ),
        )
        .returning({ id: clients.id });
      return rows.length;
    },
  };
}
