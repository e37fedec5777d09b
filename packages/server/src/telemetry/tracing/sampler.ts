import { monotonicClock, type Clock } from '../../kernel/clock.ts';
import type { SamplerSettings } from '../settings.ts';

export interface Sampler {
  /** Whether a request is traced that nobody has a wish about. */
  byChance(): boolean;
  /** Whether the wish of a caller counts, whom we know by now, that its request be traced. */
  grants(): boolean;
}

/** Anybody can write "sampled" into a header, and each wish costs us and the collector: so many a second count. */
const WISHES_PER_SECOND = 10;
const WISHES_AT_ONCE = 50;

export function createSampler(
  { followsCaller, ratio }: SamplerSettings,
  { clock = monotonicClock, chance = Math.random }: { clock?: Clock; chance?: () => number } = {},
): Sampler {
  let wishes = WISHES_AT_ONCE;
  let filledMs = clock.nowMs();
  return {
    byChance: () => chance() < ratio,
    grants() {
      if (!followsCaller) return false;
      const nowMs = clock.nowMs();
      wishes = Math.min(WISHES_AT_ONCE, wishes + ((nowMs - filledMs) / 1000) * WISHES_PER_SECOND);
      filledMs = nowMs;
      if (wishes < 1) return false;
      wishes -= 1;
      return true;
    },
  };
}
