import { sql } from 'drizzle-orm';
import type { Executor } from '../database.ts';
import { auditBlocks, auditEvents, auditMarks, type AuditMark } from '../schema.ts';
import { tryLock } from './advisory-lock.ts';
import { contentOf, NEW_LEAF, SEAL_VERSION } from './row-leaf.ts';

const LOCKS: Readonly<Record<AuditMark, number>> = {
  chain: 0x6c61_6163,
  usage: 0x6c61_7573,
  webhooks: 0x6c61_7768,
  intents: 0x6c61_696e,
};

/** What goes through the audit rows in the order of their ids, and seals them (decision 31). */
export function createAuditTrailQueries(executor: Executor) {
  return {
    /** No row that is yet to be written has an id as low as this. Rows of those who are writing now may have. */
    async lastId(): Promise<number> {
      const { rows } = await executor.execute<{ id: string }>(
        sql`select case when is_called then last_value else 0 end as id from audit_events_id_seq`,
      );
      return Number(rows[0]?.id ?? 0);
    },

    /** The transactions that are writing audit rows, or are about to: each takes this lock before it takes an id. */
    async writers(): Promise<string[]> {
      const { rows } = await executor.execute<{ writer: string }>(sql`
        select distinct virtualtransaction as writer from pg_locks
        where locktype = 'relation' and relation = 'audit_events'::regclass and mode = 'RowExclusiveLock' and granted
          and database = (select oid from pg_database where datname = current_database())`);
      return rows.map(({ writer }) => writer);
    },

    /** How far it has come, for the one who may take it further, until the end of the transaction. Undefined: another one. */
    async claim(name: AuditMark): Promise<number | undefined> {
      return (await tryLock(executor, LOCKS[name])) ? this.doneTo(name) : undefined;
    },

    async doneTo(name: AuditMark): Promise<number> {
      const { rows } = await executor.execute<{ id: string }>(
        sql`select done_to as id from ${auditMarks} where name = ${name}`,
      );
      return Number(rows[0]?.id ?? 0);
    },

    async setDone(name: AuditMark, doneTo: number): Promise<void> {
      await executor
        .insert(auditMarks)
        .values({ name, doneTo })
        .onConflictDoUpdate({ target: auditMarks.name, set: { doneTo } });
    },

    /** Seals the rows after `from`, up to `to`: one block for each chain that has any. */
    async seal(from: number, to: number): Promise<void> {
      await executor.execute(sql`
        with fresh as materialized (
          select coalesce(org_id, '') as chain, id, ${NEW_LEAF} as leaf
          from ${auditEvents} where id > ${from} and id <= ${to}
        ), grouped as (
          select chain, min(id) as first_id, max(id) as last_id, count(*)::int as rows,
                 array_agg(id order by id) as ids, string_agg(leaf, ''::bytea order by id) as leaves
          from fresh group by chain
        ), placed as (
          select grouped.*, ${sql.raw(String(SEAL_VERSION))} as version, coalesce(head.seq, 0) + 1 as seq, coalesce(head.hash, ''::bytea) as before
          from grouped left join lateral (
            select seq, hash from ${auditBlocks} where chain = grouped.chain order by seq desc limit 1
          ) head on true
        ), hashed as (
          select placed.*, ${contentOf('placed')} as content_hash from placed
        )
        insert into ${auditBlocks} (chain, seq, version, first_id, last_id, rows, ids, leaves, content_hash, hash)
        select chain, seq, version, first_id, last_id, rows, ids, leaves, content_hash, sha256(before || content_hash)
        from hashed`);
    },
  };
}
