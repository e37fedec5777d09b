import { uiText as text } from '../text/ui.ts';

const FORMAT = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The distance in the largest unit that still says something: "in 29 days", "2 hours ago", "just now". */
export function relativeTime(atMs: number, nowMs: number): string {
  const distanceMs = atMs - nowMs;
  const magnitudeMs = Math.abs(distanceMs);
  if (magnitudeMs < MINUTE_MS) return text.justNow;
  if (magnitudeMs < HOUR_MS) return FORMAT.format(Math.round(distanceMs / MINUTE_MS), 'minute');
  if (magnitudeMs < DAY_MS) return FORMAT.format(Math.round(distanceMs / HOUR_MS), 'hour');
  if (magnitudeMs < 100 * DAY_MS) return FORMAT.format(Math.round(distanceMs / DAY_MS), 'day');
  if (magnitudeMs < 700 * DAY_MS) return FORMAT.format(Math.round(distanceMs / (30.44 * DAY_MS)), 'month');
  return FORMAT.format(Math.round(distanceMs / (365.25 * DAY_MS)), 'year');
}
