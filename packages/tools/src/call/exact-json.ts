const LONG_NUMBER = /\d{16}/;
const INTEGER = /^-?\d+$/;

/**
 * JSON text as a value. An integer that a number cannot hold becomes text, digit by digit: it is somebody's id, and
 * the next call is made with it. Throws a SyntaxError for what is no JSON.
 */
export function exactJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return LONG_NUMBER.test(text) ? JSON.parse(withQuotedIntegers(text)) : value;
}

/** The same, undefined for what is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return exactJson(text);
  } catch {
    return undefined;
  }
}

/** Of text that is known to be JSON. By hand, because a pattern over megabytes ends the stack. */
function withQuotedIntegers(text: string): string {
  const pieces: string[] = [];
  let kept = 0;
  let index = 0;
  while (index < text.length) {
    const character = text.charCodeAt(index);
    if (character === 0x22) {
      index = endOfString(text, index);
    } else if (character === 0x2d || isDigit(character)) {
      const start = index;
      do index += 1;
      while (index < text.length && isNumberPart(text.charCodeAt(index)));
      const number = text.slice(start, index);
      if (number.length > 15 && INTEGER.test(number) && !Number.isSafeInteger(Number(number))) {
        pieces.push(text.slice(kept, start), '"', number, '"');
        kept = index;
      }
    } else index += 1;
  }
  pieces.push(text.slice(kept));
  return pieces.join('');
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== 0x22) {
    index += text.charCodeAt(index) === 0x5c ? 2 : 1;
  }
  return index + 1;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isNumberPart(code: number): boolean {
  return isDigit(code) || code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2b || code === 0x2d;
}
