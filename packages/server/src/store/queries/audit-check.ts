import { sql } from 'drizzle-orm';
import type { Executor } from '../database.ts';
import { auditBlocks, auditEvents } from '../schema.ts';
import { inChain } from './in-chain.ts';
import { contentOf, leafOf } from './row-leaf.ts';

const BLOCKS_MAX = 500;
const HASH_BYTES = 32;

export interface CheckedBlock extends Record<string, unknown> {
  seq: number;
  firstId: number;
  lastId: number;
  /** The last row of the block before; where that is gone, what stands before the first of this one. */
  afterId: number;
  rows: number;
  /** Its rows are gone, as a policy deletes them: it says no more of them than how many there were. */
  isPruned: boolean;
  /** It is the next one, and its hash is that of the block before and of its own content. */
  follows: boolean;
  contentHolds: boolean;
  /** There are the rows that it sealed, as they were then, and no others. */
  rowsHold: boolean;
}

/** How far a policy has deleted a chain from its beginning, as an entry of it says. */
export interface PolicyDeletion {
  /** Undefined: it was written by a release that named only the row. */
  readonly upToBlock: number | undefined;
  readonly upToRow: number | undefined;
  /** When it says that it was done: never later than now. */
  readonly atMs: number;
  /** What it deleted was older, it says. Undefined: it does not. */
  readonly olderThanDays: number | undefined;
}

/** Blocks side by side whose rows are gone. */
export interface EmptiedBlocks extends Record<string, unknown> {
  toBlock: number;
  lastRowId: number;
  rows: number;
}

/** What a check of a chain reads. `chain` is an organisation's id, or empty for the rows that belong to none. */
export function createAuditCheckQueries(executor: Executor) {
  return {
    /** The blocks after the one of that number, each looked at in the database, with about `rowsMax` rows at most. */
    async blocksAfter(chain: string, seq: number, rowsMax: number): Promise<CheckedBlock[]> {
      const { rows } = await executor.execute<CheckedBlock>(sql`
        with next as (
          select *, sum(rows) over (order by seq) - rows as before
          from (select * from ${auditBlocks} where chain = ${chain} and seq > ${seq} order by seq limit ${BLOCKS_MAX}) few
        )
        select block.seq::float8 as seq, block.first_id::float8 as "firstId", block.last_id::float8 as "lastId",
               place.after_id::float8 as "afterId", block.rows, block.leaves is null as "isPruned",
               (block.seq = 1 or previous.seq is not null)
                 and (block.leaves is not null or block.seq = 1 or previous.leaves is null)
                 and block.hash = sha256(coalesce(previous.hash, ''::bytea) || block.content_hash) as follows,
               block.leaves is null or block.content_hash = ${contentOf('block')} as "contentHolds",
               coalesce(found.leaves, ''::bytea) = coalesce(block.leaves, ''::bytea)
                 and coalesce(found.ids, '{}') = coalesce(block.ids, '{}') as "rowsHold"
        from next block
        left join ${auditBlocks} previous on previous.chain = block.chain and previous.seq = block.seq - 1
        cross join lateral (
          select coalesce(previous.last_id, case when block.seq = 1 then 0 else block.first_id - 1 end) as after_id
        ) place
        cross join lateral (
          select string_agg(${leafOf('block.version')}, ''::bytea order by id) as leaves, array_agg(id order by id) as ids
          from ${auditEvents} where ${inChain(chain)} and id > place.after_id and id <= block.last_id
        ) found
        where block.before < ${rowsMax}
        order by block.seq`);
      return rows;
    },

    /**
     * The newest entry by which a policy deleted rows: it speaks for those before it, which may be gone themselves. To be
     * read after the blocks, so that what was deleted by then has its entry by then. An id that no row was given yet is
     * somebody's own.
     */
    async deletedByPolicy(chain: string): Promise<PolicyDeletion | undefined> {
      const { rows } = await executor.execute<{ detail: Record<string, unknown> | null; atMs: number }>(sql`
        select detail, (extract(epoch from least(at, now())) * 1000)::float8 as "atMs" from ${auditEvents}
        where ${inChain(chain)} and action = 'audit.pruned' and actor_kind = 'system'
          and id <= (select last_value from audit_events_id_seq)
        order by id desc limit 1`);
      const [entry] = rows;
      return (
        entry && {
          upToBlock: numberOf(entry.detail?.['up_to_block']),
          upToRow: numberOf(entry.detail?.['up_to']),
          atMs: entry.atMs,
          olderThanDays: numberOf(entry.detail?.['older_than_days']),
        }
      );
    },

    /** The blocks from that one on that have no rows, up to the next that has some. */
    async emptiedFrom(chain: string, seq: number): Promise<EmptiedBlocks> {
      const { rows } = await executor.execute<EmptiedBlocks>(sql`
        select max(seq)::float8 as "toBlock", max(last_id)::float8 as "lastRowId", sum(rows)::float8 as rows
        from ${auditBlocks}
        where chain = ${chain} and seq >= ${seq} and leaves is null
          and seq < all (
            select min(seq) from ${auditBlocks}
            where chain = ${chain} and seq >= ${seq} and leaves is not null having min(seq) is not null
          )`);
      const [emptied] = rows;
      if (emptied === undefined) throw new Error('an aggregate has a row');
      return emptied;
    },

    /** What a block sealed, and what is there now in its place: ids with hashes, in order. */
    async compare(chain: string, { afterId, lastId, seq }: Pick<CheckedBlock, 'afterId' | 'lastId' | 'seq'>) {
      const sealed = await executor.execute<{ ids: string[] | null; leaves: Buffer | null }>(
        sql`select ids, leaves from ${auditBlocks} where chain = ${chain} and seq = ${seq}`,
      );
      const found = await executor.execute<{ id: string; leaf: Buffer | null }>(sql`
        select id, ${leafOf('block.version')} as leaf
        from ${auditEvents} join ${auditBlocks} block on block.chain = ${chain} and block.seq = ${seq}
        where ${inChain(chain)} and id > ${afterId} and id <= ${lastId} order by id`);
      const [block] = sealed.rows;
      return {
        sealed: (block?.ids ?? []).map((id, index) => ({
          id: Number(id),
          hash: (block?.leaves ?? Buffer.alloc(0))
            .subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)
            .toString('hex'),
        })),
        found: found.rows.map(({ id, leaf }) => ({ id: Number(id), hash: leaf?.toString('hex') })),
      };
    },

    /** The first row that nobody sealed among those that were. */
    async firstUnsealed(chain: string, doneTo: number): Promise<number | undefined> {
      const { rows } = await executor.execute<{ id: string }>(sql`
        select id from ${auditEvents}
        where ${inChain(chain)} and id <= ${doneTo}
          and id > coalesce((select last_id from ${auditBlocks} where chain = ${chain} order by seq desc limit 1), 0)
        order by id limit 1`);
      return rows[0] && Number(rows[0].id);
    },

    /** Rows that are too young to be sealed, up to `max`. */
    async countAfter(chain: string, doneTo: number, max: number): Promise<number> {
      const { rows } = await executor.execute<{ waiting: number }>(sql`
        select count(*)::int as waiting
        from (select 1 from ${auditEvents} where ${inChain(chain)} and id > ${doneTo} limit ${max}) young`);
      return rows[0]?.waiting ?? 0;
    },

    /** When a row was written; undefined: it is not there. */
    async timeOf(chain: string, id: number): Promise<Date | undefined> {
      const { rows } = await executor.execute<{ atMs: number }>(sql`
        select (extract(epoch from at) * 1000)::float8 as "atMs" from ${auditEvents}
        where ${inChain(chain)} and id = ${id}`);
      return rows[0] && new Date(rows[0].atMs);
    },
  };
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
