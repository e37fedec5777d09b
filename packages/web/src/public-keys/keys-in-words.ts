import { keysText as text } from '../text/public-keys.ts';

/** Where keys are, in a few words. */
export function keysInWords({
  jwks_uri,
  key_ids,
}: {
  jwks_uri: string | null;
  key_ids: readonly (string | null)[] | null;
}): string {
  if (jwks_uri !== null) return text.at(jwks_uri);
  if (key_ids === null) return '';
  const named = key_ids.filter((id) => id !== null).join(', ');
  return text.pasted(key_ids.length, named);
}
