import { sql, type SQL } from 'drizzle-orm';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { quotaUse } from '../schema.ts';

/** Calls, and thousandths of credits: whole numbers, so that nothing is ever rounded away. */
export interface QuotaAmount {
  readonly calls: number;
  readonly millicredits: number;
}

export interface QuotaTake {
  readonly orgId: OrganisationId;
  /** 2026-11. */
  readonly month: string;
  /** Null: there is no end to it. */
  readonly limit: { readonly calls: number | null; readonly millicredits: number | null };
  /** What one call needs: all of it is given, or nothing. */
  readonly need: QuotaAmount;
  /** What is given instead while so much is left that nobody else can miss it. */
  readonly block: QuotaAmount;
}

/** A block is given only if so many more would be left. */
const BLOCKS_LEFT = 10;

/** What organisations use of their monthly quotas. */
export function createQuotaQueries(executor: Executor) {
  return {
    /**
     * Decides and counts in one statement, which waits for whoever has the row: nothing is given twice, however many
     * nodes ask at once. `used` is what is used then.
     */
    async take({ block, limit, month, need, orgId }: QuotaTake): Promise<{
      given: QuotaAmount;
      used: QuotaAmount;
    }> {
      // Who wants nothing of it takes nothing, even where more is used than may be by now.
      const left = (most: number | null, used: SQL, wanted: number, kept: number) =>
        most === null || wanted === 0
          ? sql`true`
          : sql`${most}::bigint - ${used} - ${wanted}::bigint >= ${kept}::bigint`;
      const given = (of: keyof QuotaAmount, calls: SQL, millicredits: SQL) => sql`
        case when ${left(limit.calls, calls, block.calls, BLOCKS_LEFT * block.calls)}
              and ${left(limit.millicredits, millicredits, block.millicredits, BLOCKS_LEFT * block.millicredits)}
             then ${block[of]}::bigint
             when ${left(limit.calls, calls, need.calls, 0)} and ${left(limit.millicredits, millicredits, need.millicredits, 0)}
             then ${need[of]}::bigint else 0 end`;
      const [none, calls, millicredits] = [sql`0::bigint`, sql`had.calls`, sql`had.millicredits`];
      const { rows } = await executor.execute<
        Record<'calls' | 'millicredits' | 'all' | 'allMilli', string>
      >(sql`
        insert into ${quotaUse} as had (org_id, month, calls, millicredits, given_calls, given_millicredits)
        select ${orgId}::text, ${month}::text, calls, millicredits, calls, millicredits
        from (select ${given('calls', none, none)} as calls, ${given('millicredits', none, none)} as millicredits) first
        on conflict (org_id, month) do update set
          calls = had.calls + ${given('calls', calls, millicredits)},
          millicredits = had.millicredits + ${given('millicredits', calls, millicredits)},
          given_calls = ${given('calls', calls, millicredits)},
          given_millicredits = ${given('millicredits', calls, millicredits)}
        returning given_calls as calls, given_millicredits as millicredits, calls as all, millicredits as "allMilli"`);
      const [row] = rows;
      if (row === undefined) throw new Error('a quota was taken from and not returned');
      return {
        given: { calls: Number(row.calls), millicredits: Number(row.millicredits) },
        used: { calls: Number(row.all), millicredits: Number(row.allMilli) },
      };
    },

    /** What was given and not used. */
    async giveBack(orgId: OrganisationId, month: string, amount: QuotaAmount): Promise<void> {
      await executor.execute(sql`
        update ${quotaUse} set calls = greatest(calls - ${amount.calls}::bigint, 0),
          millicredits = greatest(millicredits - ${amount.millicredits}::bigint, 0)
        where org_id = ${orgId} and month = ${month}`);
    },

    async used(orgId: OrganisationId, month: string): Promise<QuotaAmount> {
      const { rows } = await executor.execute<{ calls: string; millicredits: string }>(
        sql`select calls, millicredits from ${quotaUse} where org_id = ${orgId} and month = ${month}`,
      );
      return { calls: Number(rows[0]?.calls ?? 0), millicredits: Number(rows[0]?.millicredits ?? 0) };
    },
  };
}
