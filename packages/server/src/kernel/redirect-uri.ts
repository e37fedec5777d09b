/** Apps whose own URL scheme we send codes to (RFC 8252 section 7.1). */
const PRIVATE_USE_SCHEMES = ['cursor:', 'warp:'];
const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];
const URI_CHARACTERS_MAX = 2048;
/** Scheme, two slashes, and an authority without user info. Browsers mend `https:host` and `https:/host`; others do not. */
const WITH_PLAIN_AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@]+(?:[/?#]|$)/i;

/** Whether a code may ever be sent there: https, http on this computer, or a known app's own scheme. */
export function isUsableRedirectUri(uri: string): boolean {
  if (uri.length > URI_CHARACTERS_MAX || hasUnsafeCharacter(uri) || !URL.canParse(uri)) return false;
  const url = new URL(uri);
  if (!WITH_PLAIN_AUTHORITY.test(uri) || uri.includes('#')) return false;
  if (url.protocol === 'https:') return url.hostname !== '';
  if (url.protocol === 'http:') return LOOPBACK_HOSTS.includes(url.hostname);
  return PRIVATE_USE_SCHEMES.includes(url.protocol);
}

/** Control characters, spaces and backslashes are read differently by different parsers. */
function hasUnsafeCharacter(uri: string): boolean {
  return /[^\x21-\x7e]|\\/.test(uri);
}

/**
 * Whether `requested` is one of the registered URIs: byte for byte, but for the port of an http loopback URI, which the
 * app's operating system chooses (RFC 8252 section 7.3, RFC 9700 section 4.1).
 */
export function isRegisteredRedirectUri(requested: string, registered: readonly string[]): boolean {
  if (!isUsableRedirectUri(requested)) return false;
  return registered.some(
    (uri) => uri === requested || withoutLoopbackPort(uri) === withoutLoopbackPort(requested),
  );
}

function withoutLoopbackPort(uri: string): string {
  return uri.replace(/^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?(?=[/?]|$)/, 'http://$1');
}
