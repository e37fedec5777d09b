/** Where an authorization code is sent: the host of a redirect URI, or the scheme of an app's own one. */
export function destinationOf(redirectUri: string): string {
  const url = new URL(redirectUri);
  return url.host === '' ? `${url.protocol}//` : url.host;
}

/** A program on the same computer: `http` on localhost, 127.0.0.1 or [::1] (RFC 8252 section 7.3). */
export function isLoopback(redirectUri: string): boolean {
  const url = new URL(redirectUri);
  return url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}
