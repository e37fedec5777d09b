import type { Access, Role } from './access.ts';
import type { Actor } from './credential.ts';
import type { ClientId, GrantId, KeyId, OrganisationId } from './ids.ts';

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
}
