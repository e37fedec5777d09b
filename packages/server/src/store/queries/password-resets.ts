import { and, eq, getTableColumns, gt, isNull, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Role } from '../../kernel/access.ts';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { credentials, memberships, passwordResets, users } from '../schema.ts';

export type PasswordReset = typeof passwordResets.$inferSelect;

const KEPT_DAYS = 7;

/** Links by which a person chooses another password. */
export function createPasswordResetQueries(executor: Executor) {
  return {
    /** In place of the one before, if there was one. */
    async replace(reset: Omit<PasswordReset, 'createdAt' | 'usedAt'>): Promise<void> {
      await executor.delete(passwordResets).where(eq(passwordResets.userId, reset.userId));
      await executor.insert(passwordResets).values(reset);
    },

    async findByToken(tokenHash: string) {
      const [row] = await executor
        .select({ ...getTableColumns(passwordResets), email: users.email, disabledAt: users.disabledAt })
        .from(passwordResets)
        .innerJoin(users, eq(users.id, passwordResets.userId))
        .where(eq(passwordResets.tokenHash, tokenHash));
      return row;
    },

    /** Given to exactly one caller. */
    async claim(tokenHash: string, now: Date): Promise<PasswordReset | undefined> {
      const [row] = await executor
        .update(passwordResets)
        .set({ usedAt: now })
        .where(
          and(
            eq(passwordResets.tokenHash, tokenHash),
            isNull(passwordResets.usedAt),
            gt(passwordResets.expiresAt, now),
          ),
        )
        .returning();
      return row;
    },

    /** Everywhere that a person belongs, and as what somebody else belongs there: null, not at all. */
    listSharedOrganisations(
      userId: UserId,
      other: UserId,
    ): Promise<{ orgId: OrganisationId; role: Role; otherRole: Role | null }[]> {
      const theirs = alias(memberships, 'theirs');
      return executor
        .select({ orgId: memberships.orgId, role: memberships.role, otherRole: theirs.role })
        .from(memberships)
        .leftJoin(theirs, and(eq(theirs.orgId, memberships.orgId), eq(theirs.userId, other)))
        .where(eq(memberships.userId, userId));
    },

    async hasPassword(userId: UserId): Promise<boolean> {
      const rows = await executor
        .select({ id: credentials.id })
        .from(credentials)
        .where(and(eq(credentials.userId, userId), eq(credentials.providerId, 'credential')));
      return rows.length > 0;
    },

    async deleteLongOver(): Promise<void> {
      await executor
        .delete(passwordResets)
        .where(sql`${passwordResets.expiresAt} < now() - ${KEPT_DAYS} * interval '1 day'`);
    },
  };
}
