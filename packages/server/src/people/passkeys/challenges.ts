import { randomBytes } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import { equalSecrets, hashSecret, hmac } from '../../kernel/secret.ts';

const GOOD_SECONDS = 30 * 60;
const RANDOM_BYTES = 32;

/**
 * What a passkey signs: random, good for one purpose of one browser or session, once, and for half an hour. It is
 * signed rather than stored, so that whoever opens the sign-in page leaves no row behind.
 */
export function createChallenges({
  key,
  claimOnce,
  clock,
}: {
  key: Uint8Array;
  claimOnce: (id: string, expiresAtSeconds: number) => Promise<boolean>;
  clock: Clock;
}) {
  const nowSeconds = () => Math.floor(clock.nowMs() / 1000);

  return {
    /** `subject`: what it is for, and whose. */
    issue(subject: string): Uint8Array<ArrayBuffer> {
      const random = randomBytes(RANDOM_BYTES).toString('base64url');
      const said = `${random}.${nowSeconds() + GOOD_SECONDS}`;
      return new Uint8Array(Buffer.from(`${said}.${hmac(key, `${subject} ${said}`)}`));
    },

    /** `challenge` as it comes back: base64url. Whether it is one of ours for that; it is not used up. */
    isGood(subject: string, challenge: string): boolean {
      const { expiresAt, mac, said } = readChallenge(challenge);
      return equalSecrets(mac, hmac(key, `${subject} ${said}`)) && expiresAt > nowSeconds();
    },

    /** True for exactly one caller. */
    claim: (challenge: string): Promise<boolean> =>
      claimOnce(hashSecret(challenge), readChallenge(challenge).expiresAt),
  };
}

function readChallenge(challenge: string): { said: string; mac: string; expiresAt: number } {
  const [random = '', expiresAt = '', mac = ''] = Buffer.from(challenge, 'base64url').toString().split('.');
  return { said: `${random}.${expiresAt}`, mac, expiresAt: Number(expiresAt) };
}
