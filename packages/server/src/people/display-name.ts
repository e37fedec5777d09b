const NAME_CHARACTERS_MAX = 80;

// Controls, the characters that turn the reading direction round, and halves of surrogate pairs: a name that holds
// them can make the text around it read as something else.
const DECEPTIVE = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/gu;

/** What people may call themselves or their organisation: one line, at most 80 characters. Empty: nothing was left. */
export function cleanDisplayName(text: string): string {
  const line = text.replace(/\s/gu, ' ').replace(DECEPTIVE, '').replace(/ {2,}/gu, ' ').trim();
  return Array.from(line).slice(0, NAME_CHARACTERS_MAX).join('').trim();
}
