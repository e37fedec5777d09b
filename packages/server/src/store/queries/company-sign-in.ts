import { and, asc, count, desc, eq, gt, inArray, isNull, lt, ne, or, sql } from 'drizzle-orm';
import type { Role } from '../../kernel/access.ts';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import {
  companyAuthorizations,
  companyDomains,
  companyIdentities,
  companyProviders,
  memberships,
  organisations,
  organisationSlugs,
  sessions,
  users,
  type GroupRole,
} from '../schema.ts';
import type { Organisation } from './people.ts';

export type CompanyProvider = typeof companyProviders.$inferSelect;
export type CompanyDomain = typeof companyDomains.$inferSelect;
export type CompanyAuthorization = typeof companyAuthorizations.$inferSelect;

/** What an organisation says of its provider. `sealed` undefined: the secret stays as it is. */
export interface ProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly sealed: string | null | undefined;
  readonly scopes: string;
  readonly defaultRole: Role | null;
  readonly groupsClaim: string | null;
  readonly groupRoles: GroupRole[];
  readonly updatedBy: UserId;
}

/** Organisations' identity providers for sign-in: their domains, and who each of their subjects is. */
export function createCompanySignInQueries(executor: Executor) {
  return {
    /** By name, with the former addresses that still work, and whether each wants its provider's word. */
    listMembershipsOf(
      userId: UserId,
    ): Promise<{ organisation: Organisation; aliases: string[]; role: Role; required: boolean }[]> {
      return executor
        .select({
          organisation: organisations,
          aliases: sql<string[]>`array(
            select held.slug from ${organisationSlugs} held
            where held.org_id = ${organisations.id} and held.alias_until > now() order by held.slug)`,
          role: memberships.role,
          required: sql<boolean>`coalesce(${companyProviders.required}, false)`,
        })
        .from(memberships)
        .innerJoin(organisations, eq(organisations.id, memberships.orgId))
        .leftJoin(companyProviders, eq(companyProviders.orgId, memberships.orgId))
        .where(eq(memberships.userId, userId))
        .orderBy(asc(organisations.name));
    },

    async findProvider(orgId: OrganisationId): Promise<CompanyProvider | undefined> {
      const [row] = await executor.select().from(companyProviders).where(eq(companyProviders.orgId, orgId));
      return row;
    },

    /** False: there is one already. */
    async addProvider(orgId: OrganisationId, settings: ProviderSettings): Promise<boolean> {
      const rows = await executor
        .insert(companyProviders)
        .values({ orgId, ...settings, sealed: settings.sealed ?? null })
        .onConflictDoNothing()
        .returning({ orgId: companyProviders.orgId });
      return rows.length === 1;
    },

    /** False: it is not the version that was seen. */
    async changeProvider(
      orgId: OrganisationId,
      version: number,
      { sealed, ...settings }: ProviderSettings,
    ): Promise<boolean> {
      const rows = await executor
        .update(companyProviders)
        .set({
          ...settings,
          ...(sealed === undefined ? {} : { sealed }),
          version: version + 1,
          updatedAt: sql`now()`,
        })
        .where(and(eq(companyProviders.orgId, orgId), eq(companyProviders.version, version)))
        .returning({ orgId: companyProviders.orgId });
      return rows.length === 1;
    },

    /** With its identities and whoever is on the way; domains stay. False: there was none. */
    async removeProvider(orgId: OrganisationId): Promise<boolean> {
      const rows = await executor
        .delete(companyProviders)
        .where(eq(companyProviders.orgId, orgId))
        .returning({ orgId: companyProviders.orgId });
      return rows.length === 1;
    },

    /** False: it was so before, or there is no provider. */
    async setRequired(orgId: OrganisationId, required: boolean): Promise<boolean> {
      const rows = await executor
        .update(companyProviders)
        .set({ required, version: sql`${companyProviders.version} + 1`, updatedAt: sql`now()` })
        .where(and(eq(companyProviders.orgId, orgId), ne(companyProviders.required, required)))
        .returning({ orgId: companyProviders.orgId });
      return rows.length === 1;
    },

    /** Sessions that began at the organisation's provider. How many they were. */
    async endSessionsVia(orgId: OrganisationId): Promise<number> {
      const rows = await executor
        .delete(sessions)
        .where(eq(sessions.viaOrgId, orgId))
        .returning({ id: sessions.id });
      return rows.length;
    },

    /** The organisation that people of this domain sign in through, if there is one. */
    async findOrganisationOfDomain(domain: string): Promise<Organisation | undefined> {
      const [row] = await executor
        .select({ organisation: organisations })
        .from(companyDomains)
        .innerJoin(companyProviders, eq(companyProviders.orgId, companyDomains.orgId))
        .innerJoin(organisations, eq(organisations.id, companyDomains.orgId))
        .where(
          and(
            eq(companyDomains.domain, domain),
            sql`${companyDomains.verifiedAt} is not null`,
            isNull(organisations.suspendedAt),
          ),
        );
      return row?.organisation;
    },

    /** Whether anybody at all can sign in through a company. */
    async isInUse(): Promise<boolean> {
      const rows = await executor
        .select({ orgId: companyDomains.orgId })
        .from(companyDomains)
        .innerJoin(companyProviders, eq(companyProviders.orgId, companyDomains.orgId))
        .where(sql`${companyDomains.verifiedAt} is not null`)
        .limit(1);
      return rows.length === 1;
    },

    listDomains(orgId: OrganisationId): Promise<CompanyDomain[]> {
      return executor
        .select()
        .from(companyDomains)
        .where(eq(companyDomains.orgId, orgId))
        .orderBy(asc(companyDomains.domain));
    },

    async findDomain(orgId: OrganisationId, domain: string): Promise<CompanyDomain | undefined> {
      const [row] = await executor
        .select()
        .from(companyDomains)
        .where(and(eq(companyDomains.orgId, orgId), eq(companyDomains.domain, domain)));
      return row;
    },

    /** False: it is there already. */
    async addDomain(orgId: OrganisationId, domain: string, token: string): Promise<boolean> {
      const rows = await executor
        .insert(companyDomains)
        .values({ orgId, domain, token })
        .onConflictDoNothing()
        .returning({ domain: companyDomains.domain });
      return rows.length === 1;
    },

    /** False: another organisation has it. */
    async verifyDomain(orgId: OrganisationId, domain: string): Promise<boolean> {
      const rows = await executor
        .update(companyDomains)
        .set({
          verifiedAt: sql`coalesce(${companyDomains.verifiedAt}, now())`,
          checkedAt: sql`now()`,
          missingSince: null,
        })
        .where(
          and(
            eq(companyDomains.orgId, orgId),
            eq(companyDomains.domain, domain),
            sql`not exists (select 1 from company_domains other where other.domain = ${domain}
              and other.org_id <> ${orgId} and other.verified_at is not null)`,
          ),
        )
        .returning({ domain: companyDomains.domain });
      return rows.length === 1;
    },

    /** The record is not there. One that was verified is lost when it has been gone for `graceHours`. True: lost now. */
    async missDomain(orgId: OrganisationId, domain: string, graceHours: number): Promise<boolean> {
      const isThis = and(eq(companyDomains.orgId, orgId), eq(companyDomains.domain, domain));
      await executor
        .update(companyDomains)
        .set({
          checkedAt: sql`now()`,
          missingSince: sql`case when ${companyDomains.verifiedAt} is null then null
            else coalesce(${companyDomains.missingSince}, now()) end`,
        })
        .where(isThis);
      const rows = await executor
        .update(companyDomains)
        .set({ verifiedAt: null, missingSince: null })
        .where(
          and(isThis, sql`${companyDomains.missingSince} <= now() - make_interval(hours => ${graceHours})`),
        )
        .returning({ domain: companyDomains.domain });
      return rows.length === 1;
    },

    /** False: there is no such domain. */
    async removeDomain(orgId: OrganisationId, domain: string): Promise<boolean> {
      const rows = await executor
        .delete(companyDomains)
        .where(and(eq(companyDomains.orgId, orgId), eq(companyDomains.domain, domain)))
        .returning({ domain: companyDomains.domain });
      return rows.length === 1;
    },

    /** Verified domains that nobody has looked at for so long. They count as looked at, so that one node does. */
    async claimStaleDomains(hours: number, limit: number): Promise<CompanyDomain[]> {
      const stale = executor
        .select({ domain: companyDomains.domain })
        .from(companyDomains)
        .where(
          and(
            sql`${companyDomains.verifiedAt} is not null`,
            or(
              isNull(companyDomains.checkedAt),
              lt(companyDomains.checkedAt, sql`now() - make_interval(hours => ${hours})`),
            ),
          ),
        )
        .limit(limit)
        .for('update', { skipLocked: true });
      return executor
        .update(companyDomains)
        .set({ checkedAt: sql`now()` })
        .where(and(sql`${companyDomains.verifiedAt} is not null`, inArray(companyDomains.domain, stale)))
        .returning();
    },

    /** Whether the organisation may speak for addresses of this domain. */
    async isVerified(orgId: OrganisationId, domain: string): Promise<boolean> {
      const rows = await executor
        .select({ domain: companyDomains.domain })
        .from(companyDomains)
        .where(
          and(
            eq(companyDomains.orgId, orgId),
            eq(companyDomains.domain, domain),
            sql`${companyDomains.verifiedAt} is not null`,
          ),
        );
      return rows.length === 1;
    },

    async begin(
      authorization: Omit<typeof companyAuthorizations.$inferInsert, 'expiresAt'>,
      minutes: number,
    ): Promise<void> {
      await executor
        .insert(companyAuthorizations)
        .values({ ...authorization, expiresAt: sql`now() + make_interval(mins => ${minutes})` });
    },

    /** For exactly one answer, in the browser that it was begun in; anybody else's leaves it. */
    async claim(stateHash: string, browserHash: string): Promise<CompanyAuthorization | undefined> {
      const [row] = await executor
        .delete(companyAuthorizations)
        .where(
          and(
            eq(companyAuthorizations.stateHash, stateHash),
            eq(companyAuthorizations.browserHash, browserHash),
            gt(companyAuthorizations.expiresAt, sql`now()`),
          ),
        )
        .returning();
      return row;
    },

    async deleteExpired(): Promise<void> {
      await executor.delete(companyAuthorizations).where(lt(companyAuthorizations.expiresAt, sql`now()`));
    },

    async findIdentity(orgId: OrganisationId, issuer: string, subject: string): Promise<UserId | undefined> {
      const [row] = await executor
        .select({ userId: companyIdentities.userId })
        .from(companyIdentities)
        .where(
          and(
            eq(companyIdentities.orgId, orgId),
            eq(companyIdentities.issuer, issuer),
            eq(companyIdentities.subject, subject),
          ),
        );
      return row?.userId;
    },

    /** False: the subject, or the person, is linked otherwise. */
    async addIdentity(identity: {
      orgId: OrganisationId;
      issuer: string;
      subject: string;
      userId: UserId;
    }): Promise<boolean> {
      const rows = await executor
        .insert(companyIdentities)
        .values(identity)
        .onConflictDoNothing()
        .returning({ subject: companyIdentities.subject });
      return rows.length === 1;
    },

    async touchIdentity(orgId: OrganisationId, userId: UserId): Promise<void> {
      await executor
        .update(companyIdentities)
        .set({ lastUsedAt: sql`now()` })
        .where(and(eq(companyIdentities.orgId, orgId), eq(companyIdentities.userId, userId)));
    },

    async isLinked(orgId: OrganisationId, userId: UserId): Promise<boolean> {
      const rows = await executor
        .select({ userId: companyIdentities.userId })
        .from(companyIdentities)
        .where(and(eq(companyIdentities.orgId, orgId), eq(companyIdentities.userId, userId)));
      return rows.length > 0;
    },

    /** Of a provider that is another one now, with whatever it began. */
    async forgetIdentities(orgId: OrganisationId): Promise<{ links: number; sessions: number }> {
      const links = await executor
        .delete(companyIdentities)
        .where(eq(companyIdentities.orgId, orgId))
        .returning({ userId: companyIdentities.userId });
      await executor.delete(companyAuthorizations).where(eq(companyAuthorizations.orgId, orgId));
      const ended = await executor
        .delete(sessions)
        .where(eq(sessions.viaOrgId, orgId))
        .returning({ id: sessions.id });
      return { links: links.length, sessions: ended.length };
    },

    async countIdentities(orgId: OrganisationId): Promise<number> {
      const [row] = await executor
        .select({ identities: count() })
        .from(companyIdentities)
        .where(eq(companyIdentities.orgId, orgId));
      return row?.identities ?? 0;
    },

    /** Who is linked but no longer a member, the latest first. */
    listRemoved(orgId: OrganisationId, limit: number) {
      return executor
        .select({
          userId: users.id,
          name: users.name,
          email: users.email,
          lastUsedAt: companyIdentities.lastUsedAt,
        })
        .from(companyIdentities)
        .innerJoin(users, eq(users.id, companyIdentities.userId))
        .leftJoin(
          memberships,
          and(
            eq(memberships.orgId, companyIdentities.orgId),
            eq(memberships.userId, companyIdentities.userId),
          ),
        )
        .where(and(eq(companyIdentities.orgId, orgId), isNull(memberships.userId)))
        .orderBy(desc(companyIdentities.lastUsedAt))
        .limit(limit);
    },

    /** Whose account it is that has this address, and whether anybody vouched for that. */
    async findAccount(
      email: string,
    ): Promise<{ userId: UserId; emailVerified: boolean; disabledAt: Date | null } | undefined> {
      const [row] = await executor
        .select({ userId: users.id, emailVerified: users.emailVerified, disabledAt: users.disabledAt })
        .from(users)
        .where(eq(users.email, email));
      return row;
    },

    /** A person who signs in through their company alone. False: the address is taken. */
    async createAccount(user: { id: UserId; email: string; name: string }): Promise<boolean> {
      const rows = await executor
        .insert(users)
        .values({ ...user, emailVerified: true })
        .onConflictDoNothing({ target: users.email })
        .returning({ id: users.id });
      return rows.length === 1;
    },
  };
}
