import type { ConnectorId } from '../../kernel/ids.ts';
import type { StoredCredential } from '../../store/queries/upstream-credentials.ts';
import type { Queries } from '../../store/store.ts';
import type { DraftCredential } from '../../upstreams/credentials/vault.ts';

/** A credential without its secret. */
export interface CredentialView {
  readonly kind: StoredCredential['kind'];
  /** Null: it holds no secret, and goes anywhere. */
  readonly origin: string | null;
  readonly label: string | null;
  readonly hasSecret: boolean;
}

/** Null: nobody has said anything about it. */
export function viewOfCredential(
  { credentialKind, credentialSealed, credentialSettings }: DraftCredential,
  baseUrl: string | null,
): CredentialView | null {
  if (credentialKind === null) return null;
  const origin = baseUrl !== null && URL.canParse(baseUrl) ? new URL(baseUrl).origin : '';
  return viewOf({
    kind: credentialKind,
    origin,
    settings: credentialSettings ?? {},
    sealed: credentialSealed,
  });
}

export function viewOf({ kind, origin, sealed, settings }: StoredCredential): CredentialView {
  const isFree = kind === 'assertion' || kind === 'none';
  const { clientId, name, username } = settings;
  const label = [username, name, clientId].find((one) => typeof one === 'string');
  return {
    kind,
    origin: isFree || origin === '' ? null : origin,
    label: typeof label === 'string' ? label : null,
    hasSecret: sealed !== null,
  };
}

/** The origin that a connector's credential was given for; undefined: it has none that is bound to one. */
export async function originOfHeld(
  store: Pick<Queries, 'upstreamCredentials'>,
  connectorId: ConnectorId,
): Promise<string | undefined> {
  const row = await store.upstreamCredentials.find(connectorId);
  return row?.credential ? (viewOf(row.credential).origin ?? undefined) : undefined;
}
