import { and, count, eq, isNull, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { KeyId, OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { agents, clients, grants, keys, users } from '../schema.ts';
import { afterPlace, anyHas, orderOf, placeOf, type Order, type Place } from './place.ts';

/** `unused` ones are active, too. */
export const KEY_STATES = ['active', 'unused', 'expired', 'revoked'] as const;
export type KeyState = (typeof KEY_STATES)[number];

export const KEY_ORDERS = ['created', 'used', 'name'] as const;
export type KeyOrder = (typeof KEY_ORDERS)[number];

export interface KeyFilter {
  orgId: OrganisationId;
  /** Those of one member; else everybody's, agents' too. */
  userId?: UserId | undefined;
  q?: string | undefined;
  state?: KeyState | undefined;
  madeBy?: 'hand' | 'connection' | 'agent' | undefined;
  /** What is active, unused or over long ago is so at this moment. */
  now: Date;
}

/** A key that works and was not used for so long is flagged; one that is over for so long is not listed any more. */
export const UNUSED_DAYS = 90;
const LISTED_AFTER_END_DAYS = 90;

/** Not indexed by last use: every call would write that index, and a page of ten thousand keys is sorted in milliseconds. */
const ORDERS: Readonly<Record<KeyOrder, Order>> = {
  created: { by: keys.createdAt, kind: 'time', id: keys.id },
  used: { by: sql`coalesce(${keys.lastUsedAt}, 'epoch')`, kind: 'time', id: keys.id },
  name: { by: sql`lower(${keys.name})`, kind: 'name', id: keys.id },
};

const approvers = alias(users, 'approvers');
const EXPIRES = sql`coalesce(${grants.expiresAt}, ${keys.expiresAt})`;

/** Keys with who holds each and where it goes, a page at a time. */
export function createKeyListQueries(executor: Executor) {
  const read = (order: SQL<string>) =>
    executor
      .select({
        key: keys,
        userEmail: users.email,
        agentName: agents.name,
        clientName: clients.name,
        clientKind: clients.kind,
        destination: grants.destination,
        grantExpiresAt: grants.expiresAt,
        place: order,
      })
      .from(keys)
      .leftJoin(users, eq(users.id, keys.userId))
      .leftJoin(agents, and(eq(agents.orgId, keys.orgId), eq(agents.id, keys.agentId)))
      .leftJoin(grants, and(eq(grants.orgId, keys.orgId), eq(grants.id, keys.grantId)))
      .leftJoin(clients, eq(clients.id, grants.clientId));

  return {
    page(filter: KeyFilter, page: { sort: KeyOrder; after: Place | undefined; limit: number }) {
      const order = ORDERS[page.sort];
      const { state } = filter;
      return read(placeOf(order))
        .where(
          and(
            among(filter),
            state && inState(state, filter.now),
            page.after && afterPlace(order, page.after),
          ),
        )
        .orderBy(orderOf(order))
        .limit(page.limit);
    },

    /** How many there are in each state, on all pages. */
    async counts(filter: KeyFilter): Promise<Record<KeyState | 'all', number>> {
      const countOf = (state: KeyState) =>
        sql<number>`(count(*) filter (where ${inState(state, filter.now)}))::int`;
      const [row] = await executor
        .select({
          all: count(),
          active: countOf('active'),
          unused: countOf('unused'),
          expired: countOf('expired'),
          revoked: countOf('revoked'),
        })
        .from(keys)
        .leftJoin(users, eq(users.id, keys.userId))
        .leftJoin(agents, and(eq(agents.orgId, keys.orgId), eq(agents.id, keys.agentId)))
        .leftJoin(grants, and(eq(grants.orgId, keys.orgId), eq(grants.id, keys.grantId)))
        .leftJoin(clients, eq(clients.id, grants.clientId))
        .where(among(filter));
      if (row === undefined) throw new Error('counting keys returned no row');
      return row;
    },

    /** One key, and what led to it. */
    async detail(orgId: OrganisationId, keyId: KeyId) {
      const [row] = await executor
        .select({
          key: keys,
          userEmail: users.email,
          agentName: agents.name,
          clientName: clients.name,
          clientKind: clients.kind,
          destination: grants.destination,
          grantExpiresAt: grants.expiresAt,
          grant: grants,
          client: { id: clients.id, kind: clients.kind, orgId: clients.orgId },
          madeByEmail: approvers.email,
        })
        .from(keys)
        .leftJoin(users, eq(users.id, keys.userId))
        .leftJoin(approvers, eq(approvers.id, keys.createdBy))
        .leftJoin(agents, and(eq(agents.orgId, keys.orgId), eq(agents.id, keys.agentId)))
        .leftJoin(grants, and(eq(grants.orgId, keys.orgId), eq(grants.id, keys.grantId)))
        .leftJoin(clients, eq(clients.id, grants.clientId))
        .where(and(eq(keys.orgId, orgId), eq(keys.id, keyId)));
      return row;
    },
  };
}

function among({ madeBy, now, orgId, q = '', userId }: KeyFilter): SQL | undefined {
  const text = q.trim();
  return and(
    eq(keys.orgId, orgId),
    userId === undefined ? undefined : eq(keys.userId, userId),
    madeBy && MADE_BY[madeBy],
    text === ''
      ? undefined
      : anyHas(
          [keys.name, keys.hint, users.email, agents.name, clients.name, sql`${grants.destination}`],
          text,
        ),
    sql`coalesce(${keys.revokedAt}, ${EXPIRES}, 'infinity') > ${daysBefore(now, LISTED_AFTER_END_DAYS)}`,
  );
}

const MADE_BY: Readonly<Record<'hand' | 'connection' | 'agent', SQL>> = {
  connection: sql`${keys.grantId} is not null`,
  agent: sql`(${keys.grantId} is null and ${keys.agentId} is not null)`,
  hand: sql`(${keys.grantId} is null and ${keys.agentId} is null)`,
};

function inState(state: KeyState, now: Date): SQL | undefined {
  const works = and(
    isNull(keys.revokedAt),
    sql`coalesce(${EXPIRES}, 'infinity') > ${now.toISOString()}::timestamptz`,
  );
  switch (state) {
    case 'active':
      return works;
    case 'unused':
      return and(
        works,
        sql`coalesce(${keys.lastUsedAt}, ${keys.createdAt}) < ${daysBefore(now, UNUSED_DAYS)}`,
      );
    case 'expired':
      return and(isNull(keys.revokedAt), sql`${EXPIRES} <= ${now.toISOString()}::timestamptz`);
    case 'revoked':
      return sql`${keys.revokedAt} is not null`;
    default:
      return state satisfies never;
  }
}

function daysBefore(now: Date, days: number): SQL {
  return sql`(${now.toISOString()}::timestamptz - make_interval(days => ${days}))`;
}
