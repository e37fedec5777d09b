import { asc, count, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { operators, users } from '../schema.ts';

export interface ListedOperator {
  readonly userId: UserId;
  readonly name: string;
  readonly email: string;
  readonly declared: boolean;
  readonly isDisabled: boolean;
  readonly since: Date;
}

const OPERATORS_LOCK = 0x6c61_6f70; // 'laop'

/** Who looks after the installation. */
export function createOperatorQueries(executor: Executor) {
  return {
    async isOperator(userId: UserId): Promise<boolean> {
      const rows = await executor
        .select({ userId: operators.userId })
        .from(operators)
        .where(eq(operators.userId, userId));
      return rows.length === 1;
    },

    /** The same, and it stays so until the transaction ends. */
    async hold(userId: UserId): Promise<boolean> {
      const rows = await executor
        .select({ userId: operators.userId })
        .from(operators)
        .where(eq(operators.userId, userId))
        .for('share');
      return rows.length === 1;
    },

    list(): Promise<ListedOperator[]> {
      return executor
        .select({
          userId: users.id,
          name: users.name,
          email: users.email,
          declared: operators.declared,
          isDisabled: sql<boolean>`${users.disabledAt} is not null`,
          since: operators.createdAt,
        })
        .from(operators)
        .innerJoin(users, eq(users.id, operators.userId))
        .orderBy(asc(users.email));
    },

    /** Until the transaction ends nobody else changes who the operators are, or two could remove the last two. */
    async lock(): Promise<void> {
      await executor.execute(sql`select pg_advisory_xact_lock(${OPERATORS_LOCK})`);
    },

    /** Whoever is disabled looks after nothing. */
    async countEnabled(): Promise<number> {
      const [row] = await executor
        .select({ operators: count() })
        .from(operators)
        .innerJoin(users, eq(users.id, operators.userId))
        .where(isNull(users.disabledAt));
      return row?.operators ?? 0;
    },

    async find(userId: UserId): Promise<{ declared: boolean } | undefined> {
      const [row] = await executor
        .select({ declared: operators.declared })
        .from(operators)
        .where(eq(operators.userId, userId));
      return row;
    },

    /** False: they were one before. `declared` is set either way. */
    async add(userId: UserId, { declared }: { declared: boolean }): Promise<boolean> {
      const rows = await executor
        .insert(operators)
        .values({ userId, declared })
        .onConflictDoNothing()
        .returning({ userId: operators.userId });
      if (rows.length === 0 && declared)
        await executor.update(operators).set({ declared }).where(eq(operators.userId, userId));
      return rows.length === 1;
    },

    async remove(userIds: readonly UserId[]): Promise<void> {
      if (userIds.length > 0) await executor.delete(operators).where(inArray(operators.userId, [...userIds]));
    },

    /** The accounts of these addresses, and whether somebody vouched that the address is theirs. */
    async accountsOf(
      emails: readonly string[],
    ): Promise<{ userId: UserId; email: string; isVouchedFor: boolean; isDisabled: boolean }[]> {
      if (emails.length === 0) return [];
      return executor
        .select({
          userId: users.id,
          email: users.email,
          isVouchedFor: users.emailVerified,
          isDisabled: sql<boolean>`${users.disabledAt} is not null`,
        })
        .from(users)
        .where(inArray(users.email, [...emails]));
    },
  };
}
