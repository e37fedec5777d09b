import { durationText as text } from '../text/operator.ts';

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** The two largest units: "3 days 4 hours". */
export function durationInWords(seconds: number): string {
  const parts: string[] = [];
  let left = Math.floor(seconds);
  for (const [name, length] of UNITS) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) parts.push(text.units[name](count));
  }
  return parts.length === 0 ? text.short : parts.slice(0, 2).join(' ');
}
