import { and, asc, count, eq, isNotNull, isNull, ne, sql } from 'drizzle-orm';
import type { Role } from '../../kernel/access.ts';
import type { CallLimits, OrganisationQuota } from '../../kernel/call-limits.ts';
import type { AgentId, OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import {
  agents,
  credentials,
  grants,
  memberships,
  organisations,
  organisationSlugs,
  sessions,
  setupTokens,
  users,
  type TokenMode,
} from '../schema.ts';

export type Organisation = typeof organisations.$inferSelect;
export type Agent = typeof agents.$inferSelect;

const SETUP_LOCK = 0x6c61_7375; // 'lasu'

/** Organisations, who belongs to them as what, and their agents. */
export function createPeopleQueries(executor: Executor) {
  return {
    async countUsers(): Promise<number> {
      const [row] = await executor.select({ users: count() }).from(users);
      return row?.users ?? 0;
    },

    /** With the credential that better-auth looks for at sign-in. False if the address is taken; it comes in lower case. */
    async createUser(user: {
      id: UserId;
      email: string;
      name: string;
      emailVerified: boolean;
      passwordHash: string;
    }): Promise<boolean> {
      const { passwordHash, ...row } = user;
      const rows = await executor
        .insert(users)
        .values(row)
        .onConflictDoNothing({ target: users.email })
        .returning({ id: users.id });
      if (rows.length === 0) return false;
      await executor.insert(credentials).values({
        id: `${user.id}_password`,
        accountId: user.id,
        providerId: 'credential',
        userId: user.id,
        password: passwordHash,
      });
      return true;
    },

    async findUser(userId: UserId) {
      const [user] = await executor
        .select({ id: users.id, name: users.name, email: users.email, disabledAt: users.disabledAt })
        .from(users)
        .where(eq(users.id, userId));
      return user;
    },

    async findUserByEmail(email: string): Promise<UserId | undefined> {
      const [user] = await executor.select({ id: users.id }).from(users).where(eq(users.email, email));
      return user?.id;
    },

    /** False: it was so before. Whoever is disabled has no session left. */
    async setDisabled(userId: UserId, disabled: boolean): Promise<boolean> {
      const rows = await executor
        .update(users)
        .set({ disabledAt: disabled ? sql`now()` : null })
        .where(and(eq(users.id, userId), disabled ? isNull(users.disabledAt) : isNotNull(users.disabledAt)))
        .returning({ id: users.id });
      if (disabled) await executor.delete(sessions).where(eq(sessions.userId, userId));
      return rows.length === 1;
    },

    /** False if the slug is taken, or ever was another organisation's. */
    async createOrganisation(organisation: {
      id: OrganisationId;
      slug: string;
      name: string;
      tokenMode: TokenMode;
    }): Promise<boolean> {
      const { id, name, slug, tokenMode } = organisation;
      // One statement: an address without its organisation would be lost to everybody.
      const { rows } = await executor.execute(sql`
        with claimed as (
          insert into ${organisationSlugs} (slug, org_id) values (${slug}, ${id})
          on conflict (slug) do nothing returning slug
        )
        insert into ${organisations} (id, slug, name, token_mode)
        select ${id}, slug, ${name}, ${tokenMode} from claimed
        returning id`);
      return rows.length === 1;
    },

    listOrganisations(): Promise<Organisation[]> {
      return executor
        .select()
        .from(organisations)
        .where(isNull(organisations.deletedAt))
        .orderBy(asc(organisations.slug));
    },

    /** By the operator's file. */
    async declareOrganisation(
      slug: string,
      settings: { name: string; tokenMode: TokenMode; refreshDays: number },
    ): Promise<void> {
      await executor
        .update(organisations)
        .set({ ...settings, declared: true })
        .where(eq(organisations.slug, slug));
    },

    /** Those that the operator's file does not name any more are their owners' to rename and delete. */
    async keepDeclared(slugs: readonly string[]): Promise<void> {
      await executor
        .update(organisations)
        .set({ declared: false })
        .where(
          and(organisations.declared, sql`${organisations.slug} <> all(${sql.param([...slugs])}::text[])`),
        );
    },

    /** False: it is not as `was` says. */
    async changeSettings(
      orgId: OrganisationId,
      was: { readonly name: string; readonly refreshDays: number },
      becomes: { readonly name: string; readonly refreshDays: number },
    ): Promise<boolean> {
      const { id, name, refreshDays } = organisations;
      const rows = await executor
        .update(organisations)
        .set(becomes)
        .where(and(eq(id, orgId), eq(name, was.name), eq(refreshDays, was.refreshDays)))
        .returning({ id });
      return rows.length === 1;
    },

    /** False: it is not as `was` says. */
    async changeCallLimits(orgId: OrganisationId, was: CallLimits, becomes: CallLimits): Promise<boolean> {
      const { callsPerKey, callsPerOrganisation, id } = organisations;
      const rows = await executor
        .update(organisations)
        .set({ callsPerKey: becomes.perKey, callsPerOrganisation: becomes.perOrganisation })
        .where(
          and(
            eq(id, orgId),
            sql`${callsPerKey} is not distinct from ${was.perKey}::int`,
            sql`${callsPerOrganisation} is not distinct from ${was.perOrganisation}::int`,
          ),
        )
        .returning({ id });
      return rows.length === 1;
    },

    /** False: it is not as `was` says. */
    async changeQuota(
      orgId: OrganisationId,
      was: OrganisationQuota,
      becomes: OrganisationQuota,
    ): Promise<boolean> {
      const { callsAtOnce, callsAtOncePerKey, id, monthlyCalls, monthlyCredits } = organisations;
      const rows = await executor
        .update(organisations)
        .set(becomes)
        .where(
          and(
            eq(id, orgId),
            sql`${monthlyCalls} is not distinct from ${was.monthlyCalls}::bigint`,
            sql`${monthlyCredits} is not distinct from ${was.monthlyCredits}::bigint`,
            sql`${callsAtOncePerKey} is not distinct from ${was.callsAtOncePerKey}::int`,
            sql`${callsAtOnce} is not distinct from ${was.callsAtOnce}::int`,
          ),
        )
        .returning({ id });
      return rows.length === 1;
    },

    /** By the address of today alone: what people ask for is found by `organisationSlugs`. */
    async findOrganisationBySlug(slug: string): Promise<Organisation | undefined> {
      const { deletedAt, slug: name } = organisations;
      const [organisation] = await executor
        .select()
        .from(organisations)
        .where(and(eq(name, slug), isNull(deletedAt)));
      return organisation;
    },

    async findOrganisation(orgId: OrganisationId): Promise<Organisation | undefined> {
      const { deletedAt, id } = organisations;
      const [organisation] = await executor
        .select()
        .from(organisations)
        .where(and(eq(id, orgId), isNull(deletedAt)));
      return organisation;
    },

    /** What was decided or issued before is refused from now on. After `lockMembers`: the time is that of the lock. */
    async invalidateTokens(orgId: OrganisationId): Promise<void> {
      await executor
        .update(organisations)
        .set({ tokensValidFrom: sql`clock_timestamp()` })
        .where(eq(organisations.id, orgId));
    },

    /** False: it was so before. */
    async setSuspended(orgId: OrganisationId, suspended: boolean): Promise<boolean> {
      const { deletedAt, suspendedAt } = organisations;
      const rows = await executor
        .update(organisations)
        .set({ suspendedAt: suspended ? sql`now()` : null })
        .where(
          and(
            eq(organisations.id, orgId),
            isNull(deletedAt),
            suspended ? isNull(suspendedAt) : isNotNull(suspendedAt),
          ),
        )
        .returning({ id: organisations.id });
      return rows.length === 1;
    },

    /** The organisations that a user belongs to and the role held in each, by name. */
    listOrganisationsOf(userId: UserId): Promise<{ organisation: Organisation; role: Role }[]> {
      return executor
        .select({ organisation: organisations, role: memberships.role })
        .from(memberships)
        .innerJoin(organisations, eq(organisations.id, memberships.orgId))
        .where(eq(memberships.userId, userId))
        .orderBy(asc(organisations.name));
    },

    async addMember(orgId: OrganisationId, userId: UserId, role: Role): Promise<void> {
      await executor.insert(memberships).values({ orgId, userId, role });
    },

    /** Undefined for strangers, and for who is disabled. */
    async roleOf(orgId: OrganisationId, userId: UserId): Promise<Role | undefined> {
      const [row] = await executor
        .select({ role: memberships.role })
        .from(memberships)
        .innerJoin(users, eq(users.id, memberships.userId))
        .where(and(eq(memberships.orgId, orgId), eq(memberships.userId, userId), isNull(users.disabledAt)));
      return row?.role;
    },

    /** Until the transaction ends the person joins no organisation, and no session of theirs begins. */
    async lockUser(userId: UserId): Promise<void> {
      await executor.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update');
    },

    /** What the membership says, also of who is disabled. */
    async heldRoleOf(orgId: OrganisationId, userId: UserId): Promise<Role | undefined> {
      const [row] = await executor
        .select({ role: memberships.role })
        .from(memberships)
        .where(and(eq(memberships.orgId, orgId), eq(memberships.userId, userId)));
      return row?.role;
    },

    /** Until the transaction ends nobody else changes who belongs to the organisation as what, and no grant begins. */
    async lockMembers(orgId: OrganisationId): Promise<void> {
      await executor
        .select({ id: organisations.id })
        .from(organisations)
        .where(eq(organisations.id, orgId))
        .for('update');
    },

    async countMembers(orgId: OrganisationId): Promise<number> {
      const [row] = await executor
        .select({ members: count() })
        .from(memberships)
        .where(eq(memberships.orgId, orgId));
      return row?.members ?? 0;
    },

    /** Whether somebody else owns the organisation, too. Who is disabled owns nothing. */
    async hasOtherOwner(orgId: OrganisationId, userId: UserId): Promise<boolean> {
      const rows = await executor
        .select({ userId: memberships.userId })
        .from(memberships)
        .innerJoin(users, eq(users.id, memberships.userId))
        .where(
          and(
            eq(memberships.orgId, orgId),
            eq(memberships.role, 'owner'),
            ne(memberships.userId, userId),
            isNull(users.disabledAt),
          ),
        )
        .limit(1);
      return rows.length === 1;
    },

    async setRole(orgId: OrganisationId, userId: UserId, role: Role): Promise<boolean> {
      const rows = await executor
        .update(memberships)
        .set({ role })
        .where(and(eq(memberships.orgId, orgId), eq(memberships.userId, userId)))
        .returning({ userId: memberships.userId });
      return rows.length === 1;
    },

    async removeMember(orgId: OrganisationId, userId: UserId): Promise<boolean> {
      const rows = await executor
        .delete(memberships)
        .where(and(eq(memberships.orgId, orgId), eq(memberships.userId, userId)))
        .returning({ userId: memberships.userId });
      return rows.length === 1;
    },

    listMembers(orgId: OrganisationId) {
      return executor
        .select({ userId: users.id, name: users.name, email: users.email, role: memberships.role })
        .from(memberships)
        .innerJoin(users, eq(users.id, memberships.userId))
        .where(eq(memberships.orgId, orgId))
        .orderBy(asc(users.email));
    },

    async createAgent(agent: {
      id: AgentId;
      orgId: OrganisationId;
      name: string;
      role: Role;
      createdBy: UserId;
    }): Promise<boolean> {
      const rows = await executor
        .insert(agents)
        .values(agent)
        .onConflictDoNothing({ target: [agents.orgId, agents.name] })
        .returning({ id: agents.id });
      return rows.length === 1;
    },

    async findAgent(orgId: OrganisationId, agentId: AgentId): Promise<Agent | undefined> {
      const [agent] = await executor
        .select()
        .from(agents)
        .where(and(eq(agents.orgId, orgId), eq(agents.id, agentId)));
      return agent;
    },

    /** False: there is no such agent, or it was so before. */
    async setAgentSuspended(orgId: OrganisationId, agentId: AgentId, suspended: boolean): Promise<boolean> {
      const { suspendedAt } = agents;
      const rows = await executor
        .update(agents)
        .set({ suspendedAt: suspended ? sql`now()` : null })
        .where(
          and(
            eq(agents.orgId, orgId),
            eq(agents.id, agentId),
            suspended ? isNull(suspendedAt) : isNotNull(suspendedAt),
          ),
        )
        .returning({ id: agents.id });
      return rows.length === 1;
    },

    /** With its keys, its grants and the client that it was made with. False: there is no such agent. */
    async deleteAgent(orgId: OrganisationId, agentId: AgentId): Promise<boolean> {
      // First, because a client is not deleted while there are grants of it.
      await executor.delete(grants).where(and(eq(grants.orgId, orgId), eq(grants.agentId, agentId)));
      const rows = await executor
        .delete(agents)
        .where(and(eq(agents.orgId, orgId), eq(agents.id, agentId)))
        .returning({ id: agents.id });
      return rows.length === 1;
    },

    /** Until the transaction ends nobody else sets up, on whichever node. */
    async lockSetup(): Promise<void> {
      await executor.execute(sql`select pg_advisory_xact_lock(${SETUP_LOCK})`);
    },

    /** Any earlier set-up token stops working. */
    async replaceSetupToken(tokenHash: string): Promise<void> {
      await executor.delete(setupTokens);
      await executor.insert(setupTokens).values({ tokenHash });
    },

    /** True for exactly one caller: the row is gone afterwards. */
    async claimSetupToken(tokenHash: string): Promise<boolean> {
      const rows = await executor
        .delete(setupTokens)
        .where(eq(setupTokens.tokenHash, tokenHash))
        .returning({ tokenHash: setupTokens.tokenHash });
      return rows.length === 1;
    },

    async setupTokenExists(tokenHash: string): Promise<boolean> {
      const rows = await executor
        .select({ tokenHash: setupTokens.tokenHash })
        .from(setupTokens)
        .where(eq(setupTokens.tokenHash, tokenHash));
      return rows.length === 1;
    },
  };
}
