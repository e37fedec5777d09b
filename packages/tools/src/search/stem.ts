const VOWEL = /[aeiouy]/;

/**
 * What the forms of an English word have in common, roughly: `repositories`, `repository`; `create`, `creating`,
 * `creation`. It makes words equal that are written alike; it knows no dictionary.
 */
export function stem(word: string): string {
  if (word.length <= 3 || !/^[a-z]+$/.test(word)) return word;
  return withoutFinal(withoutNounEnding(withoutVerbEnding(singular(word))));
}

function singular(word: string): string {
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:ss|x|ch|sh|zz)es$/.test(word)) return word.slice(0, -2);
  if (word.endsWith('s') && !/(?:ss|us|is)$/.test(word)) return word.slice(0, -1);
  return word;
}

function withoutVerbEnding(word: string): string {
  for (const ending of ['ing', 'ed']) {
    if (!word.endsWith(ending)) continue;
    const root = word.slice(0, -ending.length);
    if (root.length < 3 || !VOWEL.test(root)) return word;
    // `running` has a letter of its own making; `filling` and `passing` do not.
    return /([^aeiouylsz])\1$/.test(root) ? root.slice(0, -1) : root;
  }
  return word;
}

function withoutNounEnding(word: string): string {
  if (word.endsWith('ation') && word.length >= 9) return word.slice(0, -5);
  if (word.endsWith('tion') && word.length >= 8) return word.slice(0, -3);
  if (word.endsWith('ment') && word.length >= 9) return word.slice(0, -4);
  return word;
}

function withoutFinal(word: string): string {
  if (word.length > 4 && word.endsWith('e')) return word.slice(0, -1);
  return word.length > 3 && word.endsWith('y') && !VOWEL.test(word.at(-2) ?? '')
    ? `${word.slice(0, -1)}i`
    : word;
}
