import { and, asc, desc, eq, isNull, or, sql } from 'drizzle-orm';
import type { ConnectorId, OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { catalogues, connectors, connectorVersions, nameLocks } from '../schema.ts';

export type Connector = typeof connectors.$inferSelect;

/** Connectors and the immutable catalogues that they point at. */
export function createConnectorQueries(executor: Executor) {
  return {
    async putCatalogue(hash: string, body: string): Promise<void> {
      await executor.insert(catalogues).values({ hash, body }).onConflictDoNothing();
    },

    /** What the connectors that came last are offered by, three at most. */
    async latestCatalogues(): Promise<string[]> {
      const rows = await executor
        .select({ hash: connectors.catalogueHash })
        .from(connectors)
        .orderBy(desc(connectors.createdAt))
        .limit(3);
      return rows.map(({ hash }) => hash);
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
      kind?: Connector['kind'];
      baseUrl: string;
      /** Of an MCP server: see `Connector`. */
      upstream?: unknown;
      /** Unset: those of an MCP server wait, those of a document do not, as who changes it publishes it. */
      newWriteTools?: Connector['newWriteTools'];
      catalogueHash: string;
      /** Unset: the operator, who may take over what an organisation made. */
      managedBy?: Connector['managedBy'];
    }): Promise<Connector> {
      const { name, baseUrl, catalogueHash, kind = 'openapi', upstream = null } = connector;
      const { managedBy = 'operator' } = connector;
      const { newWriteTools = kind === 'mcp' ? 'wait' : 'allow' } = connector;
      const [row] = await executor
        .insert(connectors)
        .values({ ...connector, newWriteTools, managedBy })
        .onConflictDoUpdate({
          target: [connectors.orgId, connectors.slug],
          set: {
            name,
            kind,
            baseUrl,
            upstream,
            newWriteTools,
            managedBy,
            catalogueHash,
            updatedAt: sql`now()`,
          },
        })
        .returning();
      if (!row) throw new Error('publishing a connector returned no row');
      return row;
    },

    /** The connector of that slug, which nobody else changes until the end of the transaction. */
    async lockBySlug(orgId: OrganisationId | null, slug: string): Promise<Connector | undefined> {
      const owner = orgId === null ? isNull(connectors.orgId) : eq(connectors.orgId, orgId);
      const [row] = await executor
        .select()
        .from(connectors)
        .where(and(owner, eq(connectors.slug, slug)))
        .for('update');
      return row;
    },

    /** Unless somebody uses it. */
    async dropCatalogue(hash: string): Promise<void> {
      await executor
        .delete(catalogues)
        .where(
          and(
            eq(catalogues.hash, hash),
            sql`not exists (select from ${connectors} where ${connectors.catalogueHash} = ${hash})`,
            sql`not exists (select from ${connectorVersions} where ${connectorVersions.catalogueHash} = ${hash})`,
          ),
        );
    },

    /** The one that an organisation sees by that slug: its own, else a shared one. */
    async findVisible(orgId: OrganisationId, slug: string): Promise<Connector | undefined> {
      const [row] = await executor
        .select()
        .from(connectors)
        .where(and(eq(connectors.slug, slug), or(eq(connectors.orgId, orgId), isNull(connectors.orgId))))
        .orderBy(sql`${connectors.orgId} nulls last`)
        .limit(1);
      return row;
    },

    /** With all that hangs on it. */
    async remove(orgId: OrganisationId, id: ConnectorId): Promise<void> {
      await executor.delete(connectors).where(and(eq(connectors.orgId, orgId), eq(connectors.id, id)));
    },

    async find(id: ConnectorId): Promise<Connector | undefined> {
      const [row] = await executor.select().from(connectors).where(eq(connectors.id, id));
      return row;
    },

    listMcp(): Promise<Connector[]> {
      return executor.select().from(connectors).where(eq(connectors.kind, 'mcp')).orderBy(asc(connectors.id));
    },

    /** Points an MCP server at another catalogue. Undefined: it is another server by now. */
    async setCatalogue(
      id: ConnectorId,
      { hash, upstream }: { hash: string; upstream: unknown },
    ): Promise<Connector | undefined> {
      const [row] = await executor
        .update(connectors)
        .set({ catalogueHash: hash, updatedAt: sql`now()` })
        .where(and(eq(connectors.id, id), sql`${connectors.upstream} = ${JSON.stringify(upstream)}::jsonb`))
        .returning();
      return row;
    },

    /** The names that the tools of the connector of that slug were given. */
    async getNameLock(orgId: OrganisationId | null, slug: string): Promise<string | undefined> {
      const owner = orgId === null ? isNull(connectors.orgId) : eq(connectors.orgId, orgId);
      const [row] = await executor
        .select({ body: nameLocks.body })
        .from(nameLocks)
        .innerJoin(connectors, eq(connectors.id, nameLocks.connectorId))
        .where(and(owner, eq(connectors.slug, slug)));
      return row?.body;
    },

    async putNameLock(connectorId: ConnectorId, body: string): Promise<void> {
      await executor
        .insert(nameLocks)
        .values({ connectorId, body })
        .onConflictDoUpdate({ target: nameLocks.connectorId, set: { body } });
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
