const ENDS_WITHIN_MS = 1000;

/** Whatever was begun and is still open must not keep a process that has nothing more to do. */
export function endSoon(): void {
  setTimeout(() => process.exit(), ENDS_WITHIN_MS).unref();
}
