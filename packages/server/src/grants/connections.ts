import { toAuditRow } from '../audit/entry.ts';
import type { Clock } from '../kernel/clock.ts';
import type { GrantId, OrganisationId, RequestId, UserId } from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { can } from '../people/policy.ts';
import { refusableTransaction } from '../people/refusable-transaction.ts';
import type { AuditRow } from '../store/queries/audit-events.ts';
import type { ConnectionFilter, FoundConnection, ListedConnection } from '../store/queries/connections.ts';
import type { Queries, Store } from '../store/store.ts';
import type { ClientRules, ClientStanding } from './client-rules.ts';

const PAGE_ITEMS = 100;

export interface Connection extends ListedConnection {
  readonly standing: ClientStanding;
}

export interface ConnectionRef {
  readonly orgId: OrganisationId;
  readonly grantId: GrantId;
  readonly by: { readonly userId: UserId; readonly requestId: RequestId };
}

/** `unknown` is also what somebody else's is to who may only see their own. */
export type ConnectionFault = 'unknown' | 'not_full';

/** What people have approved and is live: who sees it, and how it ends or becomes less. */
export function createConnections({
  store,
  clientRules,
  clock,
}: {
  store: Store;
  clientRules: ClientRules;
  clock: Clock;
}) {
  /** Judged last: a role may be taken away while somebody presses the button. */
  async function findFor(
    queries: Queries,
    { by, grantId, orgId }: ConnectionRef,
  ): Promise<FoundConnection | undefined> {
    const found = await queries.connections.findFor(orgId, grantId, by.userId);
    if (found === undefined || found.grant.revokedAt !== null) return undefined;
    const isOwn = found.grant.userId === by.userId;
    return can(found.role, isOwn ? 'connections.revoke.own' : 'connections.revoke.any') ? found : undefined;
  }

  function rowOf(
    { by, orgId }: ConnectionRef,
    { clientName, grant }: FoundConnection,
    action: string,
    detail: Record<string, unknown>,
  ): AuditRow {
    const entry = {
      orgId,
      action,
      actor: { kind: 'user', id: by.userId },
      clientId: grant.clientId,
      grantId: grant.id,
      target: clientName ?? undefined,
      requestId: by.requestId,
      outcome: 'ok',
      detail: { destination: grant.destination, ...detail },
    } as const;
    return toAuditRow(entry, 'event', clock);
  }

  return {
    /** A hundred at a time. `next` is where the page after this one begins. */
    async list(filter: Omit<ConnectionFilter, 'limit'>): Promise<{
      items: Connection[];
      total: number;
      next: ConnectionFilter['after'];
    }> {
      const wanted = { ...filter, limit: PAGE_ITEMS + 1 };
      const [found, total] = await Promise.all([
        store.connections.list(wanted),
        store.connections.count(wanted),
      ]);
      const listed = found.slice(0, PAGE_ITEMS);
      const standings = await clientRules.standingsOf(
        filter.orgId,
        listed.map(({ client, grant: { destination } }) => ({ client, destination })),
      );
      const last = found.length > PAGE_ITEMS ? listed.at(-1) : undefined;
      return {
        items: listed.map((one, at) => ({ ...one, standing: standings[at] ?? { kind: 'self_named' } })),
        total,
        next: last && { atMs: last.orderMs, id: last.grant.id },
      };
    },

    /** Ends it with its key, its tokens and its refresh family, at once and on every node. */
    async disconnect(connection: ConnectionRef): Promise<Result<void, ConnectionFault>> {
      const found = await findFor(store, connection);
      if (found === undefined) return fail('unknown');
      const { grantId, orgId } = connection;
      const row = rowOf(connection, found, 'grant.revoked', { why: 'disconnected' });
      return (await store.grantEnds.end(orgId, grantId, 'by_person', row)) ? ok(undefined) : fail('unknown');
    },

    /** From full access to read-only, at once and on every node; what it holds already becomes less, too. */
    lower: (connection: ConnectionRef): Promise<Result<void, ConnectionFault>> =>
      refusableTransaction<void, ConnectionFault>(store, async (queries) => {
        const { grantId, orgId } = connection;
        const found = await findFor(queries, connection);
        if (found === undefined) return fail('unknown');
        if (!(await queries.connections.lower(orgId, grantId))) return fail('not_full');
        await queries.changes.add('grant_access', grantId);
        await queries.audit.insertMany([
          rowOf(connection, found, 'grant.lowered', { from: 'full', to: 'read' }),
        ]);
        return ok(undefined);
      }),
  };
}

export type Connections = ReturnType<typeof createConnections>;
