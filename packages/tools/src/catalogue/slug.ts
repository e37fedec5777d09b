import { createHash } from 'node:crypto';
import { snakeCase } from './name.ts';

const SLUG_CHARACTERS = 40;
const SLUG = /^[a-z0-9](?:-?[a-z0-9])*$/;

export function isSlug(text: string): boolean {
  return text.length <= SLUG_CHARACTERS && SLUG.test(text);
}

/**
 * A text as a part of a URL: `Pull Requests` becomes `pull-requests`. It depends on the text alone. Case and
 * punctuation do not tell two texts apart; letters that ASCII has not, and what is cut off, do, by a hash.
 */
export function slugOf(text: string): string {
  const plain = snakeCase(text).replaceAll('_', '-');
  const letters = text.normalize('NFKD').replace(/\p{M}/gu, '');
  const isWhole = !/(?![a-zA-Z0-9])[\p{L}\p{N}]/u.test(letters);
  if (isWhole && isSlug(plain)) return plain;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 6);
  const head = plain.slice(0, SLUG_CHARACTERS - hash.length - 1).replace(/-+$/, '');
  return head === '' ? `set-${hash}` : `${head}-${hash}`;
}
