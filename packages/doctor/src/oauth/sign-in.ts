import { randomBytes } from 'node:crypto';
import { urlOf } from '../http/url.ts';
import type { Client, SignedIn, SignInPurpose, Walk } from '../walk.ts';
import { authorizeUrl, newPkce } from './authorize-url.ts';

export interface Returned {
  readonly callback: URL;
  readonly state: string;
  /** Undefined: it holds no code. */
  readonly signedIn: SignedIn | undefined;
}

/** Has somebody open the authorize URL; undefined if the browser did not come back. */
export async function signIn(
  walk: Walk,
  client: Client,
  purpose: SignInPurpose,
): Promise<Returned | undefined> {
  const pkce = newPkce();
  const state = randomBytes(16).toString('base64url');
  const text = await walk.approver?.approve({
    authorizeUrl: authorizeUrl(walk, { client, pkce, state }),
    purpose,
  });
  const callback = urlOf(text);
  if (callback === undefined) return undefined;
  const code = callback.searchParams.get('code') ?? undefined;
  walk.secrets.add(code);
  walk.secrets.add(pkce.verifier);
  return {
    callback,
    state,
    signedIn: code === undefined ? undefined : { code, verifier: pkce.verifier, client },
  };
}

/** What redeems a code. */
export function codeForm(
  { client, code, verifier }: SignedIn,
  resource: string,
): Readonly<Record<string, string>> {
  return {
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirectUri,
    code_verifier: verifier,
    resource,
  };
}
