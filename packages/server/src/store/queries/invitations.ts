import { and, asc, count, desc, eq, getTableColumns, gt, isNull, or, sql } from 'drizzle-orm';
import type { InvitationId, OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Executor } from '../database.ts';
import { invitations, organisations, users } from '../schema.ts';

export type Invitation = typeof invitations.$inferSelect;

/** An invitation with the names that a page shows. */
export interface NamedInvitation extends Invitation {
  readonly organisation: { readonly slug: string; readonly name: string; readonly suspendedAt: Date | null };
  /** Null: the operator's, or of somebody whose account is gone. */
  readonly inviterName: string | null;
}

const KEPT_DAYS = 90;

/** Links by which people join an organisation. */
export function createInvitationQueries(executor: Executor) {
  const { orgId: ofOrg, id: ofId, usedAt, withdrawnAt, expiresAt } = invitations;
  const isOpen = and(isNull(usedAt), isNull(withdrawnAt));
  /** As fine as a cursor says it. */
  const atMs = sql`date_trunc('milliseconds', ${invitations.createdAt})`;

  return {
    async create(invitation: typeof invitations.$inferInsert): Promise<void> {
      await executor.insert(invitations).values(invitation);
    },

    /** Those that nobody used or withdrew, expired ones too; newest first, from after `before`. */
    listOpen(orgId: OrganisationId, page: { limit: number; before?: { at: Date; id: string } | undefined }) {
      const { before } = page;
      const isOnPage =
        before === undefined
          ? undefined
          : or(
              sql`${atMs} < ${before.at.toISOString()}::timestamptz`,
              and(
                sql`${atMs} = ${before.at.toISOString()}::timestamptz`,
                gt(ofId, before.id as InvitationId),
              ),
            );
      return executor
        .select({ ...getTableColumns(invitations), inviterName: users.name, inviterEmail: users.email })
        .from(invitations)
        .leftJoin(users, eq(users.id, invitations.invitedBy))
        .where(and(eq(ofOrg, orgId), isOpen, isOnPage))
        .orderBy(desc(atMs), asc(ofId))
        .limit(page.limit);
    },

    async countOpen(orgId: OrganisationId): Promise<number> {
      const [row] = await executor
        .select({ open: count() })
        .from(invitations)
        .where(and(eq(ofOrg, orgId), isOpen));
      return row?.open ?? 0;
    },

    async findOpen(orgId: OrganisationId, id: InvitationId): Promise<Invitation | undefined> {
      const [row] = await executor
        .select()
        .from(invitations)
        .where(and(eq(ofOrg, orgId), eq(ofId, id), isOpen));
      return row;
    },

    /** Whoever holds the link may see what it says; whether it is still good is in the row. */
    async findByToken(tokenHash: string): Promise<NamedInvitation | undefined> {
      const [row] = await executor
        .select({
          ...getTableColumns(invitations),
          organisation: {
            slug: organisations.slug,
            name: organisations.name,
            suspendedAt: organisations.suspendedAt,
          },
          inviterName: users.name,
        })
        .from(invitations)
        .innerJoin(organisations, eq(organisations.id, invitations.orgId))
        .leftJoin(users, eq(users.id, invitations.invitedBy))
        .where(eq(invitations.tokenHash, tokenHash));
      return row;
    },

    /** True for exactly one caller. */
    async claim(tokenHash: string, usedBy: UserId, now: Date): Promise<boolean> {
      const rows = await executor
        .update(invitations)
        .set({ usedAt: now, usedBy })
        .where(and(eq(invitations.tokenHash, tokenHash), isOpen, gt(expiresAt, now)))
        .returning({ id: ofId });
      return rows.length === 1;
    },

    /** False: it is used, withdrawn, or was never there. */
    async withdraw(orgId: OrganisationId, id: InvitationId, now: Date): Promise<boolean> {
      const rows = await executor
        .update(invitations)
        .set({ withdrawnAt: now })
        .where(and(eq(ofOrg, orgId), eq(ofId, id), isOpen))
        .returning({ id: ofId });
      return rows.length === 1;
    },

    async withdrawAll(orgId: OrganisationId, now: Date): Promise<void> {
      await executor
        .update(invitations)
        .set({ withdrawnAt: now })
        .where(and(eq(ofOrg, orgId), isOpen));
    },

    /** With another link, by whoever asks for it; the link before stops working. */
    async renew(
      orgId: OrganisationId,
      id: InvitationId,
      becomes: { readonly tokenHash: string; readonly invitedBy: UserId; readonly expiresAt: Date },
    ): Promise<boolean> {
      const rows = await executor
        .update(invitations)
        .set(becomes)
        .where(and(eq(ofOrg, orgId), eq(ofId, id), isOpen))
        .returning({ id: ofId });
      return rows.length === 1;
    },

    async deleteLongOver(): Promise<void> {
      await executor.delete(invitations).where(sql`
        least(${expiresAt}, ${usedAt}, ${withdrawnAt}) < now() - ${KEPT_DAYS} * interval '1 day'`);
    },
  };
}
