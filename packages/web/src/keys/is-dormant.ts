import type { ApiKey } from '../api/types.ts';
import { DAY_MS } from '../ui/relative-time.ts';

export const DORMANT_DAYS = 90;

/** A key that works and that nobody has used for so long is better ended. */
export function isDormant(
  key: Pick<ApiKey, 'status' | 'created_at' | 'last_used_at'>,
  nowMs: number,
): boolean {
  const usedAtMs = Date.parse(key.last_used_at ?? key.created_at);
  return key.status === 'active' && nowMs - usedAtMs > DORMANT_DAYS * DAY_MS;
}
