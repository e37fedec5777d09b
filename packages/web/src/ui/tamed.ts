// Controls, private use, halves of pairs, and the invisible: what turns the reading direction round or hides text.
const DECEPTIVE = /[\p{Cc}\p{Co}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

/** One line of at most so many characters; what cannot be seen becomes a sign that can. */
export function tamed(text: string, max: number): string {
  const line = text
    .slice(0, 4 * max)
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(DECEPTIVE, '\ufffd')
    .trim();
  const characters = Array.from(line);
  const isWhole = characters.length <= max && text.length <= 4 * max;
  return isWhole ? line : `${characters.slice(0, max).join('').trimEnd()}…`;
}
