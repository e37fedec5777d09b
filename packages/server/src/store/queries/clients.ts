import { and, eq, isNotNull, lt, notExists, sql } from 'drizzle-orm';
import type { ClientId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { clients, grants } from '../schema.ts';

export type Client = typeof clients.$inferSelect;

/** OAuth clients. They belong to no organisation: one client is used by strangers in many. */
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

    async find(id: string): Promise<Client | undefined> {
      const [row] = await executor
        .select()
        .from(clients)
        .where(eq(clients.id, id as ClientId));
      return row;
    },

    async touch(id: ClientId): Promise<void> {
      await executor
        .update(clients)
        .set({ lastUsedAt: sql`now()` })
        .where(eq(clients.id, id));
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
