import { and, count, eq, isNull, sql, type SQL } from 'drizzle-orm';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { agents, keys, users } from '../schema.ts';
import { afterPlace, anyHas, orderOf, placeOf, type Order, type Place } from './place.ts';

export const AGENT_ORDERS = ['name', 'created'] as const;
export type AgentOrder = (typeof AGENT_ORDERS)[number];

export interface AgentFilter {
  orgId: OrganisationId;
  q?: string | undefined;
  role?: 'member' | 'viewer' | undefined;
  status?: 'active' | 'suspended' | undefined;
}

const ORDERS: Readonly<Record<AgentOrder, Order>> = {
  name: { by: agents.name, kind: 'name', id: agents.id },
  created: { by: agents.createdAt, kind: 'time', id: agents.id },
};

/** Agents with what they hold and who made them, a page at a time. */
export function createAgentListQueries(executor: Executor) {
  /** Of one agent's keys, those of its machine client among them. */
  const ofKeys = <T>(what: SQL<T>, which?: SQL) => sql<T>`(
    select ${what} from ${keys} where ${and(eq(keys.orgId, agents.orgId), eq(keys.agentId, agents.id), which)})`;

  return {
    page(filter: AgentFilter, page: { sort: AgentOrder; after: Place | undefined; limit: number }) {
      const order = ORDERS[page.sort];
      return executor
        .select({
          agent: agents,
          ownerEmail: users.email,
          keys: ofKeys(
            sql<number>`count(*)`,
            and(isNull(keys.revokedAt), sql`coalesce(${keys.expiresAt}, 'infinity') > now()`),
          ).mapWith(Number),
          fullKeys: ofKeys(
            sql<number>`count(*)`,
            and(
              eq(keys.access, 'full'),
              isNull(keys.revokedAt),
              sql`coalesce(${keys.expiresAt}, 'infinity') > now()`,
            ),
          ).mapWith(Number),
          lastUsedAt: ofKeys(sql<Date | null>`max(${keys.lastUsedAt})`).mapWith(keys.lastUsedAt),
          place: placeOf(order),
        })
        .from(agents)
        .leftJoin(users, eq(users.id, agents.createdBy))
        .where(and(among(filter), page.after && afterPlace(order, page.after)))
        .orderBy(orderOf(order))
        .limit(page.limit);
    },

    /** How many there are on all pages. */
    async count(filter: AgentFilter): Promise<number> {
      const [row] = await executor
        .select({ found: count() })
        .from(agents)
        .leftJoin(users, eq(users.id, agents.createdBy))
        .where(among(filter));
      return row?.found ?? 0;
    },
  };
}

function among({ orgId, q = '', role, status }: AgentFilter): SQL | undefined {
  const text = q.trim();
  return and(
    eq(agents.orgId, orgId),
    role && eq(agents.role, role),
    status && (status === 'active' ? isNull(agents.suspendedAt) : sql`${agents.suspendedAt} is not null`),
    text === '' ? undefined : anyHas([agents.name, users.email], text),
  );
}
