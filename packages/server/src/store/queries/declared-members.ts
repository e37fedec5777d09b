import { and, asc, eq, isNull, notInArray, sql } from 'drizzle-orm';
import type { Role } from '../../kernel/access.ts';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { declaredMembers, memberships, users } from '../schema.ts';

export interface DeclaredMember {
  readonly email: string;
  readonly role: Role;
}

/** Members by the operator's word. */
export function createDeclaredMemberQueries(executor: Executor) {
  return {
    /** What was declared of the organisation before is forgotten; memberships stay, and pages may change them again. */
    async replace(orgId: OrganisationId, members: readonly DeclaredMember[]): Promise<void> {
      await executor.delete(declaredMembers).where(eq(declaredMembers.orgId, orgId));
      if (members.length > 0)
        await executor.insert(declaredMembers).values(members.map((member) => ({ orgId, ...member })));
      const emails = members.map(({ email }) => email);
      const isNamed = executor
        .select({ id: users.id })
        .from(users)
        .where(emails.length === 0 ? sql`false` : sql`${users.email} = any(${sql.param(emails)})`);
      await executor
        .update(memberships)
        .set({ declared: false })
        .where(
          and(
            eq(memberships.orgId, orgId),
            eq(memberships.declared, true),
            notInArray(memberships.userId, isNamed),
          ),
        );
    },

    /** Each with the account of that address, if there is one, and what it is in the organisation today. */
    list(orgId: OrganisationId) {
      return executor
        .select({
          email: declaredMembers.email,
          role: declaredMembers.role,
          userId: users.id,
          isVouchedFor: users.emailVerified,
          held: memberships.role,
        })
        .from(declaredMembers)
        .leftJoin(users, eq(users.email, declaredMembers.email))
        .leftJoin(memberships, and(eq(memberships.orgId, orgId), eq(memberships.userId, users.id)))
        .where(eq(declaredMembers.orgId, orgId))
        .orderBy(asc(declaredMembers.email));
    },

    /** Everywhere that the address is declared, if it is that of this person's account. */
    async listFor(userId: UserId, email: string): Promise<{ orgId: OrganisationId; role: Role }[]> {
      return executor
        .select({ orgId: declaredMembers.orgId, role: declaredMembers.role })
        .from(declaredMembers)
        .innerJoin(users, eq(users.email, declaredMembers.email))
        .where(and(eq(users.id, userId), eq(users.email, email), isNull(users.disabledAt)));
    },

    /** Makes the membership what was declared, whether or not there was one. */
    async bind(orgId: OrganisationId, userId: UserId, role: Role): Promise<void> {
      await executor
        .insert(memberships)
        .values({ orgId, userId, role, declared: true })
        .onConflictDoUpdate({
          target: [memberships.orgId, memberships.userId],
          set: { role, declared: true },
        });
    },

    async isDeclared(orgId: OrganisationId, userId: UserId): Promise<boolean> {
      const [row] = await executor
        .select({ declared: memberships.declared })
        .from(memberships)
        .where(and(eq(memberships.orgId, orgId), eq(memberships.userId, userId)));
      return row?.declared ?? false;
    },

    /** The operator, or an identity provider for its own domain, says that the address is this person's. */
    async vouchFor(userId: UserId): Promise<void> {
      await executor.update(users).set({ emailVerified: true }).where(eq(users.id, userId));
    },
  };
}
