import { and, count, eq, inArray, isNull, ne, sql, type SQL } from 'drizzle-orm';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { agents, clients, grants, refreshTokens } from '../schema.ts';
import { afterPlace, anyHas, orderOf, placeOf, type Order, type Place } from './place.ts';

export const CLIENT_ORDERS = ['created', 'name'] as const;
export type ClientOrder = (typeof CLIENT_ORDERS)[number];

/** With its table: a query of one table alone names its columns without, and inside of another that is another's. */
const CLIENT_ID = sql.raw('clients.id');

export interface Page<By extends string> {
  sort: By;
  after: Place | undefined;
  limit: number;
}

export interface ClientFilter {
  orgId: OrganisationId;
  q?: string | undefined;
}

const ORDERS: Readonly<Record<ClientOrder, Order>> = {
  created: { by: clients.createdAt, kind: 'time', id: clients.id },
  name: { by: sql`lower(${clients.name})`, kind: 'name', id: clients.id },
};

export const SEEN_ORDERS = ['approved', 'name'] as const;
export type SeenOrder = (typeof SEEN_ORDERS)[number];

/** A page at a time: clients that admins made, and those that came by themselves and that somebody connected. */
export function createClientListQueries(executor: Executor) {
  const works = sql`(${grants.revokedAt} is null and ${grants.expiresAt} > now())`;
  const live = (orgId: OrganisationId) =>
    sql`${grants.orgId} = ${orgId} and ${grants.clientId} = ${CLIENT_ID}
        and ${works}`;
  const ofGrants = (orgId: OrganisationId, what: SQL<number>) =>
    sql<number>`(select ${what} from ${grants} where ${live(orgId)})`.mapWith(Number);
  /** What a deletion or a block takes from people who do nothing at the moment. */
  const refreshable = (orgId: OrganisationId) =>
    sql<number>`(
      select count(*) from ${grants} join ${refreshTokens} on ${and(
        eq(refreshTokens.orgId, grants.orgId),
        eq(refreshTokens.grantId, grants.id),
        isNull(refreshTokens.usedAt),
        sql`${refreshTokens.expiresAt} > now()`,
      )} where ${live(orgId)})`.mapWith(Number);

  const made = ({ orgId, q = '' }: ClientFilter) =>
    and(
      eq(clients.orgId, orgId),
      eq(clients.kind, 'portal'),
      isNull(clients.deletedAt),
      q.trim() === '' ? undefined : anyHas([clients.name, clients.id], q.trim()),
    );

  /** Of those that somebody connected here. */
  const came = ({ q = '' }: ClientFilter) =>
    and(
      ne(clients.kind, 'portal'),
      isNull(clients.deletedAt),
      q.trim() === ''
        ? undefined
        : anyHas([clients.name, clients.id, sql`${clients.redirectUris}::text`], q.trim()),
    );

  return {
    madePage(filter: ClientFilter, page: Page<ClientOrder>) {
      const { orgId } = filter;
      const order = ORDERS[page.sort];
      return executor
        .select({
          client: clients,
          agentName: agents.name,
          agentRole: agents.role,
          connections: ofGrants(orgId, sql`count(*)`),
          people: ofGrants(orgId, sql`count(distinct ${grants.userId})`),
          refreshTokens: refreshable(orgId),
          place: placeOf(order),
        })
        .from(clients)
        .leftJoin(agents, and(eq(agents.orgId, clients.orgId), eq(agents.id, clients.agentId)))
        .where(and(made(filter), page.after && afterPlace(order, page.after)))
        .orderBy(orderOf(order))
        .limit(page.limit);
    },

    async countMade(filter: ClientFilter): Promise<number> {
      const [row] = await executor.select({ found: count() }).from(clients).where(made(filter));
      return row?.found ?? 0;
    },

    seenPage(filter: ClientFilter, page: Page<SeenOrder>) {
      // What a page is ordered by, of all of them; the rest is looked up for those that are on it.
      const seen = executor
        .select({
          clientId: grants.clientId,
          approvedAt: sql<Date>`max(${grants.createdAt})`.mapWith(grants.createdAt).as('approved_at'),
        })
        .from(grants)
        .where(eq(grants.orgId, filter.orgId))
        .groupBy(grants.clientId)
        .as('seen');
      const { orgId } = filter;
      const { approvedAt } = seen;
      const everOf = <T>(what: SQL<T>) =>
        sql<T>`(select ${what} from ${grants} where ${grants.orgId} = ${orgId} and ${grants.clientId} = ${CLIENT_ID})`;
      const order: Order =
        page.sort === 'name' ? ORDERS.name : { by: sql`${approvedAt}`, kind: 'time', id: clients.id };
      return executor
        .select({
          client: clients,
          destinations: everOf(sql<string[]>`array_agg(distinct ${grants.destination})`),
          grants: everOf(sql<number>`count(*)`).mapWith(Number),
          connections: ofGrants(orgId, sql`count(*)`),
          people: ofGrants(orgId, sql`count(distinct ${grants.userId})`),
          approvedAt,
          place: placeOf(order),
        })
        .from(seen)
        .innerJoin(clients, eq(clients.id, seen.clientId))
        .where(and(came(filter), page.after && afterPlace(order, page.after)))
        .orderBy(orderOf(order))
        .limit(page.limit);
    },

    async countSeen(filter: ClientFilter): Promise<number> {
      const here = executor
        .select({ id: grants.clientId })
        .from(grants)
        .where(eq(grants.orgId, filter.orgId));
      const [row] = await executor
        .select({ found: count() })
        .from(clients)
        .where(and(came(filter), inArray(clients.id, here)));
      return row?.found ?? 0;
    },
  };
}
