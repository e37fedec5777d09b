import type { UserId } from '../kernel/ids.ts';
import { randomToken } from '../kernel/secret.ts';
import type { Store } from '../store/store.ts';
import { parseEmail } from './email.ts';
import { hashPassword, verifyPassword } from './password.ts';

/** Whose password it is, and the hash that it was compared with: see `holdPassword`. */
export interface CheckedPassword {
  readonly userId: UserId;
  readonly passwordHash: string;
}

export type CheckPassword = (who: {
  email?: string;
  userId?: UserId;
  password: string;
}) => Promise<CheckedPassword | undefined>;

/**
 * Whose password it is; undefined for a wrong one, and after the same work for an address that nobody has, for somebody
 * without a password and for somebody who is disabled.
 */
export function createCheckPassword({ store }: { store: Store }): CheckPassword {
  // Nobody's, to spend the time on.
  const nobodys = hashPassword(randomToken());

  return async ({ email, password, userId }) => {
    const address = parseEmail(email ?? '');
    const found =
      userId !== undefined
        ? await store.sessions.findPassword({ userId })
        : address && (await store.sessions.findPassword({ email: address }));
    const passwordHash = (found && found.passwordHash) ?? undefined;
    const isRight = await verifyPassword(passwordHash ?? (await nobodys), password);
    if (!isRight || passwordHash === undefined || !found || found.disabledAt !== null) return undefined;
    return { userId: found.userId, passwordHash };
  };
}
