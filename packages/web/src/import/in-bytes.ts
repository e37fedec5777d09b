import { importText } from '../text/import.ts';

const [BYTES, KILOBYTES, MEGABYTES] = importText.sizes;

/** "13 MB". */
export function inBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} ${BYTES}`;
  if (bytes < 1_000_000) return `${rounded(bytes / 1_000)} ${KILOBYTES}`;
  return `${rounded(bytes / 1_000_000)} ${MEGABYTES}`;
}

function rounded(value: number): string {
  return value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value));
}
