import { sql } from 'drizzle-orm';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import {
  invitations,
  keys,
  organisations,
  passwordResets,
  pendingSignIns,
  rememberedBrowsers,
  sessions,
  setupTokens,
  signingKeys,
} from '../schema.ts';

/**
 * A restored database believes in everything that it did when the backup was made, also in what was ended since. Nobody
 * knows any more what that was, so all of it is ended (docs/decisions/042-backup.md). Nothing else runs meanwhile.
 */
export function createRestoredQueries(executor: Executor) {
  async function count(statement: ReturnType<typeof sql>): Promise<number> {
    const { rowCount } = await executor.execute(statement);
    return rowCount ?? 0;
  }

  return {
    /** Deleted ones too: they may come back. */
    async everyOrganisation(): Promise<OrganisationId[]> {
      const rows = await executor.select({ id: organisations.id }).from(organisations);
      return rows.map(({ id }) => id);
    },

    /** Keys that were made by hand; those of grants go with the grants. */
    endKeys: () =>
      count(sql`update ${keys} set revoked_at = now() where revoked_at is null and grant_id is null`),

    /** Signed-in browsers, those that are half-way, and those that are not asked for a second step. */
    async endSessions(): Promise<number> {
      await executor.delete(pendingSignIns);
      await executor.delete(rememberedBrowsers);
      return count(sql`delete from ${sessions}`);
    },

    /** Links that are good once, and may have been used since. */
    async endLinks(): Promise<number> {
      await executor.delete(setupTokens);
      const resets = await count(sql`delete from ${passwordResets} where used_at is null`);
      const open = await count(
        sql`update ${invitations} set withdrawn_at = now() where used_at is null and withdrawn_at is null`,
      );
      return resets + open;
    },

    /** One of them may have been dropped since because it got into the wrong hands. */
    async endSigningKeys(): Promise<void> {
      await executor.delete(signingKeys);
    },
  };
}
