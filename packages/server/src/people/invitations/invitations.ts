import { personOrOperator } from '../../audit/entry.ts';
import { recordEvent } from '../../audit/record-event.ts';
import type { Role } from '../../kernel/access.ts';
import type { Clock } from '../../kernel/clock.ts';
import {
  newId,
  type InvitationId,
  type OrganisationId,
  type RequestId,
  type UserId,
} from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { hashSecret, randomToken } from '../../kernel/secret.ts';
import type { NamedInvitation } from '../../store/queries/invitations.ts';
import type { Queries, Store } from '../../store/store.ts';
import { parseEmail } from '../email.ts';
import { canChangeRole } from '../policy.ts';
import { refusableTransaction } from '../refusable-transaction.ts';
import { faultOf, type InvitationFault } from './invitation-state.ts';
import { join, joinAsNew } from './join.ts';

export const INVITATION_DAYS = [1, 2, 7, 30] as const;
export type InvitationDays = (typeof INVITATION_DAYS)[number];

/** Of one organisation, so that a stolen session cannot fill the table. */
const OPEN_MAX = 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

export type InviteFault = 'forbidden' | 'email_invalid' | 'already_member' | 'too_many' | 'not_open';

/** Who asks for it, and has to be allowed to; unset: the operator. */
type By = { readonly userId: UserId; readonly requestId: RequestId } | undefined;

/** The one time that the token of a link is known. */
export interface MadeLink {
  readonly id: InvitationId;
  readonly token: string;
  readonly expiresAt: Date;
}

/** Links by which people join an organisation. No mail is sent: whoever makes one hands it over. */
export function createInvitations({ store, clock }: { store: Store; clock: Clock }) {
  const now = () => new Date(clock.nowMs());
  const fresh = (days: number) => {
    const token = randomToken();
    return { token, tokenHash: hashSecret(token), expiresAt: new Date(clock.nowMs() + days * DAY_MS) };
  };

  function trace(
    queries: Queries,
    act: {
      orgId: OrganisationId;
      by: By;
      action: string;
      target: InvitationId;
      detail: Record<string, unknown>;
    },
  ): Promise<void> {
    const { by, ...entry } = act;
    return recordEvent(queries, clock, {
      ...entry,
      actor: personOrOperator(by),
      requestId: by?.requestId,
      outcome: 'ok',
    });
  }

  /** Holds the organisation's members still, and judges by the role that the asker has now. */
  async function mayGive(queries: Queries, orgId: OrganisationId, by: By, role: Role): Promise<boolean> {
    await queries.people.lockMembers(orgId);
    if (by === undefined) return true;
    const asks = await queries.people.roleOf(orgId, by.userId);
    return asks !== undefined && canChangeRole(asks, undefined, role);
  }

  return {
    /** Those that nobody used or withdrew. */
    list: store.invitations.listOpen,

    create(wanted: {
      orgId: OrganisationId;
      role: Role;
      /** Empty: for whoever has the link. */
      email: string;
      days: InvitationDays;
      by?: By;
    }): Promise<Result<MadeLink, InviteFault>> {
      const { by, days, orgId, role } = wanted;
      const email = wanted.email.trim() === '' ? null : parseEmail(wanted.email);
      return refusableTransaction<MadeLink, InviteFault>(store, async (queries) => {
        if (!(await mayGive(queries, orgId, by, role))) return fail('forbidden');
        if (email === undefined) return fail('email_invalid');
        if (email !== null && (await isMember(queries, orgId, email))) return fail('already_member');
        if ((await queries.invitations.countOpen(orgId)) >= OPEN_MAX) return fail('too_many');
        const id = newId('inv');
        const { token, ...link } = fresh(days);
        await queries.invitations.create({
          id,
          orgId,
          role,
          email,
          days,
          invitedBy: by?.userId ?? null,
          createdAt: now(),
          ...link,
        });
        const detail = { role, email, days };
        await trace(queries, { orgId, by, action: 'invitation.created', target: id, detail });
        return ok({ id, token, expiresAt: link.expiresAt });
      });
    },

    /** Whoever may give its role may take it back. */
    withdraw({ by, id, orgId }: { orgId: OrganisationId; id: InvitationId; by: NonNullable<By> }) {
      return refusableTransaction<void, InviteFault>(store, async (queries) => {
        const invitation = await queries.invitations.findOpen(orgId, id);
        // Who may not even invite a viewer sees no invitations, and learns nothing of which there are.
        if (!(await mayGive(queries, orgId, by, invitation?.role ?? 'viewer'))) return fail('forbidden');
        if (!(await queries.invitations.withdraw(orgId, id, now()))) return fail('not_open');
        const { email, role } = invitation ?? {};
        const detail = { role, email };
        await trace(queries, { orgId, by, action: 'invitation.withdrawn', target: id, detail });
        return ok(undefined);
      });
    },

    /** Another link in place of the one before, good for as long anew; it hangs on the right of whoever renews it. */
    renew({ by, id, orgId }: { orgId: OrganisationId; id: InvitationId; by: NonNullable<By> }) {
      return refusableTransaction<MadeLink, InviteFault>(store, async (queries) => {
        const invitation = await queries.invitations.findOpen(orgId, id);
        if (!(await mayGive(queries, orgId, by, invitation?.role ?? 'viewer'))) return fail('forbidden');
        if (invitation === undefined) return fail('not_open');
        const { token, ...link } = fresh(invitation.days);
        if (!(await queries.invitations.renew(orgId, id, { ...link, invitedBy: by.userId })))
          return fail('not_open');
        const { days, email, role } = invitation;
        const detail = { role, email, days };
        await trace(queries, { orgId, by, action: 'invitation.renewed', target: id, detail });
        return ok({ id, token, expiresAt: link.expiresAt });
      });
    },

    /** What a link is for, and why it lets nobody in, if so. Undefined: there is no such link. */
    async look(
      token: string,
    ): Promise<{ invitation: NamedInvitation; fault: InvitationFault | undefined } | undefined> {
      const invitation = await store.invitations.findByToken(hashSecret(token));
      return invitation && { invitation, fault: await faultOf(store, invitation, now()) };
    },

    /** Whether somebody belongs to an organisation that they are invited to. */
    belongs: async (orgId: OrganisationId, userId: UserId): Promise<boolean> =>
      (await store.people.heldRoleOf(orgId, userId)) !== undefined,

    join: (by: Parameters<typeof join>[1]) => join({ store, clock }, by),
    joinAsNew: (by: Parameters<typeof joinAsNew>[1]) => joinAsNew({ store, clock }, by),
  };
}

export type Invitations = ReturnType<typeof createInvitations>;

async function isMember(queries: Queries, orgId: OrganisationId, email: string): Promise<boolean> {
  const userId = await queries.people.findUserByEmail(email);
  return userId !== undefined && (await queries.people.heldRoleOf(orgId, userId)) !== undefined;
}
