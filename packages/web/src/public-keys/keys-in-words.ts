/** Where keys are, in a few words. */
export function keysInWords({
  jwks_uri,
  key_ids,
}: {
  jwks_uri: string | null;
  key_ids: readonly (string | null)[] | null;
}): string {
  if (jwks_uri !== null) return `keys at ${jwks_uri}`;
  if (key_ids === null) return '';
  const named = key_ids.filter((id) => id !== null).join(', ');
  const counted = key_ids.length === 1 ? 'one key' : `${key_ids.length} keys`;
  return named === '' ? `${counted}, pasted` : `${counted}, pasted: ${named}`;
}
