import type { UserId } from '../../kernel/ids.ts';
import { hashSecret, randomToken } from '../../kernel/secret.ts';
import type { Queries } from '../../store/store.ts';
import { hostCookie, readCookie, setCookieLine } from '../host-cookie.ts';

const PENDING_SECONDS = 5 * 60;
export const REMEMBERED_DAYS = 30;
const REMEMBERED_SECONDS = REMEMBERED_DAYS * 24 * 60 * 60;

/** The two cookies of a sign-in with a second factor. The database knows hashes of them alone. */
export function createBrowserTokens(baseUrl: string) {
  const pending = hostCookie(baseUrl, 'latchkey_second_factor');
  const remembered = hostCookie(baseUrl, 'latchkey_remembered');

  function hashOf(cookie: typeof pending, headers: Headers): string | undefined {
    const token = readCookie(cookie, headers);
    return token === undefined ? undefined : hashSecret(token);
  }

  return {
    pendingOf: (headers: Headers) => hashOf(pending, headers),
    rememberedOf: (headers: Headers) => hashOf(remembered, headers),
    endPending: setCookieLine(pending, '', 0),

    /** The right password was given, and the second factor is what is missing. */
    async beginPending(queries: Queries, userId: UserId, nowMs: number): Promise<string> {
      const token = randomToken();
      const expiresAt = new Date(nowMs + PENDING_SECONDS * 1000);
      await queries.secondFactors.createPending({ tokenHash: hashSecret(token), userId, expiresAt });
      return setCookieLine(pending, token, PENDING_SECONDS);
    },

    async remember(queries: Queries, userId: UserId, nowMs: number): Promise<string> {
      const token = randomToken();
      const expiresAt = new Date(nowMs + REMEMBERED_SECONDS * 1000);
      await queries.secondFactors.rememberBrowser({ tokenHash: hashSecret(token), userId, expiresAt });
      return setCookieLine(remembered, token, REMEMBERED_SECONDS);
    },
  };
}
