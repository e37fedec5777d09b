import { eq, sql } from 'drizzle-orm';
import type { ConnectorId, OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { connectors } from '../schema.ts';

/** Columns that are sealed under the master secret, with the columns that name a row and what it is sealed for. */
export const SEALED_COLUMNS = {
  totp_factors: { column: 'sealed', names: ['user_id'] },
  company_providers: { column: 'sealed', names: ['org_id'] },
  company_authorizations: { column: 'sealed', names: ['state_hash'] },
  signing_keys: { column: 'sealed_private_jwk', names: ['kid'] },
  audit_checkpoint_keys: { column: 'sealed_private_jwk', names: ['kid'] },
  connector_credentials: { column: 'sealed', names: ['connector_id'] },
  imports: { column: 'credential_sealed', names: ['id'] },
  upstream_clients: { column: 'sealed', names: ['connector_id', 'issuer'] },
  upstream_authorizations: { column: 'sealed', names: ['state_hash'] },
  upstream_accounts: { column: 'sealed', names: ['org_id', 'connector_id', 'user_id'] },
  webhook_secrets: { column: 'sealed', names: ['id'] },
  upstream_revocations: { column: 'sealed', names: ['org_id', 'connector_id', 'user_id', 'id'] },
} as const;

export type SealedTable = keyof typeof SEALED_COLUMNS;

/** A sealed value, and the values of the columns that name its row, in their order. */
export interface SealedValue {
  readonly names: readonly string[];
  readonly sealed: string;
}

export interface SealedUpstream {
  readonly id: ConnectorId;
  readonly orgId: OrganisationId | null;
  readonly slug: string;
  readonly upstream: unknown;
}

/** Everything that is sealed under the master secret, to be sealed anew. Within a transaction. */
export function createSealedQueries(executor: Executor) {
  return {
    /** Until the transaction ends nobody else writes anything sealed, on whichever node. */
    async lock(): Promise<void> {
      const tables = [...Object.keys(SEALED_COLUMNS), 'connectors'].sort().join(', ');
      await executor.execute(sql`lock table ${sql.raw(tables)} in share row exclusive mode`);
    },

    async list(table: SealedTable): Promise<SealedValue[]> {
      const { column, names } = SEALED_COLUMNS[table];
      const { rows } = await executor.execute<{ names: string[]; sealed: string }>(
        sql.raw(
          `select array[${names.join(', ')}]::text[] as names, ${column} as sealed from ${table} where ${column} is not null`,
        ),
      );
      return rows;
    },

    async put(table: SealedTable, { names, sealed }: SealedValue): Promise<void> {
      const { column, names: columns } = SEALED_COLUMNS[table];
      const place = sql.join(
        columns.map((name, index) => sql`${sql.raw(name)} = ${names[index]}`),
        sql` and `,
      );
      await executor.execute(sql`update ${sql.raw(table)} set ${sql.raw(column)} = ${sealed} where ${place}`);
    },

    /** MCP servers, whose variables are sealed one by one. */
    async listUpstreams(): Promise<SealedUpstream[]> {
      return executor
        .select({
          id: connectors.id,
          orgId: connectors.orgId,
          slug: connectors.slug,
          upstream: connectors.upstream,
        })
        .from(connectors)
        .where(eq(connectors.kind, 'mcp'));
    },

    async putUpstream(id: ConnectorId, upstream: unknown): Promise<void> {
      await executor.update(connectors).set({ upstream }).where(eq(connectors.id, id));
    },
  };
}
