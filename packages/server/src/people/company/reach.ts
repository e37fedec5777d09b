import type { Role } from '../../kernel/access.ts';
import type { OrganisationId } from '../../kernel/ids.ts';
import type { SessionScope } from '../../kernel/session-scope.ts';
import type { Organisation } from '../../store/queries/people.ts';
import type { Store } from '../../store/store.ts';

export interface Membership {
  readonly organisation: Organisation;
  readonly role: Role;
}

/** Why a session does not open an organisation that the person belongs to. */
export type ClosedBecause =
  /** The session began at another organisation's provider, which this one never trusted. */
  | 'other_company'
  /** The organisation wants its own provider's word. */
  | 'company_required';

export interface Reach {
  readonly open: Membership[];
  readonly closed: (Membership & { readonly because: ClosedBecause })[];
}

/**
 * Which of a person's organisations a session opens. Whoever runs an organisation's identity provider can sign in as
 * anybody they name, so that its word opens that organisation and no other. Owners get in by their own means even
 * where the provider is required: somebody must, when it is down.
 */
export function createReach({ store }: { store: Store }) {
  return async function reach({ userId, viaOrgId }: SessionScope): Promise<Reach> {
    const memberships = await store.companySignIn.listMembershipsOf(userId);
    const result: Reach = { open: [], closed: [] };
    for (const { required, ...membership } of memberships) {
      const because = closedBecause(membership, required, viaOrgId);
      if (because === undefined) result.open.push(membership);
      else result.closed.push({ ...membership, because });
    }
    return result;
  };
}

export type ReachOf = ReturnType<typeof createReach>;

function closedBecause(
  { organisation, role }: Membership,
  required: boolean,
  viaOrgId: OrganisationId | null,
): ClosedBecause | undefined {
  if (viaOrgId !== null) return viaOrgId === organisation.id ? undefined : 'other_company';
  return required && role !== 'owner' ? 'company_required' : undefined;
}
