import { randomBytes } from 'node:crypto';

const POOL_BYTES = 4096;

let pool = Buffer.alloc(0);
let used = 0;

/**
 * Random bytes of the operating system's quality, as `randomBytes` of node:crypto. Fetched many at a time, because
 * fetching costs more than all else that is done with them. Who got bytes has the only copy.
 */
export function randomOctets(count: number): Buffer {
  if (count > POOL_BYTES) return randomBytes(count);
  const start = take(count);
  const octets = Buffer.from(pool.subarray(start, used));
  pool.fill(0, start, used);
  return octets;
}

/** As many of them as text in base64url. */
export function randomText(octets: number): string {
  if (octets > POOL_BYTES) return randomBytes(octets).toString('base64url');
  const start = take(octets);
  const text = pool.toString('base64url', start, used);
  pool.fill(0, start, used);
  return text;
}

/** Where they begin; they end at `used`. */
function take(count: number): number {
  if (used + count > pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  const start = used;
  used += count;
  return start;
}
