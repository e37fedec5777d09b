import { and, count, eq, gt, isNotNull, lt, notExists, sql } from 'drizzle-orm';
import type { ClientId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { authorizations, clientDocuments, clients, grants } from '../schema.ts';

export type ClientDocument = Omit<typeof clientDocuments.$inferSelect, 'freshUntil'> & { fresh: boolean };

const LOCK = 'client documents';
const secondsFromNow = (seconds: number) => sql`now() + make_interval(secs => ${seconds})`;

/** Which metadata documents of clients were read, and when one may be read again. Shared by all nodes. */
export function createClientDocumentQueries(executor: Executor) {
  return {
    /** `fresh` by the database's clock. */
    async find(url: string): Promise<ClientDocument | undefined> {
      const [row] = await executor
        .select({ document: clientDocuments, fresh: sql<boolean>`${clientDocuments.freshUntil} > now()` })
        .from(clientDocuments)
        .where(eq(clientDocuments.url, url));
      return row && { ...row.document, fresh: row.fresh };
    },

    /**
     * Takes one from the budgets of documents that were never read before; false: one of them is used up. To be called
     * in a transaction: nobody else takes any until it ends, so that the budgets hold however many ask at once.
     */
    async claimFirstRead(
      { url, origin }: { url: string; origin: string },
      budget: { perOrigin: number; inAll: number; windowSeconds: number },
    ): Promise<boolean> {
      await executor.execute(sql`select pg_advisory_xact_lock(hashtext(${LOCK}))`);
      const recent = gt(
        clientDocuments.fetchedAt,
        sql`now() - make_interval(secs => ${budget.windowSeconds})`,
      );
      const [taken] = await executor
        .select({
          inAll: count(),
          ofOrigin: sql<number>`count(*) filter (where ${clientDocuments.origin} = ${origin})::int`,
        })
        .from(clientDocuments)
        .where(recent);
      if (taken === undefined || taken.inAll >= budget.inAll || taken.ofOrigin >= budget.perOrigin)
        return false;
      await this.record({ url, origin, etag: null, failure: 'being read', freshSeconds: 0 });
      return true;
    },

    async record(document: {
      url: string;
      origin: string;
      etag: string | null;
      failure: string | null;
      freshSeconds: number;
    }): Promise<void> {
      const { freshSeconds, ...columns } = document;
      const row = { ...columns, fetchedAt: sql`now()`, freshUntil: secondsFromNow(freshSeconds) };
      await executor
        .insert(clientDocuments)
        .values(row)
        .onConflictDoUpdate({ target: clientDocuments.url, set: row });
    },

    /** What the document says becomes the client of that id. */
    async saveClient(client: {
      id: ClientId;
      name: string;
      redirectUris: string[];
      authMethod: string;
      metadataHash: string;
      jwks: (typeof clients.$inferInsert)['jwks'];
      jwksUri: string | null;
      clientUri: string | null;
    }): Promise<void> {
      await executor
        .insert(clients)
        .values({ ...client, kind: 'metadata_document' })
        .onConflictDoUpdate({ target: clients.id, set: { ...client, deletedAt: null } });
    },

    /** Failures that no budget counts any more, and clients that nobody approved within a day of their last use. */
    async deleteUnused(): Promise<void> {
      await executor
        .delete(clientDocuments)
        .where(
          and(
            isNotNull(clientDocuments.failure),
            lt(clientDocuments.fetchedAt, sql`now() - interval '2 hours'`),
          ),
        );
      const idle = and(
        eq(clients.kind, 'metadata_document'),
        lt(clients.lastUsedAt, sql`now() - interval '24 hours'`),
        notExists(
          executor
            .select({ one: sql`1` })
            .from(grants)
            .where(eq(grants.clientId, clients.id)),
        ),
        notExists(
          executor
            .select({ one: sql`1` })
            .from(authorizations)
            .where(and(eq(authorizations.clientId, clients.id), gt(authorizations.expiresAt, sql`now()`))),
        ),
      );
      const gone = await executor.delete(clients).where(idle).returning({ id: clients.id });
      for (const { id } of gone) {
        await executor.delete(clientDocuments).where(and(eq(clientDocuments.url, id)));
      }
    },
  };
}
