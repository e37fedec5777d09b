import type { CredentialParts } from '../../call/credential-parts.ts';
import type { CompileOptions, SecurityScheme } from '../../catalogue/types.ts';
import { fail, ok } from '../../result.ts';
import type { Result } from '../../result.ts';

/** Where a secret stands in a request. For `basic` it is `user:password`. */
export type CredentialPlace =
  | { readonly kind: 'bearer' | 'basic' | 'none' }
  | { readonly kind: 'header' | 'query'; readonly name: string };

export const NO_CREDENTIAL: CredentialParts = { headers: {} };

/** A header that is not the transport's own (RFC 9110 section 5.1), or a parameter that needs no escape. */
const PLACE =
  /^(?:(header):(?!(?:host|connection|content-length|content-type|transfer-encoding|cookie)$)([!#$%&'*+.^`|~\w-]{1,100})|(query):([\w.~-]{1,100}))$/i;

/** `bearer`, `basic`, `none`, `header:<name>`, `query:<name>`. Undefined: it is none of them. */
export function readCredentialPlace(text: string): CredentialPlace | undefined {
  if (text === 'bearer' || text === 'basic' || text === 'none') return { kind: text };
  const [, , header, , query] = PLACE.exec(text) ?? [];
  if (header !== undefined) return { kind: 'header', name: header };
  return query === undefined ? undefined : { kind: 'query', name: query };
}

/** Where security schemes want a secret; undefined: they do not all want it in one place that we can fill. */
export function declaredPlace(schemes: readonly SecurityScheme[]): CredentialPlace | undefined {
  const places = new Map(
    schemes.map((scheme) => {
      const place = placeOf(scheme);
      return [JSON.stringify(place), place] as const;
    }),
  );
  const [only, ...others] = places.values();
  return others.length === 0 ? only : undefined;
}

function placeOf({
  in: where,
  parameterName = '',
  scheme,
  type,
}: SecurityScheme): CredentialPlace | undefined {
  if (type === 'oauth2' || type === 'openIdConnect') return { kind: 'bearer' };
  if (type === 'http') return readCredentialPlace(scheme?.toLowerCase() ?? '');
  return type === 'apiKey' ? readCredentialPlace(`${where}:${parameterName}`) : undefined;
}

/** A secret as a request carries it. The failure goes on from the secret's name. */
export function credentialParts(place: CredentialPlace, secret: string): Result<CredentialParts, string> {
  if (place.kind === 'none') return ok(NO_CREDENTIAL);
  if (!/^[!-~](?:[ -~]*[!-~])?$/.test(secret))
    return fail('has characters that no header can carry, or blanks at an end');
  switch (place.kind) {
    case 'bearer':
      return ok(inHeader('authorization', `Bearer ${secret}`));
    case 'basic': {
      if (!secret.includes(':')) return fail('is not of the form user:password');
      return ok(inHeader('authorization', `Basic ${Buffer.from(secret).toString('base64')}`));
    }
    case 'header':
      return ok(inHeader(place.name.toLowerCase(), secret));
    case 'query': {
      const query = `${encodeURIComponent(place.name)}=${encodeURIComponent(secret)}`;
      return ok({ headers: {}, query, isLasting: true });
    }
  }
}

/** Where a tool has no argument, as the credential stands there. For the compiler. */
export function placesTaken(place: CredentialPlace | undefined): NonNullable<CompileOptions['credentials']> {
  return place !== undefined && 'name' in place ? [{ in: place.kind, name: place.name }] : [];
}

function inHeader(name: string, value: string): CredentialParts {
  return { headers: { [name]: value }, isLasting: true };
}
