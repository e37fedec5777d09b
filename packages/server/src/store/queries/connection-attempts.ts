import { and, desc, eq, gt, gte, isNull, lt, or, sql, type SQL } from 'drizzle-orm';
import type { ClientId, GrantId, KeyId, OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { authorizations, connectionAttempts, memberships, users } from '../schema.ts';

export type ConnectionAttempt = typeof connectionAttempts.$inferSelect;
export type NewConnectionAttempt = typeof connectionAttempts.$inferInsert;

/** One lock for all who write attempts, on whichever node. Nobody else uses its number. */
const WRITERS_LOCK = 7_207_081;
const DAYS_KEPT = 7;
/** Of those that nobody signed in to, per organisation. */
const ANONYMOUS_KEPT = 500;
const CANDIDATES_MAX = 20;

/** What of an organisation's attempts somebody wants to see. */
export interface AttemptFilter {
  orgId: OrganisationId;
  viewer: UserId;
  /** All of the organisation's; else the viewer's own. */
  seesAll: boolean;
  /** With something that happened after. */
  since?: Date | undefined;
  /** Whether the app got as far as asking for tools. */
  connected?: boolean | undefined;
  q?: string | undefined;
  /** Those that began before this one. */
  before?: { startedAt: Date; id: string } | undefined;
  limit: number;
}

/** How apps get on with connecting. */
export function createConnectionAttemptQueries(executor: Executor) {
  const open = isNull(connectionAttempts.transactionHash);
  const anonymous = and(open, isNull(connectionAttempts.keyId), isNull(connectionAttempts.userId));

  function find(...where: (SQL | undefined)[]): Promise<ConnectionAttempt[]> {
    return executor
      .select()
      .from(connectionAttempts)
      .where(and(...where))
      .orderBy(desc(connectionAttempts.lastAt))
      .limit(CANDIDATES_MAX);
  }

  return {
    /** Held until the transaction ends: who looks for an attempt and finds none may make it. */
    async lockWriters(): Promise<void> {
      await executor.execute(sql`select pg_advisory_xact_lock(${WRITERS_LOCK})`);
    },

    openFrom: (source: string, since: Date) =>
      find(anonymous, eq(connectionAttempts.source, source), gt(connectionAttempts.lastAt, since)),

    openAt: (orgId: OrganisationId, resource: string, since: Date) =>
      find(
        anonymous,
        eq(connectionAttempts.orgId, orgId),
        eq(connectionAttempts.resource, resource),
        gt(connectionAttempts.lastAt, since),
      ),

    openOfClient: (clientId: ClientId, since: Date) =>
      find(anonymous, eq(connectionAttempts.clientId, clientId), gt(connectionAttempts.lastAt, since)),

    async byTransaction(hash: string): Promise<ConnectionAttempt | undefined> {
      return (await find(eq(connectionAttempts.transactionHash, hash)))[0];
    },

    async byGrant(grantId: GrantId): Promise<ConnectionAttempt | undefined> {
      return (await find(eq(connectionAttempts.grantId, grantId)))[0];
    },

    byKey: (keyId: KeyId, since: Date) =>
      find(eq(connectionAttempts.keyId, keyId), gt(connectionAttempts.lastAt, since)),

    /** The authorize request that a code came of, and the grant that came of the code. */
    async ofCode(
      codeHash: string,
    ): Promise<{ transactionHash: string; grantId: GrantId | null } | undefined> {
      const [row] = await executor
        .select({ transactionHash: authorizations.idHash, grantId: authorizations.grantId })
        .from(authorizations)
        .where(eq(authorizations.codeHash, codeHash));
      return row;
    },

    async create(attempt: NewConnectionAttempt): Promise<void> {
      await executor.insert(connectionAttempts).values(attempt);
    },

    async save(id: string, change: Partial<Omit<NewConnectionAttempt, 'id'>>): Promise<void> {
      await executor.update(connectionAttempts).set(change).where(eq(connectionAttempts.id, id));
    },

    async remove(id: string): Promise<void> {
      await executor.delete(connectionAttempts).where(eq(connectionAttempts.id, id));
    },

    /** The newest first. `email` of members alone: who else tried is not this organisation's business. */
    list(filter: AttemptFilter): Promise<{ attempt: ConnectionAttempt; email: string | null }[]> {
      const { before, connected, limit, orgId, q, seesAll, since, viewer } = filter;
      const own = eq(connectionAttempts.userId, viewer);
      const unowned = and(own, isNull(connectionAttempts.orgId));
      const here = eq(connectionAttempts.orgId, orgId);
      return executor
        .select({ attempt: connectionAttempts, email: users.email })
        .from(connectionAttempts)
        .leftJoin(
          memberships,
          and(eq(memberships.orgId, orgId), eq(memberships.userId, connectionAttempts.userId)),
        )
        .leftJoin(users, eq(users.id, memberships.userId))
        .where(
          and(
            or(seesAll ? here : and(here, own), unowned),
            since && gte(connectionAttempts.lastAt, since),
            connected === undefined ? undefined : connected ? reachedTools : sql`not ${reachedTools}`,
            q === undefined ? undefined : contains(q),
            before &&
              or(
                lt(connectionAttempts.startedAt, before.startedAt),
                and(eq(connectionAttempts.startedAt, before.startedAt), lt(connectionAttempts.id, before.id)),
              ),
          ),
        )
        .orderBy(desc(connectionAttempts.startedAt), desc(connectionAttempts.id))
        .limit(limit);
    },

    /** What is over, and what a stranger could have filled the table with. */
    async deleteOld(): Promise<void> {
      await executor
        .delete(connectionAttempts)
        .where(lt(connectionAttempts.lastAt, sql`now() - make_interval(days => ${DAYS_KEPT})`));
      await executor.execute(sql`
        with many as (
          select id, row_number() over (partition by org_id order by last_at desc) as place
          from ${connectionAttempts} where user_id is null and grant_id is null and key_id is null
        )
        delete from ${connectionAttempts} using many
        where ${connectionAttempts.id} = many.id and many.place > ${ANONYMOUS_KEPT}`);
    },
  };
}

const reachedTools = sql`(${connectionAttempts.steps} @> '[{"step":"tools_list"}]' or ${connectionAttempts.steps} @> '[{"step":"tool_call"}]')`;

function contains(q: string): SQL {
  const text = q.toLowerCase();
  const fields = [
    connectionAttempts.clientName,
    connectionAttempts.userAgent,
    connectionAttempts.destination,
    connectionAttempts.resource,
    users.email,
  ];
  return sql.join(
    [
      sql`(`,
      sql.join(
        fields.map((field) => sql`strpos(lower(coalesce(${field}, '')), ${text}) > 0`),
        sql` or `,
      ),
      sql`)`,
    ],
    sql``,
  );
}
