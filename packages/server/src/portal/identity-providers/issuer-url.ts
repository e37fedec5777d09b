import { z } from 'zod';
import { isHttpsUrl } from '../key-set-url.ts';

const URL_CHARACTERS_MAX = 400;

/**
 * An issuer as assertions will spell it (RFC 8414 section 2): https, no query, no fragment. Compared byte for byte, so
 * only the spelling that a URL parser would give it is taken, with or without the slash after a bare host.
 */
export const issuerSchema = z.string().max(URL_CHARACTERS_MAX).refine(isIssuerUrl, {
  error: 'must be an https URL without query or fragment, as the provider writes it',
});

/** OpenID Connect Core section 2: ASCII, at most 255 characters. */
export const subjectSchema = z.string().regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/, {
  error: 'must be the subject as the provider writes it: 1 to 255 ASCII characters',
});

function isIssuerUrl(text: string): boolean {
  if (!isHttpsUrl(text) || /[?#]/.test(text)) return false;
  const { href } = new URL(text);
  return href === text || href === `${text}/`;
}
