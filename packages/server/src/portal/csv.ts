/** What a spreadsheet would take for a formula, were it not for an apostrophe before it: in full width, too, as Excel does in Japanese. */
const FORMULA = /^[=+\-@＝＋－＠\t\r\n]/;

/** One line of a CSV file (RFC 4180), with its end. Everything is quoted; nothing is a formula. */
export function csvLine(cells: readonly (string | number | null | undefined)[]): string {
  const quoted = cells.map((cell) => {
    if (typeof cell === 'number') return String(cell);
    const text = cell ?? '';
    return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  });
  return `${quoted.join(',')}\r\n`;
}
