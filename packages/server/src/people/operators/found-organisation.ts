import { recordEvent } from '../../audit/record-event.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId, type OrganisationId, type RequestId, type UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { hashSecret, randomToken } from '../../kernel/secret.ts';
import type { Queries, Store } from '../../store/store.ts';
import { createOrganisation, type OrganisationFault } from '../organisations/create-organisation.ts';
import { refusableTransaction } from '../refusable-transaction.ts';

/** How long the first owner has to use the link. */
export const OWNER_LINK_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1000;

/** `forbidden`: who asks for it is no operator. */
export type FoundFault = OrganisationFault | 'forbidden';
export type OwnerLinkFault = 'forbidden' | 'no_such_organisation' | 'has_people' | 'suspended';

export interface OwnerLink {
  /** Known this one time. */
  readonly token: string;
  readonly expiresAt: Date;
}

export interface By {
  readonly userId: UserId;
  readonly requestId: RequestId;
}

/** Organisations that operators make for others: empty, with a link for whoever is to own them. */
export function createFoundOrganisation({ store, clock }: { store: Store; clock: Clock }) {
  /**
   * Names no address: a link of the operator's that did would vouch for the address, and open what is declared for it in
   * other organisations, which no operator decides on a page.
   */
  async function invite(queries: Queries, orgId: OrganisationId, by: By): Promise<OwnerLink> {
    const token = randomToken();
    const id = newId('inv');
    const nowMs = clock.nowMs();
    const expiresAt = new Date(nowMs + OWNER_LINK_DAYS * DAY_MS);
    await queries.invitations.create({
      id,
      orgId,
      tokenHash: hashSecret(token),
      role: 'owner',
      email: null,
      invitedBy: null,
      days: OWNER_LINK_DAYS,
      createdAt: new Date(nowMs),
      expiresAt,
    });
    await trace(queries, { orgId, by, action: 'invitation.created', target: id, detail: { role: 'owner' } });
    return { token, expiresAt };
  }

  function trace(
    queries: Queries,
    act: { orgId: OrganisationId; by: By; action: string; target: string; detail: Record<string, unknown> },
  ): Promise<void> {
    const { by, ...entry } = act;
    const actor = { kind: 'operator', id: by.userId } as const;
    return recordEvent(queries, clock, { ...entry, actor, requestId: by.requestId, outcome: 'ok' });
  }

  return {
    found(wanted: {
      name: string;
      slug: string;
      by: By;
    }): Promise<Result<OwnerLink & { orgId: OrganisationId; slug: string }, FoundFault>> {
      const { by, name, slug } = wanted;
      return refusableTransaction(store, async (queries) => {
        if (!(await queries.operators.hold(by.userId))) return fail('forbidden');
        const made = await createOrganisation(queries, { name, slug, tokenMode: 'token' });
        if (!made.ok) return made;
        const { orgId } = made.value;
        const detail = { slug: made.value.slug };
        await trace(queries, { orgId, by, action: 'organisation.created', target: orgId, detail });
        return ok({ ...made.value, ...(await invite(queries, orgId, by)) });
      });
    },

    /** Another link for an organisation that nobody belongs to yet; those before stop working. Into others leads none. */
    ownerLink({ by, orgId }: { orgId: OrganisationId; by: By }): Promise<Result<OwnerLink, OwnerLinkFault>> {
      return refusableTransaction<OwnerLink, OwnerLinkFault>(store, async (queries) => {
        if (!(await queries.operators.hold(by.userId))) return fail('forbidden');
        await queries.people.lockMembers(orgId);
        const organisation = await queries.people.findOrganisation(orgId);
        if (organisation === undefined) return fail('no_such_organisation');
        if (organisation.suspendedAt !== null) return fail('suspended');
        if ((await queries.people.countMembers(orgId)) > 0) return fail('has_people');
        await queries.invitations.withdrawAll(orgId, new Date(clock.nowMs()));
        return ok(await invite(queries, orgId, by));
      });
    },
  };
}

export type FoundOrganisation = ReturnType<typeof createFoundOrganisation>;
