import { and, asc, count, eq, sql, type SQL } from 'drizzle-orm';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { identityLinks, users } from '../schema.ts';
import { anyHas } from './place.ts';

export interface IdentityLinkFilter {
  orgId: OrganisationId;
  q?: string | undefined;
  /** Those of one issuer. */
  issuer?: string | undefined;
}

/** Which member each subject of a trusted issuer is, a page at a time. */
export function createIdentityLinkListQueries(executor: Executor) {
  return {
    /** By issuer and subject. */
    linkPage(
      filter: IdentityLinkFilter,
      { after, limit }: { after: { issuer: string; subject: string } | undefined; limit: number },
    ) {
      const { createdAt, issuer, subject, userId } = identityLinks;
      return executor
        .select({ issuer, subject, userId, email: users.email, createdAt })
        .from(identityLinks)
        .innerJoin(users, eq(users.id, userId))
        .where(
          and(
            linksAmong(filter),
            after && sql`(${issuer}, ${subject}) > (${after.issuer}, ${after.subject})`,
          ),
        )
        .orderBy(asc(issuer), asc(subject))
        .limit(limit);
    },

    /** How many there are on all pages. */
    async countLinks(filter: IdentityLinkFilter): Promise<number> {
      const [row] = await executor
        .select({ found: count() })
        .from(identityLinks)
        .innerJoin(users, eq(users.id, identityLinks.userId))
        .where(linksAmong(filter));
      return row?.found ?? 0;
    },
  };
}

function linksAmong({ issuer, orgId, q = '' }: IdentityLinkFilter): SQL | undefined {
  return and(
    eq(identityLinks.orgId, orgId),
    issuer === undefined ? undefined : eq(identityLinks.issuer, issuer),
    q.trim() === '' ? undefined : anyHas([identityLinks.subject, users.email], q.trim()),
  );
}
