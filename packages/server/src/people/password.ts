import { hash, verify } from '@node-rs/argon2';
import { fail, ok, type Result } from '../kernel/result.ts';

export const PASSWORD_CHARACTERS_MIN = 12;
/** Only so that nobody can make us hash a megabyte. */
export const PASSWORD_CHARACTERS_MAX = 1024;

// Argon2id is the library's default. The OWASP minimum: 19 MiB, two passes, one lane.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export type PasswordFault = 'password_too_short' | 'password_too_long';

export function checkPassword(password: string): Result<string, PasswordFault> {
  const characters = Array.from(normal(password)).length;
  if (characters < PASSWORD_CHARACTERS_MIN) return fail('password_too_short');
  if (characters > PASSWORD_CHARACTERS_MAX) return fail('password_too_long');
  return ok(password);
}

export function hashPassword(password: string): Promise<string> {
  return hash(normal(password), COST);
}

/** What is too long to be anybody's password costs no more than the longest one. */
export function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  return verify(passwordHash, normal(password));
}

/** The same keys typed on two systems are the same password (NIST SP 800-63B section 3.1.1.2). */
function normal(password: string): string {
  return password.slice(0, PASSWORD_CHARACTERS_MAX * 4).normalize('NFKC');
}
