import { asc, eq, isNull, or, sql } from 'drizzle-orm';
import type { ConnectorId, OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { catalogues, connectors } from '../schema.ts';

export type Connector = typeof connectors.$inferSelect;

/** Connectors and the immutable catalogues that they point at. */
export function createConnectorQueries(executor: Executor) {
  return {
    async putCatalogue(hash: string, body: string): Promise<void> {
      await executor.insert(catalogues).values({ hash, body }).onConflictDoNothing();
    },

    async getCatalogue(hash: string): Promise<string | undefined> {
      const [row] = await executor
        .select({ body: catalogues.body })
        .from(catalogues)
        .where(eq(catalogues.hash, hash));
      return row?.body;
    },

    /** Creates the connector, or points the one of that slug at a new catalogue. */
    async publish(connector: {
      id: ConnectorId;
      orgId: OrganisationId | null;
      slug: string;
      name: string;
      baseUrl: string;
      catalogueHash: string;
    }): Promise<Connector> {
      const { name, baseUrl, catalogueHash } = connector;
      const [row] = await executor
        .insert(connectors)
        .values(connector)
        .onConflictDoUpdate({
          target: [connectors.orgId, connectors.slug],
          set: { name, baseUrl, catalogueHash, updatedAt: sql`now()` },
        })
        .returning();
      if (!row) throw new Error('publishing a connector returned no row');
      return row;
    },

    /** An organisation's own connectors and the shared ones, by slug. */
    listVisibleTo(orgId: OrganisationId): Promise<Connector[]> {
      return executor
        .select()
        .from(connectors)
        .where(or(eq(connectors.orgId, orgId), isNull(connectors.orgId)))
        .orderBy(asc(connectors.slug));
    },
  };
}
