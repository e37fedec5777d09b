import { and, desc, eq, gt, isNull, lt, or, sql, type SQL } from 'drizzle-orm';
import type { GrantId, OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { agents, clients, grants, keys, memberships, users } from '../schema.ts';

export interface ConnectionFilter {
  orgId: OrganisationId;
  /** Those of one person; else everybody's. */
  userId?: UserId | undefined;
  q?: string | undefined;
  sort: 'created' | 'used';
  /** Those after this one in that order. */
  after?: { atMs: number; id: string } | undefined;
  limit: number;
}

/** In milliseconds, as a cursor carries it: the database keeps finer times. Never used: before everything. */
const CREATED = sql<number>`floor(extract(epoch from ${grants.createdAt}) * 1000)::float8`;
const USED = sql<number>`floor(extract(epoch from coalesce(${keys.lastUsedAt}, 'epoch')) * 1000)::float8`;

/** Live grants as people know them: connections. */
export function createConnectionQueries(executor: Executor) {
  const live = (orgId: OrganisationId) =>
    and(eq(grants.orgId, orgId), isNull(grants.revokedAt), gt(grants.expiresAt, sql`now()`));

  function read(order: SQL<number>) {
    return executor
      .select({
        grant: grants,
        client: { id: clients.id, name: clients.name, kind: clients.kind, orgId: clients.orgId },
        keyId: keys.id,
        lastUsedAt: keys.lastUsedAt,
        email: users.email,
        role: memberships.role,
        agentName: agents.name,
        agentRole: agents.role,
        orderMs: order,
      })
      .from(grants)
      .innerJoin(clients, eq(clients.id, grants.clientId))
      .leftJoin(keys, and(eq(keys.orgId, grants.orgId), eq(keys.grantId, grants.id)))
      .leftJoin(users, eq(users.id, grants.userId))
      .leftJoin(memberships, and(eq(memberships.orgId, grants.orgId), eq(memberships.userId, grants.userId)))
      .leftJoin(agents, and(eq(agents.orgId, grants.orgId), eq(agents.id, grants.agentId)));
  }

  function matching({ orgId, q, userId }: ConnectionFilter): SQL | undefined {
    const text = q?.toLowerCase() ?? '';
    const has = (field: SQL | (typeof clients)['name']) =>
      sql`strpos(lower(coalesce(${field}, '')), ${text}) > 0`;
    return and(
      live(orgId),
      userId === undefined ? undefined : eq(grants.userId, userId),
      text === ''
        ? undefined
        : or(
            has(clients.name),
            has(sql`${grants.destination}`),
            has(sql`${users.email}`),
            has(sql`${agents.name}`),
            has(sql`${grants.resource}`),
          ),
    );
  }

  /**
   * Which they are. The database leaves out a left join of which nothing is asked; others would read all clients and all
   * users for one page.
   */
  function pageOf(filter: ConnectionFilter, order: SQL<number>) {
    const { after } = filter;
    const found = executor
      .select({ id: grants.id })
      .from(grants)
      .leftJoin(clients, eq(clients.id, grants.clientId))
      .leftJoin(users, eq(users.id, grants.userId))
      .leftJoin(agents, and(eq(agents.orgId, grants.orgId), eq(agents.id, grants.agentId)))
      .$dynamic();
    const ordered =
      filter.sort === 'used'
        ? found.leftJoin(keys, and(eq(keys.orgId, grants.orgId), eq(keys.grantId, grants.id)))
        : found;
    return ordered
      .where(
        and(
          matching(filter),
          after && or(lt(order, after.atMs), and(eq(order, after.atMs), lt(grants.id, after.id as GrantId))),
        ),
      )
      .orderBy(desc(order), desc(grants.id))
      .limit(filter.limit)
      .as('page');
  }

  return {
    /** A connection, live or over, and as what somebody belongs to its organisation. Undefined: they do not, or no more. */
    async findFor(orgId: OrganisationId, grantId: GrantId, userId: UserId) {
      const [found] = await executor
        .select({ grant: grants, clientName: clients.name, role: memberships.role })
        .from(grants)
        .innerJoin(clients, eq(clients.id, grants.clientId))
        .innerJoin(memberships, and(eq(memberships.orgId, grants.orgId), eq(memberships.userId, userId)))
        .innerJoin(users, and(eq(users.id, memberships.userId), isNull(users.disabledAt)))
        .where(and(eq(grants.orgId, orgId), eq(grants.id, grantId)));
      return found;
    },

    /** Those of the filter, in its order, the latest first. */
    list(filter: ConnectionFilter) {
      const order = filter.sort === 'used' ? USED : CREATED;
      const page = pageOf(filter, order);
      return read(order)
        .innerJoin(page, eq(page.id, grants.id))
        .where(eq(grants.orgId, filter.orgId))
        .orderBy(desc(order), desc(grants.id));
    },

    /** How many there are of the filter, on all pages. */
    async count(filter: ConnectionFilter): Promise<number> {
      const [row] = await executor
        .select({ count: sql<number>`count(*)::int` })
        .from(grants)
        .leftJoin(clients, eq(clients.id, grants.clientId))
        .leftJoin(users, eq(users.id, grants.userId))
        .leftJoin(agents, and(eq(agents.orgId, grants.orgId), eq(agents.id, grants.agentId)))
        .where(matching(filter));
      return row?.count ?? 0;
    },

    /** From full to read-only, with its key. False: it is over, or no person's, or read-only already. */
    async lower(orgId: OrganisationId, grantId: GrantId): Promise<boolean> {
      const lowered = await executor
        .update(grants)
        .set({ access: 'read' })
        .where(
          and(
            eq(grants.orgId, orgId),
            eq(grants.id, grantId),
            eq(grants.access, 'full'),
            isNull(grants.revokedAt),
            // There is one live connection for each access by an issuer's word, and an admin sets how far that goes.
            isNull(grants.issuer),
          ),
        )
        .returning({ id: grants.id });
      if (lowered.length === 0) return false;
      await executor
        .update(keys)
        .set({ access: 'read' })
        .where(and(eq(keys.orgId, orgId), eq(keys.grantId, grantId)));
      return true;
    },
  };
}

export type FoundConnection = NonNullable<
  Awaited<ReturnType<ReturnType<typeof createConnectionQueries>['findFor']>>
>;

export type ListedConnection = Awaited<
  ReturnType<ReturnType<typeof createConnectionQueries>['list']>
>[number];
