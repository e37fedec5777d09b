import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../kernel/clock.ts';
import { randomOctets } from '../../../kernel/random.ts';
import { CONFIRMATION_SECONDS } from './lifetime.ts';

const EXPIRY_BYTES = 4;
const ID_BYTES = 8;
const HEAD_BYTES = EXPIRY_BYTES + ID_BYTES;
const MAC_BYTES = 12;
const FORM = /^[\w-]{32}$/;

export type ReadCode =
  | { readonly kind: 'good'; readonly id: string; readonly expiresAtSeconds: number }
  | { readonly kind: 'invalid' | 'expired' };

/**
 * Codes that a model copies, so they are short: when they end, an id, and a MAC over both and all that they are good
 * for. Nothing is kept of them but the ids of those that were used.
 */
export function createCodes({ key, clock }: { key: Uint8Array; clock: Clock }) {
  const macOf = (head: Buffer, about: string): Buffer =>
    createHmac('sha256', key).update(head).update(about).digest().subarray(0, MAC_BYTES);

  return {
    /** Whether it has the form of one, good or not. */
    isOne: (value: unknown): boolean => typeof value === 'string' && FORM.test(value),

    make(about: string): string {
      const head = Buffer.alloc(HEAD_BYTES);
      head.writeUInt32BE(Math.floor(clock.nowMs() / 1_000) + CONFIRMATION_SECONDS);
      randomOctets(ID_BYTES).copy(head, EXPIRY_BYTES);
      return Buffer.concat([head, macOf(head, about)]).toString('base64url');
    },

    read(code: string, about: string): ReadCode {
      const bytes = FORM.test(code) ? Buffer.from(code, 'base64url') : Buffer.alloc(0);
      if (bytes.length !== HEAD_BYTES + MAC_BYTES) return { kind: 'invalid' };
      const head = bytes.subarray(0, HEAD_BYTES);
      if (!timingSafeEqual(bytes.subarray(HEAD_BYTES), macOf(head, about))) return { kind: 'invalid' };
      const expiresAtSeconds = head.readUInt32BE();
      if (expiresAtSeconds * 1_000 <= clock.nowMs()) return { kind: 'expired' };
      return { kind: 'good', id: head.subarray(EXPIRY_BYTES).toString('base64url'), expiresAtSeconds };
    },
  };
}
