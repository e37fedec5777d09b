import type { PlayedStep } from '../../connectors/played-call.ts';
import type { CallStep } from '../../kernel/call-step.ts';

/** How long each step took. One ends where the next begins. */
export function createStopwatch(nowMs: () => number) {
  const startedMs = nowMs();
  const laps: { step: CallStep; fromMs: number; ms: number }[] = [];
  let step: CallStep = 'checks';
  let sinceMs = startedMs;

  function enter(next: CallStep): void {
    if (next === step) return;
    const atMs = nowMs();
    laps.push({ step, fromMs: sinceMs - startedMs, ms: atMs - sinceMs });
    step = next;
    sinceMs = atMs;
  }

  return {
    enter,
    end(): { readonly steps: readonly PlayedStep[]; readonly totalMs: number } {
      const atMs = nowMs();
      return {
        steps: [...laps, { step, fromMs: sinceMs - startedMs, ms: atMs - sinceMs }],
        totalMs: atMs - startedMs,
      };
    },
  };
}
