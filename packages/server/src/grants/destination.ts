/** Where an authorization code is sent: the host of a redirect URI, or the scheme of an app's own one. */
export function destinationOf(redirectUri: string): string {
  const url = new URL(redirectUri);
  // After an app's own scheme there is no host, only what the app put there: `cursor://claude.ai` leads to no site.
  return isWeb(url) ? url.host : `${url.protocol}//`;
}

/** A program on the same computer: `http` on localhost, 127.0.0.1 or [::1], or an app's own scheme (RFC 8252 section 7). */
export function isOnThisComputer(redirectUri: string): boolean {
  const url = new URL(redirectUri);
  if (!isWeb(url)) return true;
  return url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}

function isWeb({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:';
}
