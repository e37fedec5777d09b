import { and, eq, inArray, sql } from 'drizzle-orm';
import type { ConnectorId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { connectorCredentials, connectors, upstreamClients, type CredentialKind } from '../schema.ts';

export interface StoredCredential {
  readonly kind: CredentialKind;
  readonly origin: string;
  readonly settings: Record<string, unknown>;
  readonly sealed: string | null;
}

/** A connector, and its credential if it has one of its own. */
export interface CredentialRow {
  readonly slug: string;
  readonly connectorKind: 'openapi' | 'mcp';
  readonly credential: StoredCredential | null;
}

/** What connectors' upstreams are shown, and what we are known as at their authorization servers. */
export function createUpstreamCredentialQueries(executor: Executor) {
  return {
    async find(connectorId: ConnectorId): Promise<CredentialRow | undefined> {
      const { kind, origin, settings, sealed } = connectorCredentials;
      const [row] = await executor
        .select({
          slug: connectors.slug,
          connectorKind: connectors.kind,
          credential: { kind, origin, settings, sealed },
        })
        .from(connectors)
        .leftJoin(connectorCredentials, eq(connectorCredentials.connectorId, connectors.id))
        .where(eq(connectors.id, connectorId));
      return row;
    },

    /** Of those that have a credential of their own. */
    async kindsOf(connectorIds: readonly ConnectorId[]): Promise<ReadonlyMap<ConnectorId, CredentialKind>> {
      if (connectorIds.length === 0) return new Map();
      const { connectorId, kind } = connectorCredentials;
      const rows = await executor
        .select({ connectorId, kind })
        .from(connectorCredentials)
        .where(inArray(connectorId, [...connectorIds]));
      return new Map(rows.map((row) => [row.connectorId, row.kind]));
    },

    async put(connectorId: ConnectorId, credential: StoredCredential): Promise<void> {
      await executor
        .insert(connectorCredentials)
        .values({ connectorId, ...credential })
        .onConflictDoUpdate({
          target: connectorCredentials.connectorId,
          set: { ...credential, updatedAt: sql`now()` },
        });
    },

    async findClient(
      connectorId: ConnectorId,
      issuer: string,
      redirectUri: string,
    ): Promise<string | undefined> {
      const [row] = await executor
        .select({ sealed: upstreamClients.sealed })
        .from(upstreamClients)
        .where(
          and(
            eq(upstreamClients.connectorId, connectorId),
            eq(upstreamClients.issuer, issuer),
            eq(upstreamClients.redirectUri, redirectUri),
          ),
        );
      return row?.sealed;
    },

    async putClient(client: typeof upstreamClients.$inferInsert): Promise<void> {
      const { redirectUri, sealed } = client;
      await executor
        .insert(upstreamClients)
        .values(client)
        .onConflictDoUpdate({
          target: [upstreamClients.connectorId, upstreamClients.issuer],
          set: { redirectUri, sealed, createdAt: sql`now()` },
        });
    },

    /** It is no longer known there. */
    async deleteClient(connectorId: ConnectorId, issuer: string): Promise<void> {
      await executor
        .delete(upstreamClients)
        .where(and(eq(upstreamClients.connectorId, connectorId), eq(upstreamClients.issuer, issuer)));
    },
  };
}
