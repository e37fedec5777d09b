import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { auditBlocks, auditEvents, organisations } from '../schema.ts';
import { tryLock } from './advisory-lock.ts';
import { inChain } from './in-chain.ts';

const PRUNE_LOCK = 0x6c61_7072; // 'lapr'

/** For how many days an organisation's audit rows are kept; null: for ever. */
export type AuditDays = number | null;

export interface AuditRetention {
  readonly days: AuditDays;
  /** When the oldest row that there still is was sealed; undefined: there is none. */
  readonly oldest: Date | undefined;
}

/** How long audit rows live. They go by whole blocks from the beginning of their chain (decision 31). */
export function createAuditRetentionQueries(executor: Executor) {
  return {
    async of(orgId: OrganisationId): Promise<AuditRetention | undefined> {
      const [found] = await executor
        .select({ days: organisations.auditDays })
        .from(organisations)
        .where(eq(organisations.id, orgId));
      if (found === undefined) return undefined;
      const { rows } = await executor.execute<{ sealedAtMs: number }>(sql`
        select (extract(epoch from sealed_at) * 1000)::float8 as "sealedAtMs" from ${auditBlocks}
        where chain = ${orgId} and seq = ${FIRST_WHOLE(orgId)}`);
      return { days: found.days, oldest: rows[0] && new Date(rows[0].sealedAtMs) };
    },

    /** False: it is not as `was` says. */
    async change(orgId: OrganisationId, was: AuditDays, becomes: AuditDays): Promise<boolean> {
      const rows = await executor
        .update(organisations)
        .set({ auditDays: becomes })
        .where(
          and(eq(organisations.id, orgId), sql`${organisations.auditDays} is not distinct from ${was}::int`),
        )
        .returning({ id: organisations.id });
      return rows.length === 1;
    },

    /** Until the end of the transaction nobody else deletes rows; false: somebody is at it. */
    claim: (): Promise<boolean> => tryLock(executor, PRUNE_LOCK),

    /** What organisations chose. */
    async policies(): Promise<{ orgId: OrganisationId; days: number }[]> {
      const rows = await executor
        .select({ orgId: organisations.id, days: organisations.auditDays })
        .from(organisations)
        .where(isNotNull(organisations.auditDays));
      return rows.flatMap(({ days, orgId }) => (days === null ? [] : [{ orgId, days }]));
    },

    /**
     * Which blocks are older than so many days: after `after`, up to `to`. Undefined: none, or none is a day older than
     * that, so that a chain is not touched each time that a row of it comes of age.
     */
    async old(chain: string, days: number): Promise<{ after: number; to: number } | undefined> {
      const { rows } = await executor.execute<{ after: number; to: number | null }>(sql`
        with first as (select ${FIRST_WHOLE(chain)} as seq)
        select first.seq::float8 - 1 as after, (
          select max(seq)::float8 from ${auditBlocks}
          where chain = ${chain} and seq >= first.seq and sealed_at < now() - make_interval(days => ${days})
        ) as to
        from first join ${auditBlocks} oldest on oldest.chain = ${chain} and oldest.seq = first.seq
        where oldest.sealed_at < now() - make_interval(days => ${days + 1})`);
      const [found] = rows;
      return found === undefined || found.to === null ? undefined : { after: found.after, to: found.to };
    },

    /** The rows that the blocks after `after`, up to `to`, sealed, and what the blocks say of each. How many there were. */
    async prune(chain: string, { after, to }: { after: number; to: number }): Promise<number> {
      const { rowCount } = await executor.execute(sql`
        delete from ${auditEvents} where ${inChain(chain)} and id in (
          select unnest(ids) from ${auditBlocks} where chain = ${chain} and seq > ${after} and seq <= ${to}
        )`);
      await executor.execute(sql`
        update ${auditBlocks} set ids = null, leaves = null
        where chain = ${chain} and seq > ${after} and seq <= ${to}`);
      return rowCount ?? 0;
    },
  };
}

/** The number of the first block whose rows are still there. Those before it are without, from the first one on. */
const FIRST_WHOLE = (chain: string) =>
  sql`(select min(seq) from ${auditBlocks} where chain = ${chain} and leaves is not null)`;
