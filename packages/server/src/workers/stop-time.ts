import type { Config } from '../config.ts';
import { STOP_MS_MAX } from '../kernel/stop-ms-max.ts';
import { drainMs, HAND_OVER_MS } from '../leaving.ts';
import type { StopOrder } from './orders.ts';

/** As long as a worker may take to end when it is told to, whatever hangs in it. */
export function stopMsMax(first: StopOrder['first'], config: Pick<Config, 'drainSeconds'>): number {
  if (first === 'hand over') return STOP_MS_MAX + HAND_OVER_MS;
  return STOP_MS_MAX + (first === 'drain' ? drainMs(config) : 0);
}
