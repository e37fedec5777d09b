import { and, desc, eq, gt, isNull, lt, ne, sql } from 'drizzle-orm';
import type { OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { credentials, pendingSignIns, rememberedBrowsers, sessions, users } from '../schema.ts';

/** Sessions and passwords, as rows that better-auth reads. */
export function createSessionQueries(executor: Executor) {
  async function holdEnabled(userId: UserId): Promise<boolean> {
    const rows = await executor
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.id, userId), isNull(users.disabledAt)))
      .for('share');
    return rows.length === 1;
  }

  return {
    async createSession(session: {
      id: string;
      tokenHash: string;
      userId: UserId;
      userAgent: string;
      amr: string;
      at: Date;
      expiresAt: Date;
      viaOrgId: OrganisationId | null;
      confirmedAt: Date;
    }): Promise<void> {
      const { at, tokenHash: token, ...row } = session;
      await executor.insert(sessions).values({ ...row, token, ipAddress: '', createdAt: at, updatedAt: at });
    },

    /** Whether somebody is there and not disabled; if so, nobody disables them until the transaction ends. */
    holdEnabled,

    /**
     * Whether the password is still the one with this hash, of somebody who is not disabled; if so, both stay so until
     * the transaction ends.
     */
    async holdPassword(userId: UserId, passwordHash: string): Promise<boolean> {
      // As a reset does it: the person first, or each would wait for the other.
      if (!(await holdEnabled(userId))) return false;
      const rows = await executor
        .select({ id: credentials.id })
        .from(credentials)
        .where(
          and(
            eq(credentials.userId, userId),
            eq(credentials.providerId, 'credential'),
            eq(credentials.password, passwordHash),
          ),
        )
        .for('no key update');
      return rows.length === 1;
    },

    /** A person's sessions that are not over, the newest first. */
    async listSessions(userId: UserId, at: Date) {
      return executor
        .select({
          id: sessions.id,
          userAgent: sessions.userAgent,
          amr: sessions.amr,
          createdAt: sessions.createdAt,
          expiresAt: sessions.expiresAt,
        })
        .from(sessions)
        .where(and(eq(sessions.userId, userId), gt(sessions.expiresAt, at)))
        .orderBy(desc(sessions.createdAt))
        .limit(SESSIONS_MAX);
    },

    /** False: the person has no such session. */
    async endSession(userId: UserId, sessionId: string): Promise<boolean> {
      const rows = await executor
        .delete(sessions)
        .where(and(eq(sessions.userId, userId), eq(sessions.id, sessionId)))
        .returning({ id: sessions.id });
      return rows.length === 1;
    },

    /** All of a person's but this one, if one is named. How many they were. */
    async endSessions(userId: UserId, butSessionId?: string): Promise<number> {
      const others = butSessionId === undefined ? undefined : ne(sessions.id, butSessionId);
      const rows = await executor
        .delete(sessions)
        .where(and(eq(sessions.userId, userId), others))
        .returning({ id: sessions.id });
      return rows.length;
    },

    async deleteExpired(): Promise<void> {
      await executor.delete(sessions).where(lt(sessions.expiresAt, sql`now()`));
    },

    async confirmSession(userId: UserId, sessionId: string, amr: string, at: Date): Promise<void> {
      await executor
        .update(sessions)
        .set({ amr, confirmedAt: at })
        .where(and(eq(sessions.userId, userId), eq(sessions.id, sessionId)));
    },

    /** That the person has shown something besides in this session. */
    async addAmr(userId: UserId, sessionId: string, word: string): Promise<void> {
      await executor
        .update(sessions)
        .set({ amr: sql`${sessions.amr} || ' ' || ${word}` })
        .where(
          and(
            eq(sessions.userId, userId),
            eq(sessions.id, sessionId),
            sql`not ${word} = any(string_to_array(${sessions.amr}, ' '))`,
          ),
        );
    },

    /** Whose address it is, and the hash of the password; who signs in otherwise has none. */
    async findPassword(who: { email: string } | { userId: UserId }) {
      const isTheirs = 'email' in who ? eq(users.email, who.email) : eq(users.id, who.userId);
      const [row] = await executor
        .select({ userId: users.id, passwordHash: credentials.password, disabledAt: users.disabledAt })
        .from(users)
        .leftJoin(
          credentials,
          and(eq(credentials.userId, users.id), eq(credentials.providerId, 'credential')),
        )
        .where(isTheirs);
      return row;
    },

    /** Whoever knew the former one is a stranger from now on, also where a second factor was given. */
    async replacePassword(userId: UserId, passwordHash: string): Promise<void> {
      await executor
        .insert(credentials)
        .values({
          id: `${userId}_password`,
          accountId: userId,
          providerId: 'credential',
          userId,
          password: passwordHash,
        })
        .onConflictDoUpdate({ target: credentials.id, set: { password: passwordHash } });
      // First those under way: what one of them remembers while it is being finished is there once it is through.
      for (const table of [pendingSignIns, rememberedBrowsers])
        await executor.delete(table).where(eq(table.userId, userId));
    },

    async rename(userId: UserId, name: string): Promise<void> {
      await executor.update(users).set({ name }).where(eq(users.id, userId));
    },
  };
}

const SESSIONS_MAX = 100;
