import type { SessionScope } from '../../kernel/session-scope.ts';
import type { Queries } from '../../store/store.ts';

/** `none`: the person has no second factor. `not_shown`: they have one, but this session began without it. */
export type ShownFactor = 'shown' | 'not_shown' | 'none';

/** Whether a session is the work of somebody who has a second factor, and showed it. */
export async function findSecondFactor(
  queries: Pick<Queries, 'passkeys' | 'secondFactors'>,
  { amr, signedInAtMs, userId }: Pick<SessionScope, 'amr' | 'signedInAtMs' | 'userId'>,
): Promise<ShownFactor> {
  const [totp, passkeys] = await Promise.all([
    queries.secondFactors.find(userId),
    queries.passkeys.countOf(userId),
  ]);
  const totpSince = totp?.confirmedAt ?? null;
  if (totpSince === null && passkeys === 0) return 'none';
  if (amr.includes('otp') || amr.includes('webauthn')) return 'shown';
  // A password alone begins a session after that only in a browser which gave a code before, and was remembered.
  return totpSince !== null && signedInAtMs > totpSince.getTime() ? 'shown' : 'not_shown';
}
