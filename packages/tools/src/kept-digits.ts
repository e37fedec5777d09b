import { randomUUID } from 'node:crypto';
import { LONG_NUMBER, withQuotedIntegers } from './quoted-integers.ts';

/**
 * What an object or a list knows of the integers in it that a number rounds. No name in JSON can be it, no JSON shows it,
 * and a copy made with `...` has it too.
 */
const DIGITS = Symbol('digits');

type Key = string | number;
type Holder = { [DIGITS]?: ReadonlyMap<Key, string> };

/** Of one text. Where there are more they are rounded: nobody's message is to cost much more than its parsing. */
const INTEGERS_MAX = 100_000;

/**
 * JSON text as a value. An integer that a number rounds is a number like any other, and what `textWithDigits` makes of
 * the value has its digits. Undefined for what is no JSON.
 */
export function parseKeepingDigits(text: string): unknown {
  const value = parsed(text);
  if (!LONG_NUMBER.test(text)) return value;
  // Nobody who writes the text can know the mark, so nobody's text becomes a number.
  const mark = newMark();
  const marked = withQuotedIntegers(text, mark, INTEGERS_MAX);
  // One that stands alone has nobody to keep its digits.
  return marked === text || !isHolder(value) ? value : withNumbers(parsed(marked), mark);
}

/** A value as JSON, with the digits that were kept. */
export function textWithDigits(value: unknown): string {
  const text = JSON.stringify(value);
  if (!MAY_BE_ROUNDED.test(text)) return text;
  const mark = newMark();
  const marked = JSON.stringify(value, function (this: object, key: string, member: unknown) {
    const digits = digitsAt(this, Array.isArray(this) ? Number(key) : key);
    return digits === undefined ? member : mark + digits;
  });
  return marked.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
}

/** The digits of an integer that was rounded; undefined: what is there is exact. */
export function digitsAt(holder: object, key: Key): string | undefined {
  const digits = (holder as Holder)[DIGITS]?.get(key);
  // A copy may have got another value.
  return digits !== undefined && Number(digits) === (holder as Record<Key, unknown>)[key]
    ? digits
    : undefined;
}

/** A copy of an object or a list, made by hand, with what is known of the digits in it. */
export function keepingDigits<T extends object>(copy: T, of: object): T {
  const digits = (of as Holder)[DIGITS];
  if (digits !== undefined) (copy as Holder)[DIGITS] = digits;
  return copy;
}

/** Beyond 21 digits a number is written with an exponent. */
const MAY_BE_ROUNDED = /\d{16}|\de\+\d+[,\]}]/;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function newMark(): string {
  return `digits ${randomUUID()} `;
}

/** Without recursion: who sends it says how deep it is. */
function withNumbers(whole: unknown, mark: string): unknown {
  const waiting = [whole].filter(isHolder);
  for (let holder = waiting.pop(); holder !== undefined; holder = waiting.pop()) {
    const members = holder as Record<Key, unknown>;
    const digits = new Map<Key, string>();
    for (const key of Array.isArray(holder) ? holder.keys() : Object.keys(holder)) {
      const member = members[key];
      if (isHolder(member)) waiting.push(member);
      else if (typeof member === 'string' && member.startsWith(mark)) {
        const written = member.slice(mark.length);
        const number = Number(written);
        members[key] = number;
        if (String(number) !== written) digits.set(key, written);
      }
    }
    if (digits.size > 0) (holder as Holder)[DIGITS] = digits;
  }
  return whole;
}

function isHolder(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
