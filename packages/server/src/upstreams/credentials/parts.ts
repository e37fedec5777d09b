import type { Credential } from './credential.ts';
import type { CredentialParts } from '../credentials.ts';

export const NOTHING: CredentialParts = { headers: {} };

/** What a credential that is the same for every caller puts on a request; undefined: it depends on who is calling. */
export function staticParts(credential: Credential): CredentialParts | undefined {
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

/**
 * A path with its query, and the credential's query at its end. A parameter of the same name that is there already
 * goes, however it is escaped: whichever of two a server reads, it reads ours.
 */
export function withQuery(path: string, { query }: CredentialParts): string {
  if (query === undefined) return path;
  const mark = path.indexOf('?');
  const own = nameOf(query);
  const others = (mark < 0 ? '' : path.slice(mark + 1))
    .split('&')
    .map((pair) =>
      pair
        .split(';')
        .filter((part) => nameOf(part) !== own)
        .join(';'),
    )
    .filter((pair) => pair !== '');
  return `${mark < 0 ? path : path.slice(0, mark)}?${[...others, query].join('&')}`;
}

function nameOf(pair: string): string {
  const [name = ''] = pair.split('=', 1);
  const spaced = name.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
