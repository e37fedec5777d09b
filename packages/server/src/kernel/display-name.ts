// Controls, private use, halves of surrogate pairs, line separators, and the invisible: what turns the reading direction
// round or hides text, letters that only fill among them. Joiners and variation selectors stay, because scripts and
// emoji need them.
const DECEPTIVE =
  /[\p{Cc}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d\p{Variation_Selector}])[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** The last one is a pattern of Braille without a dot. */
const SEEN = /[^\p{Default_Ignorable_Code_Point}\s\u2800]/u;

/**
 * A name that somebody else chose, made safe to show: one line, nothing invisible that could make the text around it
 * read as something else, at most `charactersMax` characters. Undefined if nothing is left or it was no text.
 */
export function displayName(value: unknown, charactersMax: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  const line = value
    .slice(0, 4 * charactersMax)
    .replace(/\s/gu, ' ')
    .replace(DECEPTIVE, '')
    .replace(/ {2,}/gu, ' ')
    .trim();
  const capped = Array.from(line).slice(0, charactersMax).join('').trim();
  return SEEN.test(capped) ? capped : undefined;
}
