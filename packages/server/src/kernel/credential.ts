import type { Access, Role } from './access.ts';
import type { CallLimits } from './call-limits.ts';
import type { AgentId, ClientId, GrantId, KeyId, OrganisationId, UserId } from './ids.ts';
import type { OnlyFrom } from './only-from.ts';
import type { OrganisationNames } from './organisation-names.ts';

export type Actor =
  | { readonly kind: 'user'; readonly id: UserId }
  | { readonly kind: 'agent'; readonly id: AgentId };

/** What a presented key or access token proves. It is a ceiling: today's role and policy may lower it. */
export interface VerifiedCredential {
  readonly orgId: OrganisationId;
  readonly actor: Actor;
  readonly access: Access;
  readonly keyId: KeyId;
  readonly grantId: GrantId | undefined;
  readonly clientId: ClientId | undefined;
  /** The canonical resource that it is bound to (RFC 8707); hand-made and agents' keys are bound to none. */
  readonly resource: string | undefined;
  /** Thumbprint of the key that must be shown with it (RFC 9449); absent: it is good for whoever holds it. */
  readonly boundTo?: string | undefined;
  /** The clients that it was exchanged by, the latest first (RFC 8693); absent: its client is the grant's own. */
  readonly actingClients?: readonly ClientId[] | undefined;
  /** Of an access token, which can be revoked by itself. */
  readonly tokenId?: string | undefined;
  /** Of a key that has a limit of its own. */
  readonly callsPerMinute?: number | undefined;
  /** Access tokens are for the MCP door only; keys open both. */
  readonly kind: 'key' | 'token';
}

/** What an actor is in an organisation at this moment. */
export interface Standing extends OrganisationNames {
  readonly role: Role;
  /** More than this it may not do, whatever it was given: by its role, and by what its organisation allows anybody. */
  readonly ceiling: Access;
  /** Absent: it is answered wherever it calls from. */
  readonly onlyFrom?: OnlyFrom | undefined;
  /** The organisation's own; absent: none. */
  readonly limits?: CallLimits | undefined;
}
