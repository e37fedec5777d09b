import { sql, type SQL } from 'drizzle-orm';

/** The audit rows of a chain: an organisation's id, or empty for the rows that belong to none. */
export function inChain(chain: string): SQL {
  return chain === '' ? sql`org_id is null` : sql`org_id = ${chain}`;
}
