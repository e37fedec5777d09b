const URL_BYTES_MAX = 2048;

/**
 * A client id that is the address of its own metadata document (draft-ietf-oauth-client-id-metadata-document-00,
 * section 3). Compared byte for byte, so only the one spelling that a URL parser would give it is taken: no dot
 * segments, no default port, no capitals in the host.
 */
export function isClientIdUrl(clientId: string): boolean {
  if (!clientId.startsWith('https://') || Buffer.byteLength(clientId) > URL_BYTES_MAX) return false;
  if (!URL.canParse(clientId) || clientId.includes('#') || clientId.includes('\\')) return false;
  const url = new URL(clientId);
  return url.href === clientId && url.username === '' && url.password === '';
}

/** The host that vouches for a client, if its id is the address of a document. */
export function hostOfClientId(clientId: string): string | undefined {
  return isClientIdUrl(clientId) ? new URL(clientId).host : undefined;
}
