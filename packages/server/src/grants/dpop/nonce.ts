// RFC 9449 section 8: a proof is fresh if it repeats what we said lately. Nothing is stored, and all nodes agree.
import type { Clock } from '../../kernel/clock.ts';
import { equalSecrets, hmac } from '../../kernel/secret.ts';

/** A nonce is good in the window that it was made for and in the next one. */
const NONCE_WINDOW_SECONDS = 180;

interface DpopNonces {
  current(): string;
  accepts(nonce: string): boolean;
}

export function createNonces({ key, clock }: { key: Uint8Array; clock: Clock }): DpopNonces {
  const nonceOf = (window: number) => hmac(key, `dpop nonce ${window}`);
  const windowNow = () => Math.floor(clock.nowMs() / 1000 / NONCE_WINDOW_SECONDS);
  return {
    current: () => nonceOf(windowNow()),
    accepts(nonce) {
      const window = windowNow();
      return equalSecrets(nonce, nonceOf(window)) || equalSecrets(nonce, nonceOf(window - 1));
    },
  };
}
