import { LIMITS } from './limits.ts';

/** A pattern that every engine can take: compiles with the `u` flag, is short, and cannot run for ever. */
export function isSafePattern(pattern: string): boolean {
  if (pattern.length > LIMITS.patternCharacters || nestsQuantifiers(pattern)) return false;
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}

/** `(a+)+` and its kin: a repeated group that itself repeats something without end. */
function nestsQuantifiers(pattern: string): boolean {
  const groups: boolean[] = [false];
  let inClass = false;
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index];
    if (character === '\\') index += 1;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') groups.push(false);
    else if (character === ')') {
      const repeatsInside = groups.pop() ?? false;
      const repeated = repeats(pattern, index + 1);
      if (repeatsInside && repeated) return true;
      if (repeatsInside || repeated) groups[groups.length - 1] = true;
    } else if (repeats(pattern, index) && character !== undefined && '*+{'.includes(character)) {
      groups[groups.length - 1] = true;
    }
  }
  return false;
}

/** A quantifier without an upper end stands here. */
function repeats(pattern: string, index: number): boolean {
  const character = pattern[index];
  return (
    character === '*' ||
    character === '+' ||
    (character === '{' && /^\{\d+,\}/.test(pattern.slice(index, index + 12)))
  );
}
