import { isObject, setOwn } from '../json.ts';
import { digitsAt, keepingDigits, parseKeepingDigits, textWithDigits } from '../kept-digits.ts';
import type { Mask } from './mask.ts';

/**
 * A value of JSON with the credential covered, wherever it stands. A number in which it stands becomes a text, for no
 * number can be covered. The value itself, where there is nothing to cover. It is not nested to do harm.
 */
export function maskedValue<T>(value: T, mask: Mask): T {
  const text = textWithDigits(value);
  return mask.text(text) === text ? value : (covered(value, mask) as T);
}

/** The same of JSON text, which stays as it was written but for what is covered, as long as that is JSON. */
export function maskedJson(json: Buffer, mask: Mask): Buffer {
  const masked = mask.bytes(json);
  if (masked === json || parseKeepingDigits(masked.toString('utf8')) !== undefined) return masked;
  return Buffer.from(textWithDigits(covered(parseKeepingDigits(json.toString('utf8')), mask)));
}

function covered(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask.text(value);
  if (Array.isArray(value)) {
    const items = value.map((item: unknown, index) => coveredMember(value, index, item, mask));
    return keepingDigits(items, value);
  }
  if (!isObject(value)) return value;
  const members = {};
  for (const [key, member] of Object.entries(value))
    setOwn(members, mask.text(key), coveredMember(value, key, member, mask));
  return keepingDigits(members, value);
}

function coveredMember(holder: object, key: string | number, member: unknown, mask: Mask): unknown {
  if (typeof member !== 'number') return covered(member, mask);
  const digits = digitsAt(holder, key) ?? String(member);
  const shown = mask.text(digits);
  return shown === digits ? member : shown;
}
