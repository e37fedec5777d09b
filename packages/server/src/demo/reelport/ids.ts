import { randomBytes } from 'node:crypto';

type ReelportPrefix = 'bdl' | 'acc' | 'med' | 'whk' | 'led';

export function newReelportId(prefix: ReelportPrefix): string {
  return `${prefix}_${randomBytes(15).toString('base64url')}`;
}

/** False for what cannot be an id, so that no odd text from a path reaches a query. */
export function isReelportId(prefix: ReelportPrefix, text: string): boolean {
  return text.startsWith(`${prefix}_`) && /^[A-Za-z0-9_-]{24}$/.test(text);
}
