const MINUTE = 60;

/** How long to wait, in words. */
export function inSeconds(seconds: number): string {
  const [count, unit] = seconds < 2 * MINUTE ? [seconds, 'second'] : [Math.ceil(seconds / MINUTE), 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
