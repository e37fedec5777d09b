/** Zero width, bidi marks and isolates, the BOM, tags. */
const INVISIBLE = /\p{Cf}/gu;
/** Controls, what is not assigned, line separators. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * A server's text for a terminal, on one line: no escape sequence in it works, nothing is hidden or turned around.
 * Longer than `max` characters, it is cut.
 */
export function clean(text: string, max = 300): string {
  const cut = text.length > max * 2 ? text.slice(0, max * 2) : text;
  const shown = cut
    .replace(/[\t\r\n]+/g, ' ')
    .replace(INVISIBLE, '')
    .replace(UNSAFE, '\ufffd')
    .trim();
  return shown.length > max || cut.length < text.length ? `${shown.slice(0, max)}…` : shown;
}

/** In quotes, or "nothing". */
export function quoted(text: string | undefined, max = 160): string {
  return text === undefined ? 'nothing' : `"${clean(text, max)}"`;
}
