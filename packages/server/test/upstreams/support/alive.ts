import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** Who was killed and whom nobody has asked about since is not alive. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** A signal that cannot be caught is sent before it has worked. */
export async function isDead(pid: number): Promise<void> {
  await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
}
