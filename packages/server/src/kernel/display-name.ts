/**
 * A name that somebody else chose, made safe to show: control, format and bidirectional characters go, white space is
 * folded, the length is capped. Undefined if nothing is left or it was no text.
 */
export function displayName(value: unknown, charactersMax: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  const clean = value
    .slice(0, 4 * charactersMax)
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  const capped = Array.from(clean).slice(0, charactersMax).join('').trim();
  return capped === '' ? undefined : capped;
}
