/** Only text in which it is found can hold an integer that a number cannot. */
export const LONG_NUMBER = /\d{16}/;

const INTEGER = /^-?\d+$/;

/**
 * Text that is known to be JSON, with each integer that a number cannot hold as a text of its digits, behind the mark.
 * Where there are more than `most` the text is left as it is. By hand, because a pattern over megabytes ends the stack.
 */
export function withQuotedIntegers(text: string, mark = '', most = Infinity): string {
  let found = 0;
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
        found += 1;
        if (found > most) return text;
        pieces.push(text.slice(kept, start), '"', mark, number, '"');
        kept = index;
      }
    } else index += 1;
  }
  if (kept === 0) return text;
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
