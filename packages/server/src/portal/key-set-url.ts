import { z } from 'zod';

const URL_CHARACTERS_MAX = 2048;

/** Where a key set is published. Whether it may be asked is for the address guard to say. */
export const keySetUrlSchema = z.string().max(URL_CHARACTERS_MAX).refine(isHttpsUrl, {
  error: 'must be an https URL',
});

/** One that names a place and nobody's password, in characters that everybody sees. */
export function isHttpsUrl(text: string): boolean {
  if (!/^https:\/\/[\x21-\x7e]+$/.test(text) || text.includes('\\') || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '' && !text.includes('#');
}
