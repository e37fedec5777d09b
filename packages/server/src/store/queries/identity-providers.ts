import { and, asc, count, desc, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Access } from '../../kernel/access.ts';
import type { ClientId, GrantId, OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { grants, identityLinks, organisations, trustedIssuers } from '../schema.ts';
import type { Grant } from './grants.ts';
import { createIdentityLinkListQueries } from './identity-link-list.ts';

export type TrustedIssuer = typeof trustedIssuers.$inferSelect;

/** An organisation that trusts an issuer, and whom it knows under the asserted subject. */
export interface IssuerAccount {
  trusted: TrustedIssuer;
  userId: UserId | null;
}

const CANDIDATES_MAX = 10;

/** Whose word an organisation takes for who somebody is, and the grants that came of it. */
export function createIdentityProviderQueries(executor: Executor) {
  const isIssuer = (orgId: OrganisationId, issuer: string) =>
    and(eq(trustedIssuers.orgId, orgId), eq(trustedIssuers.issuer, issuer));

  return {
    ...createIdentityLinkListQueries(executor),

    listIssuers(orgId: OrganisationId): Promise<{ trusted: TrustedIssuer; links: number }[]> {
      return executor
        .select({ trusted: trustedIssuers, links: count(identityLinks.subject) })
        .from(trustedIssuers)
        .leftJoin(
          identityLinks,
          and(eq(identityLinks.orgId, trustedIssuers.orgId), eq(identityLinks.issuer, trustedIssuers.issuer)),
        )
        .where(eq(trustedIssuers.orgId, orgId))
        .groupBy(trustedIssuers.orgId, trustedIssuers.issuer)
        .orderBy(asc(trustedIssuers.issuer));
    },

    /** False: it is trusted already. */
    async addIssuer(issuer: typeof trustedIssuers.$inferInsert): Promise<boolean> {
      const rows = await executor
        .insert(trustedIssuers)
        .values(issuer)
        .onConflictDoNothing()
        .returning({ issuer: trustedIssuers.issuer });
      return rows.length === 1;
    },

    /** With its links. False: there was none. Waits for the assertions of it that are just being answered. */
    async removeIssuer(orgId: OrganisationId, issuer: string): Promise<boolean> {
      const rows = await executor
        .delete(trustedIssuers)
        .where(isIssuer(orgId, issuer))
        .returning({ issuer: trustedIssuers.issuer });
      return rows.length === 1;
    },

    /** Until the transaction ends, nobody removes the issuer. False: there is none. */
    async holdIssuer(orgId: OrganisationId, issuer: string): Promise<boolean> {
      const rows = await executor
        .select({ issuer: trustedIssuers.issuer })
        .from(trustedIssuers)
        .where(isIssuer(orgId, issuer))
        .for('share');
      return rows.length === 1;
    },

    /** False: the subject is linked already. */
    async addLink(link: {
      orgId: OrganisationId;
      issuer: string;
      subject: string;
      userId: UserId;
    }): Promise<boolean> {
      const rows = await executor
        .insert(identityLinks)
        .values(link)
        .onConflictDoNothing()
        .returning({ subject: identityLinks.subject });
      return rows.length === 1;
    },

    /** Whose it was; undefined: there was none. */
    async removeLink(orgId: OrganisationId, issuer: string, subject: string): Promise<UserId | undefined> {
      const [row] = await executor
        .delete(identityLinks)
        .where(
          and(
            eq(identityLinks.orgId, orgId),
            eq(identityLinks.issuer, issuer),
            eq(identityLinks.subject, subject),
          ),
        )
        .returning({ userId: identityLinks.userId });
      return row?.userId;
    },

    /** All that stand for a member. */
    removeLinksOf(orgId: OrganisationId, userId: UserId): Promise<{ issuer: string; subject: string }[]> {
      return executor
        .delete(identityLinks)
        .where(and(eq(identityLinks.orgId, orgId), eq(identityLinks.userId, userId)))
        .returning({ issuer: identityLinks.issuer, subject: identityLinks.subject });
    },

    /** Who trusts this issuer: all, or one organisation. Those that know the subject come first. */
    findAccounts(asserted: {
      issuer: string;
      subject: string;
      orgId: OrganisationId | undefined;
    }): Promise<IssuerAccount[]> {
      const { issuer, subject, orgId } = asserted;
      return executor
        .select({ trusted: trustedIssuers, userId: identityLinks.userId })
        .from(trustedIssuers)
        .leftJoin(
          identityLinks,
          and(
            eq(identityLinks.orgId, trustedIssuers.orgId),
            eq(identityLinks.issuer, trustedIssuers.issuer),
            eq(identityLinks.subject, subject),
          ),
        )
        .where(
          and(
            eq(trustedIssuers.issuer, issuer),
            orgId === undefined ? undefined : eq(trustedIssuers.orgId, orgId),
          ),
        )
        .orderBy(sql`${identityLinks.userId} is null`, asc(trustedIssuers.orgId))
        .limit(CANDIDATES_MAX);
    },

    /**
     * Whom the subject stands for, how far the issuer may go, and since when what is issued counts at all. Until the transaction ends, nobody removes the member,
     * the issuer or the link: who does it waits, and then ends the grant that was made meanwhile.
     */
    async holdLink(
      orgId: OrganisationId,
      issuer: string,
      subject: string,
    ): Promise<{ userId: UserId; access: Access; validFrom: Date | null } | undefined> {
      // The organisation first, as who removes a member does, so that the two never wait for each other.
      const [organisation] = await executor
        .select({ validFrom: organisations.tokensValidFrom })
        .from(organisations)
        .where(eq(organisations.id, orgId))
        .for('key share');
      const [row] = await executor
        .select({ userId: identityLinks.userId, access: trustedIssuers.access })
        .from(trustedIssuers)
        .innerJoin(
          identityLinks,
          and(eq(identityLinks.orgId, trustedIssuers.orgId), eq(identityLinks.issuer, trustedIssuers.issuer)),
        )
        .where(and(isIssuer(orgId, issuer), eq(identityLinks.subject, subject)))
        .for('share');
      return row && organisation && { ...row, validFrom: organisation.validFrom };
    },

    /**
     * The live grant by this issuer's word for this user, client and access, made or kept alive: it lasts as long as the
     * organisation lets connections last, from now. It has the id that was offered only if it is new.
     */
    async keepGrant(grant: {
      id: GrantId;
      orgId: OrganisationId;
      userId: UserId;
      clientId: ClientId;
      access: Access;
      issuer: string;
      resource: string;
      destination: string;
    }): Promise<Grant> {
      const expiresAt = sql`now() + (select make_interval(days => ${organisations.refreshDays}) from ${organisations} where ${organisations.id} = ${grant.orgId})`;
      const [row] = await executor
        .insert(grants)
        .values({ ...grant, tokenMode: 'token', expiresAt })
        .onConflictDoUpdate({
          target: [grants.orgId, grants.issuer, grants.userId, grants.clientId, grants.access],
          targetWhere: sql`${grants.issuer} is not null and ${grants.revokedAt} is null`,
          set: { expiresAt },
        })
        .returning();
      if (!row) throw new Error('keeping a grant returned no row');
      return row;
    },

    /** When a grant by this issuer's word for this user and client was last revoked. */
    async lastRevocation(about: {
      orgId: OrganisationId;
      userId: UserId;
      clientId: ClientId;
      issuer: string;
    }): Promise<Date | undefined> {
      const [row] = await executor
        .select({ revokedAt: grants.revokedAt })
        .from(grants)
        .where(
          and(
            eq(grants.orgId, about.orgId),
            eq(grants.userId, about.userId),
            eq(grants.clientId, about.clientId),
            eq(grants.issuer, about.issuer),
            isNotNull(grants.revokedAt),
          ),
        )
        .orderBy(desc(grants.revokedAt))
        .limit(1);
      return row?.revokedAt ?? undefined;
    },

    /** The live grants by this issuer's word: all, or one member's. */
    async listLiveGrants(orgId: OrganisationId, issuer: string, userId?: UserId): Promise<GrantId[]> {
      const rows = await executor
        .select({ id: grants.id })
        .from(grants)
        .where(
          and(
            eq(grants.orgId, orgId),
            eq(grants.issuer, issuer),
            isNull(grants.revokedAt),
            userId === undefined ? undefined : eq(grants.userId, userId),
          ),
        );
      return rows.map(({ id }) => id);
    },
  };
}
