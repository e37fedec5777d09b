import type { Catalogue } from '../catalogue/types.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { declaredPlace, readCredentialPlace } from '../stdio/api/credential.ts';
import type { CredentialPlace } from '../stdio/api/credential.ts';

/** Where the tools of a document want the user's credential. The failure is a sentence: it is not said, or not of one place. */
export function credentialPlaceOf({ security, tools }: Catalogue): Result<CredentialPlace, string> {
  const used = new Set(tools.flatMap(({ binding }) => binding.security));
  if (used.size === 0) return ok({ kind: 'none' });
  const place = declaredPlace(security.filter(({ name }) => used.has(name)));
  if (place === undefined) return fail('the tools do not all want it in one place');
  const text = 'name' in place ? `${place.kind}:${place.name}` : place.kind;
  return readCredentialPlace(text) === undefined
    ? fail('the document names a header or parameter that none can have')
    : ok(place);
}
