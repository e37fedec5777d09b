let text = '';
let second = 0;

/** The time of day as a `Date` header says it (RFC 9110 section 5.6.7): made once for each second. */
export function dateHeader(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    text = new Date(now * 1000).toUTCString();
  }
  return text;
}
