import type { Credential } from './credential.ts';
import type { CredentialParts } from '../credentials.ts';

export const NOTHING: CredentialParts = { headers: {} };

/**
 * What a credential that is the same for every caller puts on a request: the same object for as long as the credential
 * is kept. Undefined: it depends on who is calling.
 */
export function staticParts(credential: Credential): CredentialParts | undefined {
  const known = made.get(credential);
  if (known !== undefined) return known;
  const parts = partsOf(credential);
  if (parts !== undefined) made.set(credential, parts);
  return parts;
}

const made = new WeakMap<Credential, CredentialParts>();

function partsOf(credential: Credential): CredentialParts | undefined {
  switch (credential.kind) {
    case 'none':
      return NOTHING;
    case 'bearer':
      return { ...bearer(credential.token), isLasting: true };
    case 'basic': {
      const pair = Buffer.from(`${credential.username}:${credential.password}`, 'utf8').toString('base64');
      return { headers: { authorization: `Basic ${pair}` }, isLasting: true };
    }
    case 'header':
      return { headers: { [credential.name]: credential.value }, isLasting: true };
    case 'query':
      return {
        headers: {},
        query: `${encode(credential.name)}=${encode(credential.value)}`,
        isLasting: true,
      };
    case 'assertion':
    case 'oauth':
    case 'token_exchange':
      return undefined;
  }
}

export function bearer(token: string): CredentialParts {
  return { headers: { authorization: `Bearer ${token}` } };
}

/** RFC 3986 section 2.1: what encodeURIComponent leaves but is reserved, too. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
