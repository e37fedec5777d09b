import { randomBytes } from 'node:crypto';
import type { UserId } from '../../kernel/ids.ts';
import { hashSecret } from '../../kernel/secret.ts';

export const BACKUP_CODES = 10;
// Crockford's: without i, l, o and u, which are mistaken for others.
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';
const CHARACTERS = 16;

/** Codes of 80 random bits, so that a fast hash of them is enough. Written in groups of four. */
export function newBackupCodes(): string[] {
  return Array.from({ length: BACKUP_CODES }, () => {
    const letters = Array.from(randomBytes(CHARACTERS), (byte) => LETTERS[byte % LETTERS.length]).join('');
    return (letters.match(/.{4}/g) ?? []).join('-');
  });
}

/** What is stored of one. As it was copied from paper: capitals, spaces and mistaken letters do no harm. */
export function hashBackupCode(userId: UserId, typed: string): string | undefined {
  const code = typed.toLowerCase().replace(/[\s-]/g, '').replace(/o/g, '0').replace(/[il]/g, '1');
  return code.length === CHARACTERS ? hashSecret(`${userId} ${code}`) : undefined;
}
