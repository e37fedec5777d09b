import { and, asc, count, countDistinct, eq, gt, isNull, ne, or, sql } from 'drizzle-orm';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { grants, organisations, organisationSlugs } from '../schema.ts';
import type { Organisation } from './people.ts';

/** The addresses that organisations have and had. */
export function createOrganisationSlugQueries(executor: Executor) {
  const { aliasUntil, orgId: owner, slug: name } = organisationSlugs;

  return {
    /** Whose address it is, today's or a former one that still works; nobody finds one that was deleted. */
    async findOrganisation(slug: string): Promise<Organisation | undefined> {
      // No text of the database has it.
      if (slug.includes('\0')) return undefined;
      const [row] = await executor
        .select({ organisation: organisations })
        .from(organisationSlugs)
        .innerJoin(organisations, eq(organisations.id, owner))
        .where(
          and(
            eq(name, slug),
            or(eq(organisations.slug, name), gt(aliasUntil, sql`now()`)),
            isNull(organisations.deletedAt),
          ),
        );
      return row?.organisation;
    },

    /** Every address but today's, whether or not it still works. */
    listFormer(orgId: OrganisationId): Promise<{ slug: string; aliasUntil: Date | null }[]> {
      return executor
        .select({ slug: name, aliasUntil })
        .from(organisationSlugs)
        .innerJoin(organisations, eq(organisations.id, owner))
        .where(and(eq(owner, orgId), ne(name, organisations.slug)))
        .orderBy(asc(name));
    },

    async count(orgId: OrganisationId): Promise<number> {
      const [row] = await executor.select({ held: count() }).from(organisationSlugs).where(eq(owner, orgId));
      return row?.held ?? 0;
    },

    /** Live connections that were made at this address, and how many apps those are. */
    async countUses(orgId: OrganisationId, slug: string): Promise<{ connections: number; apps: number }> {
      const place = `/mcp/${slug}`;
      const [row] = await executor
        .select({ connections: count(), apps: countDistinct(grants.clientId) })
        .from(grants)
        .where(
          and(
            eq(grants.orgId, orgId),
            isNull(grants.revokedAt),
            gt(grants.expiresAt, sql`now()`),
            or(eq(grants.resource, place), sql`starts_with(${grants.resource}, ${`${place}/`})`),
          ),
        );
      return row ?? { connections: 0, apps: 0 };
    },

    /** Whether the organisation has or had it. */
    async isOf(orgId: OrganisationId, slug: string): Promise<boolean> {
      const rows = await executor
        .select({ name })
        .from(organisationSlugs)
        .where(and(eq(name, slug), eq(owner, orgId)));
      return rows.length === 1;
    },

    /**
     * Gives the organisation another address; the one of today works for so many days more. False: it is, or was,
     * another organisation's. After `lockMembers`: there is one address of today at a time.
     */
    async change(
      orgId: OrganisationId,
      { aliasDays, from, to }: { from: string; to: string; aliasDays: number },
    ): Promise<boolean> {
      // Whoever asks for the same one at the same moment waits here, and then finds that it is taken.
      const claimed = await executor
        .insert(organisationSlugs)
        .values({ slug: to, orgId })
        .onConflictDoUpdate({ target: name, set: { aliasUntil: null }, setWhere: eq(owner, orgId) })
        .returning({ name });
      if (claimed.length === 0) return false;
      await executor.update(organisations).set({ slug: to }).where(eq(organisations.id, orgId));
      await executor
        .update(organisationSlugs)
        .set({ aliasUntil: sql`now() + make_interval(days => ${aliasDays}::int)` })
        .where(and(eq(owner, orgId), eq(name, from)));
      return true;
    },
  };
}
