import { and, eq, isNull } from 'drizzle-orm';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { organisationLogos, organisations } from '../schema.ts';

/** The pictures that organisations show of themselves. */
export function createOrganisationLogoQueries(executor: Executor) {
  return {
    /** Whoever has its address may see it, but of an organisation that was deleted. */
    async find(hash: string): Promise<Buffer | undefined> {
      const [row] = await executor
        .select({ png: organisationLogos.png })
        .from(organisationLogos)
        .innerJoin(organisations, eq(organisations.id, organisationLogos.orgId))
        .where(and(eq(organisationLogos.hash, hash), isNull(organisations.deletedAt)))
        .limit(1);
      return row?.png;
    },

    /** In place of the one before. */
    async set(orgId: OrganisationId, { hash, png }: { hash: string; png: Buffer }): Promise<void> {
      await executor
        .insert(organisationLogos)
        .values({ orgId, hash, png })
        .onConflictDoUpdate({ target: organisationLogos.orgId, set: { hash, png } });
      await executor.update(organisations).set({ logo: hash }).where(eq(organisations.id, orgId));
    },

    /** False: there was none. */
    async remove(orgId: OrganisationId): Promise<boolean> {
      await executor.update(organisations).set({ logo: null }).where(eq(organisations.id, orgId));
      const rows = await executor
        .delete(organisationLogos)
        .where(eq(organisationLogos.orgId, orgId))
        .returning({ hash: organisationLogos.hash });
      return rows.length === 1;
    },
  };
}
