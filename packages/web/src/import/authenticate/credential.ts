import type { CredentialInput, CredentialKind, CredentialView } from '../../api/imports.ts';

export const CREDENTIAL_KINDS = ['assertion', 'bearer', 'header', 'basic', 'query', 'oauth', 'none'] as const;

/** What is typed that is no secret: it outlives the page. */
export interface CredentialDraft {
  kind: CredentialKind;
  headerName: string;
  queryName: string;
  username: string;
  issuer: string;
  clientId: string;
  scopes: string;
}

export function draftOf(view: CredentialView | null): CredentialDraft {
  const kind = CREDENTIAL_KINDS.find((one) => one === view?.kind) ?? 'assertion';
  const label = view?.label ?? '';
  return {
    kind,
    headerName: kind === 'header' ? label : '',
    queryName: kind === 'query' ? label : '',
    username: kind === 'basic' ? label : '',
    issuer: '',
    clientId: kind === 'oauth' ? label : '',
    scopes: '',
  };
}

/** Which kinds hold a secret of one field. */
export function takesSecret(kind: CredentialKind): boolean {
  return kind === 'bearer' || kind === 'header' || kind === 'basic' || kind === 'query';
}

export function credentialOf(draft: CredentialDraft, secret: string): CredentialInput {
  const { clientId, headerName, issuer, kind, queryName, scopes, username } = draft;
  switch (kind) {
    case 'assertion':
    case 'none':
      return { kind };
    case 'bearer':
      return { kind, token: secret };
    case 'basic':
      return { kind, username, password: secret };
    case 'header':
      return { kind, name: headerName.trim(), value: secret };
    case 'query':
      return { kind, name: queryName.trim(), value: secret };
    case 'oauth': {
      const wanted = scopes.split(/\s+/u).filter((scope) => scope !== '');
      return {
        kind,
        ...(issuer.trim() === '' ? {} : { issuer: issuer.trim() }),
        ...(clientId.trim() === '' ? {} : { client_id: clientId.trim() }),
        ...(secret === '' ? {} : { client_secret: secret }),
        ...(wanted.length === 0 ? {} : { scopes: wanted }),
      };
    }
  }
}
