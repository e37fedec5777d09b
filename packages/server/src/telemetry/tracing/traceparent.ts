// W3C Trace Context (Recommendation of 23 November 2021), sections 3.2 and 4.
import { randomOctets } from '../../kernel/random.ts';

export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly isSampled: boolean;
}

const VERSION_00 = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const LATER_VERSION =
  /^(?!00|ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-[\x21-\x7e]{0,256})?$/;
const ZERO = /^0+$/;

/** Undefined: there is none, or it is not as it must be. Two headers arrive as one text with a comma, which it never has. */
export function parseTraceparent(header: string | readonly string[] | undefined): TraceContext | undefined {
  if (typeof header !== 'string' || header.length > 320) return undefined;
  const [, traceId, spanId, flags] = VERSION_00.exec(header) ?? LATER_VERSION.exec(header) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (ZERO.test(traceId) || ZERO.test(spanId)) return undefined;
  // Of the flags only the one that says "sampled" is known; the others are not passed on.
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function formatTraceparent({ isSampled, spanId, traceId }: TraceContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}

export function newTraceId(): string {
  return newHex(16);
}

export function newSpanId(): string {
  return newHex(8);
}

/** All zeros are no id, and come up as good as never. */
function newHex(octets: number): string {
  const hex = randomOctets(octets).toString('hex');
  return ZERO.test(hex) ? newHex(octets) : hex;
}
