import { createHash } from 'node:crypto';
import { digitsAt } from '@latchkey/tools';
import { AppError } from '../../../kernel/errors.ts';
import type { JsonObject } from '../../../kernel/json.ts';

/** What the door lets in is not nested deeper; what was JSON inside a text may be. */
const DEPTH_MAX = 128;

/** SHA-256 of arguments, the same for the same members in whichever order. Throws `invalid_arguments` if nested too deeply. */
export function digestOf(args: JsonObject): string {
  const hash = createHash('sha256');
  write(args, 0, (text) => hash.update(text));
  return hash.digest('base64url');
}

function write(value: unknown, depth: number, out: (text: string) => void): void {
  if (depth > DEPTH_MAX) throw new AppError('invalid_arguments', 'The arguments are nested too deeply.');
  if (Array.isArray(value)) {
    out('[');
    for (const [index, item] of value.entries()) {
      writeMember(digitsAt(value, index), item, depth, out);
      out(',');
    }
    out(']');
  } else if (typeof value === 'object' && value !== null) {
    out('{');
    // By code units, on every machine. What is called `__proto__` is a member like any other.
    for (const [key, member] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (member === undefined) continue;
      out(`${JSON.stringify(key)}:`);
      writeMember(digitsAt(value, key), member, depth, out);
      out(',');
    }
    out('}');
  } else if (typeof value === 'number') {
    // JSON has no word for a number that is too large, and would write null.
    out(String(value));
  } else {
    out(JSON.stringify(value) ?? 'null');
  }
}

function writeMember(
  digits: string | undefined,
  member: unknown,
  depth: number,
  out: (text: string) => void,
): void {
  if (digits === undefined) write(member, depth + 1, out);
  else out(digits);
}
