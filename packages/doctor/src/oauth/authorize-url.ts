import { createHash, randomBytes } from 'node:crypto';
import { asStrings } from '../http/json.ts';
import { resourceOf, type Client, type Walk } from '../walk.ts';

export interface Pkce {
  readonly verifier: string;
  readonly challenge: string;
}

export function newPkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** What an authorization request may leave out (undefined) or say otherwise. */
export type Changes = Readonly<Record<string, string | undefined>>;

/** An authorization request as the client makes it. */
export function authorizeUrl(
  walk: Walk,
  { changes = {}, client, pkce, state }: { client: Client; pkce: Pkce; state: string; changes?: Changes },
): string {
  const url = new URL(walk.server?.authorize ?? 'about:blank');
  const parameters: Changes = {
    response_type: 'code',
    client_id: client.id,
    redirect_uri: client.redirectUri,
    code_challenge: pkce.challenge,
    code_challenge_method: 'S256',
    state,
    resource: resourceOf(walk),
    scope: scopeOf(walk),
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url.href;
}

/** The challenge's scope, else what the resource lists; offline_access if the server has it. */
function scopeOf(walk: Walk): string | undefined {
  if (walk.profile.asksNoScope) return undefined;
  const wanted =
    walk.challengeScope ?? asStrings(walk.resourceMetadata?.['scopes_supported'])?.join(' ') ?? '';
  const offline = asStrings(walk.server?.metadata['scopes_supported'])?.includes('offline_access') === true;
  const scopes = new Set(wanted.split(' ').filter((scope) => scope !== ''));
  if (offline) scopes.add('offline_access');
  return scopes.size === 0 ? undefined : [...scopes].join(' ');
}
