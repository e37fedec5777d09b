const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** "13 MB", "1.5 GB". */
export function inBytes(bytes: number): string {
  let value = bytes;
  let at = 0;
  while (value >= 1000 && at < UNITS.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${value < 10 && at > 0 ? Math.round(value * 10) / 10 : Math.round(value)} ${UNITS[at]}`;
}
