const WHOLE = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const ONE_PLACE = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

export function countInWords(count: number): string {
  return WHOLE.format(count);
}

export function timeInWords(ms: number): string {
  if (ms >= 10_000) return `${WHOLE.format(ms / 1000)} s`;
  if (ms >= 1000) return `${ONE_PLACE.format(ms / 1000)} s`;
  return ms < 10 ? `${ONE_PLACE.format(ms)} ms` : `${WHOLE.format(ms)} ms`;
}

export function bytesInWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const kib = bytes / 1024;
  return kib < 1024 ? `${ONE_PLACE.format(kib)} KiB` : `${ONE_PLACE.format(kib / 1024)} MiB`;
}
