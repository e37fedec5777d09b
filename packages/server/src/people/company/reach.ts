import type { Role } from '../../kernel/access.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createOnlyFrom } from '../../kernel/only-from.ts';
import type { SessionScope } from '../../kernel/session-scope.ts';
import type { Organisation } from '../../store/queries/people.ts';
import type { Store } from '../../store/store.ts';
import { findSecondFactor, type ShownFactor } from '../two-factor/shown-factor.ts';

const HOUR_MS = 3_600_000;

export interface Membership {
  readonly organisation: Organisation;
  /** Its former addresses that still work. */
  readonly aliases: readonly string[];
  readonly role: Role;
}

/** Whether who asks for this address means the organisation. */
export function isAt(
  slug: string,
): (membership: Pick<Membership, 'aliases'> & { organisation: { slug: string } }) => boolean {
  return ({ aliases, organisation }) => organisation.slug === slug || aliases.includes(slug);
}

/** Why a session does not open an organisation that the person belongs to. */
export type ClosedBecause =
  /** The session began at another organisation's provider, which this one never trusted. */
  | 'other_company'
  /** The organisation wants its own provider's word. */
  | 'company_required'
  /** An operator suspended the organisation: nobody gets in. */
  | 'suspended'
  /** The organisation does not answer where the person is. */
  | 'address'
  /** The organisation wants a second factor, and the person has none. */
  | 'no_second_factor'
  /** They have one, but did not show it in this session. */
  | 'second_factor_not_shown'
  /** They showed who they are longer ago than the organisation lets it count. */
  | 'sign_in_too_old';

export interface ClosedMembership extends Membership {
  readonly because: ClosedBecause;
}

export interface Reach {
  readonly open: Membership[];
  readonly closed: ClosedMembership[];
}

/**
 * Which of a person's organisations a session opens. Whoever runs an organisation's identity provider can sign in as
 * anybody they name, so that its word opens that organisation and no other. Owners get in by their own means even
 * where the provider is required: somebody must, when it is down. What an organisation asks of sign-ins besides
 * (decision 37) holds for each of its people.
 */
export function createReach({ clock, store }: { clock: Clock; store: Store }) {
  return async function reach(session: SessionScope): Promise<Reach> {
    const memberships = await store.companySignIn.listMembershipsOf(session.userId);
    const isAsked = memberships.some(({ organisation }) => organisation.secondFactorRequired);
    const factor = isAsked ? await findSecondFactor(store, session) : 'shown';
    const result: Reach = { open: [], closed: [] };
    for (const { required, ...membership } of memberships) {
      const because =
        closedByCompany(membership, required, session) ??
        closedByOperator(membership.organisation) ??
        closedBySettings(membership.organisation, session, factor, clock.nowMs());
      if (because === undefined) result.open.push(membership);
      else result.closed.push({ ...membership, because });
    }
    return result;
  };
}

export type ReachOf = ReturnType<typeof createReach>;

function closedByCompany(
  { organisation, role }: Membership,
  required: boolean,
  { viaOrgId }: SessionScope,
): ClosedBecause | undefined {
  if (viaOrgId !== null) return viaOrgId === organisation.id ? undefined : 'other_company';
  return required && role !== 'owner' ? 'company_required' : undefined;
}

function closedByOperator({ suspendedAt }: Organisation): ClosedBecause | undefined {
  return suspendedAt === null ? undefined : 'suspended';
}

function closedBySettings(
  { addresses, addressScope, secondFactorRequired, sessionHours }: Organisation,
  { address, shownAtMs, viaOrgId }: SessionScope,
  factor: ShownFactor,
  nowMs: number,
): ClosedBecause | undefined {
  if (createOnlyFrom(addresses, addressScope)?.admits(address) === false) return 'address';
  // Who comes through the company showed there what the company asks for.
  if (secondFactorRequired && viaOrgId === null && factor !== 'shown')
    return factor === 'none' ? 'no_second_factor' : 'second_factor_not_shown';
  return nowMs >= shownAtMs + sessionHours * HOUR_MS ? 'sign_in_too_old' : undefined;
}
