import type { CredentialParts } from '@latchkey/tools';
import type { ConnectorId, OrganisationId } from '../kernel/ids.ts';
import type { Principal } from '../kernel/principal.ts';
import type { Result } from '../kernel/result.ts';
import type { Soon } from '../kernel/soon.ts';

export type { CredentialParts };

/** A connector, as far as its credential goes. */
export interface CredentialTarget {
  readonly connectorId: ConnectorId;
  /** Null: shared by all organisations. */
  readonly orgId: OrganisationId | null;
  /** The upstream's base URL, or the URL of an MCP server. */
  readonly audience: string;
}

export type CredentialFault =
  /** The person has an account of their own there, and has not connected it: where they can. */
  | { readonly kind: 'connect_needed'; readonly connectUrl: string }
  /** There is nobody on whose behalf it could be asked for. */
  | { readonly kind: 'nobody' }
  /** The message may be shown to a caller. */
  | { readonly kind: 'unavailable'; readonly message: string };

/** The credential towards upstreams: what the operator set for the connector, never the caller's own. */
export interface UpstreamCredentials {
  /** `principal` is undefined where we ask for ourselves: for the list of an MCP server's tools. */
  partsFor(
    target: CredentialTarget,
    principal: Principal | undefined,
  ): Soon<Result<CredentialParts, CredentialFault>>;
  /** The upstream answered 401 to what it was given. True: `partsFor` says something else by now, so ask it once more. */
  refused(target: CredentialTarget, principal: Principal | undefined): Promise<boolean>;
}
