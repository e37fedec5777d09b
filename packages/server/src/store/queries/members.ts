import { and, asc, count, eq, gt, isNotNull, isNull, or, sql, type SQL } from 'drizzle-orm';
import type { Role } from '../../kernel/access.ts';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import {
  companyIdentities,
  grants,
  keys,
  memberships,
  passkeys,
  sessions,
  totpFactors,
  users,
} from '../schema.ts';

export interface MembersWanted {
  /** In name or address; empty: everybody. */
  readonly text: string;
  readonly role?: Role | undefined;
  /** The address at which the page before ended. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface ListedMember {
  readonly userId: UserId;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly declared: boolean;
  readonly joinedAt: Date;
  readonly isDisabled: boolean;
  /** Of the sessions that are left: who signed out is not remembered. */
  readonly lastSignedInAt: Date | null;
  readonly secondFactor: boolean;
  readonly company: boolean;
  /** Connections and keys made by hand that work now. */
  readonly connections: number;
  readonly keys: number;
}

/** Who belongs to an organisation, a page at a time. */
export function createMemberQueries(executor: Executor) {
  const isWanted = (orgId: OrganisationId, { role, text }: Pick<MembersWanted, 'role' | 'text'>) =>
    and(
      eq(memberships.orgId, orgId),
      role === undefined ? undefined : eq(memberships.role, role),
      text === '' ? undefined : or(contains(users.name, text), contains(users.email, text)),
    );

  return {
    /** By address. */
    async listPage(orgId: OrganisationId, wanted: MembersWanted): Promise<ListedMember[]> {
      const { after, limit } = wanted;
      const rows = await executor
        .select({
          userId: users.id,
          name: users.name,
          email: users.email,
          role: memberships.role,
          declared: memberships.declared,
          joinedAt: memberships.createdAt,
          isDisabled: sql<boolean>`${users.disabledAt} is not null`,
          lastSignedInAt: sql<Date | null>`(
            select max(${sessions.createdAt}) from ${sessions} where ${sessions.userId} = ${users.id})`.mapWith(
            sessions.createdAt,
          ),
          secondFactor: sql<boolean>`(
            exists (select 1 from ${totpFactors} where ${and(eq(totpFactors.userId, users.id), isNotNull(totpFactors.confirmedAt))})
            or exists (select 1 from ${passkeys} where ${eq(passkeys.userId, users.id)}))`,
          company: sql<boolean>`exists (
            select 1 from ${companyIdentities}
            where ${and(eq(companyIdentities.orgId, orgId), eq(companyIdentities.userId, users.id))})`,
          connections: sql<number>`(
            select count(*) from ${grants} where ${and(
              eq(grants.userId, users.id),
              eq(grants.orgId, orgId),
              isNull(grants.revokedAt),
              gt(grants.expiresAt, sql`now()`),
            )})`.mapWith(Number),
          keys: sql<number>`(
            select count(*) from ${keys} where ${and(
              eq(keys.userId, users.id),
              eq(keys.orgId, orgId),
              isNull(keys.grantId),
              isNull(keys.revokedAt),
              or(isNull(keys.expiresAt), gt(keys.expiresAt, sql`now()`)),
            )})`.mapWith(Number),
        })
        .from(memberships)
        .innerJoin(users, eq(users.id, memberships.userId))
        .where(and(isWanted(orgId, wanted), after === undefined ? undefined : gt(users.email, after)))
        .orderBy(asc(users.email))
        .limit(limit);
      return rows;
    },

    async countWanted(orgId: OrganisationId, wanted: Pick<MembersWanted, 'role' | 'text'>): Promise<number> {
      const [row] = await executor
        .select({ found: count() })
        .from(memberships)
        .innerJoin(users, eq(users.id, memberships.userId))
        .where(isWanted(orgId, wanted));
      return row?.found ?? 0;
    },
  };
}

/** As it was typed: a percent sign is one. */
function contains(column: typeof users.name | typeof users.email, text: string): SQL {
  return sql`${column} ilike ${`%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`}`;
}
