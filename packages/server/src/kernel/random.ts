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
  if (used + count > pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  const octets = Buffer.from(pool.subarray(used, used + count));
  pool.fill(0, used, used + count);
  used += count;
  return octets;
}
