import { newId, type UserId } from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Queries } from '../store/store.ts';
import { cleanDisplayName } from './display-name.ts';
import { parseEmail } from './email.ts';
import { checkPassword, hashPassword, type PasswordFault } from './password.ts';

export type UserFault = 'email_invalid' | 'email_taken' | PasswordFault;

export interface NewUser {
  readonly email: string;
  /** Empty: the part of the address before the @. */
  readonly name: string;
  readonly password: string;
}

/** A user that may be stored: checked, and with the password hashed. */
export interface PreparedUser {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
}

/** Everything that is wrong with it, as far as can be said without the database. */
export function userFaults({ email, password }: NewUser): UserFault[] {
  const faults: UserFault[] = parseEmail(email) === undefined ? ['email_invalid'] : [];
  const checked = checkPassword(password);
  return checked.ok ? faults : [...faults, checked.error];
}

/** The slow part, kept out of any transaction. */
export async function prepareUser(wanted: NewUser): Promise<Result<PreparedUser, UserFault>> {
  const email = parseEmail(wanted.email);
  if (email === undefined) return fail('email_invalid');
  const password = checkPassword(wanted.password);
  if (!password.ok) return password;
  const name = cleanDisplayName(wanted.name) || cleanDisplayName(email.slice(0, email.indexOf('@')));
  return ok({ email, name, passwordHash: await hashPassword(password.value) });
}

/**
 * On the caller's transaction. The rows are the ones that better-auth reads at sign-in, written by us, so that a user
 * can come into being together with an organisation.
 */
export async function insertUser(
  queries: Queries,
  user: PreparedUser,
  /** Whether the operator says that the address is theirs. */
  { emailVerified }: { emailVerified: boolean },
): Promise<Result<{ userId: UserId }, 'email_taken'>> {
  const userId = newId('usr');
  const isNew = await queries.people.createUser({ id: userId, emailVerified, ...user });
  return isNew ? ok({ userId }) : fail('email_taken');
}
