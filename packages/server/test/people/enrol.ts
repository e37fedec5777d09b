import type { RequestId, UserId } from '../../src/kernel/ids.ts';
import type { Accounts, OwnSession } from '../../src/people/accounts.ts';
import type { People } from '../../src/people/people.ts';
import { stepAt, totpCode } from '../../src/people/two-factor/totp.ts';
import { cookieHeader, PASSWORD, valueOf } from './open-people.ts';

interface Opened {
  readonly people: People;
  readonly accounts: Accounts;
  readonly clock: { nowMs(): number };
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP_MS = 30_000;

/** What an authenticator app shows that was given this secret; `steps` from now. */
export function codeOf(secret: string, nowMs: number, steps = 0): string {
  const bits = Array.from(secret, (letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const bytes = Uint8Array.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)));
  return totpCode(bytes, stepAt(nowMs + steps * STEP_MS));
}

/** Turns the second factor on with the code of now; `code()` is the next one, which is good already, whatever the time. */
export async function enrol(
  { accounts, clock }: Opened,
  { email, userId }: { email: string; userId: UserId },
) {
  const { secret } = valueOf(await accounts.secondFactor.begin({ userId, email }));
  const code = codeOf(secret, clock.nowMs());
  const { backupCodes } = valueOf(await accounts.secondFactor.confirm({ userId }, code));
  return { secret, backupCodes, code: (steps = 1) => codeOf(secret, clock.nowMs(), steps) };
}

/** A signed-in session, as the portal hands it on. */
export async function sessionOf({ people }: Opened, email: string): Promise<OwnSession & { cookie: string }> {
  const signedIn = valueOf(await people.signIn({ email, password: PASSWORD, headers: new Headers() }));
  const headers = cookieHeader(signedIn.setCookies);
  const user = await people.currentUser(headers);
  if (user === undefined) throw new Error(`${email} is not signed in`);
  return { ...user, requestId: 'req_test' as RequestId, cookie: headers.get('cookie') ?? '' };
}
