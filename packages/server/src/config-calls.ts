import { z } from 'zod';
import { wholeNumber } from './config-number.ts';

const count = (most: number) => wholeNumber(1, most);

/** How much may be called, as the operator says it. In a minute: generous for work, tight for a loop gone wild. */
export const CALL_VARIABLES = {
  LATCHKEY_CALLS_PER_MINUTE_PER_KEY: count(1_000_000).default(600),
  LATCHKEY_CALLS_PER_MINUTE_PER_ORGANISATION: count(1_000_000).default(6000),
  LATCHKEY_CALLS_AT_ONCE: count(100_000).default(1024),
  LATCHKEY_CALLS_AT_ONCE_PER_ORGANISATION: count(100_000).default(512),
  LATCHKEY_CALLS_AT_ONCE_PER_KEY: count(100_000).default(256),
  LATCHKEY_CALLS_WAITING: count(100_000).default(1024),
  LATCHKEY_CALLS_WAIT_SECONDS: count(300).default(10),
  LATCHKEY_MONTHLY_CALLS: count(1_000_000_000_000).optional(),
  LATCHKEY_MONTHLY_CREDITS: count(1_000_000_000_000).optional(),
} as const;

const schema = z.object(CALL_VARIABLES);

/** Calls in a minute; that are under way, on each process; and by the month, of each organisation. */
export interface CallSettings {
  readonly perMinutePerKey: number;
  readonly perMinutePerOrganisation: number;
  readonly atOnce: number;
  readonly atOncePerOrganisation: number;
  readonly atOncePerKey: number;
  /** How many may wait for their turn, and how long. */
  readonly waiting: number;
  readonly waitSeconds: number;
  /** Null: no end. */
  readonly monthlyCalls: number | null;
  readonly monthlyCredits: number | null;
}

export function callSettingsOf(read: z.infer<typeof schema>): CallSettings {
  return {
    perMinutePerKey: read.LATCHKEY_CALLS_PER_MINUTE_PER_KEY,
    perMinutePerOrganisation: read.LATCHKEY_CALLS_PER_MINUTE_PER_ORGANISATION,
    atOnce: read.LATCHKEY_CALLS_AT_ONCE,
    atOncePerOrganisation: read.LATCHKEY_CALLS_AT_ONCE_PER_ORGANISATION,
    atOncePerKey: read.LATCHKEY_CALLS_AT_ONCE_PER_KEY,
    waiting: read.LATCHKEY_CALLS_WAITING,
    waitSeconds: read.LATCHKEY_CALLS_WAIT_SECONDS,
    monthlyCalls: read.LATCHKEY_MONTHLY_CALLS ?? null,
    monthlyCredits: read.LATCHKEY_MONTHLY_CREDITS ?? null,
  };
}

export const USUAL_CALLS: CallSettings = callSettingsOf(schema.parse({}));
