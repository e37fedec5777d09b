export interface CookieForm {
  readonly name: string;
  readonly attributes: {
    readonly httpOnly: true;
    readonly sameSite: 'lax';
    readonly path: '/';
    readonly secure: boolean;
  };
}

/**
 * A cookie of the web host. On https its name carries the `__Host-` prefix, so that no sibling host can plant it
 * (RFC 6265bis section 4.1.3.2); on http, which is for loopback, that prefix and Secure would have it refused.
 */
export function hostCookie(baseUrl: string, name: string): CookieForm {
  const secure = baseUrl.startsWith('https:');
  return {
    name: secure ? `__Host-${name}` : name,
    attributes: { httpOnly: true, sameSite: 'lax', path: '/', secure },
  };
}

/** The Set-Cookie line; `maxAgeSeconds` 0 takes the cookie away. */
export function setCookieLine(
  { name, attributes }: CookieForm,
  value: string,
  maxAgeSeconds: number,
): string {
  const secure = attributes.secure ? '; Secure' : '';
  return `${name}=${encodeURIComponent(value)}; Max-Age=${maxAgeSeconds}; Path=/; HttpOnly${secure}; SameSite=Lax`;
}

/** What the browser sent back of it. */
export function readCookie({ name }: CookieForm, headers: Headers): string | undefined {
  for (const pair of (headers.get('cookie') ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at !== -1 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
