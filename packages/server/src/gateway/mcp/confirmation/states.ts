import { z } from 'zod';
import type { Clock } from '../../../kernel/clock.ts';
import { randomToken } from '../../../kernel/secret.ts';
import { seal, unseal } from '../../../kernel/seal.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { CONFIRMATION_SECONDS } from './lifetime.ts';

/** How a person's word reached us: in a form that the client showed, or as a code that the client gave back. */
export type ConfirmedBy = 'form' | 'code';

/** What a server behind us had asked, and what it was answered, while we ask something ourselves. */
export interface Theirs {
  readonly requestState?: string | undefined;
  readonly inputResponses?: JsonObject | undefined;
}

export interface Content extends Theirs {
  /** `asked`: the person is being asked. Else: they have agreed, and the server behind us asks on. */
  readonly stage: 'asked' | ConfirmedBy;
  /** What the person was shown, hashed. */
  readonly text: string;
}

export type ReadState =
  /** None, or a server's own. */
  | { readonly kind: 'foreign' }
  /** Ours once, or made to look so: for another call, or changed. */
  | { readonly kind: 'invalid' | 'expired' }
  | {
      readonly kind: 'good';
      readonly id: string;
      readonly expiresAtSeconds: number;
      readonly content: Content;
    };

/** A `requestState` of ours begins with it. */
const PREFIX = 'lkc1.';

const sealedSchema = z.strictObject({
  n: z.string(),
  x: z.int(),
  k: z.enum(['asked', 'form', 'code']),
  t: z.string(),
  s: z.string().optional(),
  r: z.record(z.string(), z.unknown()).optional(),
});

/**
 * The `requestState` of 2026-07-28 (MRTR): everything between two rounds of one call, sealed for what the call is about,
 * so that no node keeps anything and it opens for nothing else.
 */
export function createStates({ key, clock }: { key: Uint8Array; clock: Clock }) {
  return {
    make({ inputResponses, requestState, stage, text }: Content, about: string): string {
      const content: z.infer<typeof sealedSchema> = {
        n: randomToken(),
        x: Math.floor(clock.nowMs() / 1_000) + CONFIRMATION_SECONDS,
        k: stage,
        t: text,
        ...(requestState === undefined ? {} : { s: requestState }),
        ...(inputResponses === undefined ? {} : { r: inputResponses }),
      };
      return PREFIX + seal(key, JSON.stringify(content), contextOf(about));
    },

    read(state: string | undefined, about: string): ReadState {
      if (state?.startsWith(PREFIX) !== true) return { kind: 'foreign' };
      const text = opened(key, state.slice(PREFIX.length), about);
      if (text === undefined) return { kind: 'invalid' };
      const { k, n, r, s, t, x } = sealedSchema.parse(JSON.parse(text));
      if (x * 1_000 <= clock.nowMs()) return { kind: 'expired' };
      const content = { stage: k, text: t, requestState: s, inputResponses: r };
      return { kind: 'good', id: n, expiresAtSeconds: x, content };
    },
  };
}

export function isOurs(state: string | undefined): boolean {
  return state?.startsWith(PREFIX) === true;
}

function opened(key: Uint8Array, sealed: string, about: string): string | undefined {
  // One spelling alone is ours: base64url forgives bits at its end, and what is no part of it.
  if (Buffer.from(sealed, 'base64url').toString('base64url') !== sealed) return undefined;
  try {
    return unseal(key, sealed, contextOf(about));
  } catch {
    return undefined;
  }
}

function contextOf(about: string): string {
  return `confirmation 1 ${about}`;
}
