import type { Access, Role } from './access.ts';
import type { CallLimits } from './call-limits.ts';
import type { Actor } from './credential.ts';
import type { ClientId, GrantId, KeyId, OrganisationId, UserId } from './ids.ts';

/** Who a request is. The only identity that the inner rooms see. */
export interface Principal {
  readonly orgId: OrganisationId;
  readonly orgSlug: string;
  readonly actor: Actor;
  /** As it is today, not as it was when the token was issued. */
  readonly role: Role;
  /** The smallest of what the token grants, what the role allows, and what the organisation's policy allows. */
  readonly access: Access;
  readonly clientId: ClientId | undefined;
  /** The clients that its token was exchanged by, the latest first; absent: it acts by itself. */
  readonly actingClients?: readonly ClientId[] | undefined;
  readonly grantId: GrantId | undefined;
  readonly keyId: KeyId;
  /** Below the operator's; absent: none. */
  readonly limits?: CallLimits | undefined;
  /** Who tries it out on the dashboard, as themselves or as an agent. `keyId` is no key then, but a name for them. */
  readonly triedBy?: { readonly id: UserId; readonly name: string } | undefined;
}
