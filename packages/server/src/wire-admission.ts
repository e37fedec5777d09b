import type { AppOptions } from './app-options.ts';
import { USUAL_CALLS } from './config-calls.ts';
import { NOT_ADMITTED, type Admission } from './gateway/pipeline/admit.ts';
import { createAtOnce } from './limits/at-once.ts';
import { createFairGate } from './limits/fair-gate.ts';
import { createQuotas } from './limits/quotas.ts';
import type { Registry } from './telemetry/registry.ts';

/** The part of the wiring that is about which calls are let in, and when. */
export function wireAdmission({
  calls = USUAL_CALLS,
  clock,
  log,
  registry,
  store,
}: Pick<AppOptions, 'calls' | 'clock' | 'log' | 'store'> & { registry: Registry }) {
  const atOnce = createAtOnce({ perKey: calls.atOncePerKey, perOrganisation: calls.atOncePerOrganisation });
  const gate = createFairGate({
    underWayMax: calls.atOnce,
    waitingMax: calls.waiting,
    waitMs: calls.waitSeconds * 1000,
  });
  const ceiling = { calls: calls.monthlyCalls, credits: calls.monthlyCredits };
  const quotas = createQuotas({ ceiling, clock, log, store: store.calls });
  const refused = registry.counter({
    name: 'latchkey_calls_not_admitted_total',
    help: 'Calls that were not made: too many at once, a month used up, or (full, late, gone) while they waited for their turn',
    labels: { why: NOT_ADMITTED },
  });
  registry.read(
    'gauge',
    { name: 'latchkey_calls_under_way', help: 'Calls that were let in and are not over' },
    (put) => put(gate.figures().underWay),
  );
  registry.read(
    'gauge',
    {
      name: 'latchkey_calls_waiting',
      help: 'Calls that wait for their turn because this node has enough to do',
    },
    (put) => put(gate.figures().waiting),
  );
  return {
    admission: {
      atOnce,
      gate,
      quotas,
      onRefused: (why) => {
        refused.at(why).value += 1;
      },
    } satisfies Admission,
    /** What the operator allows beside calls in a minute. */
    ceilings: {
      monthly: ceiling,
      atOnce: { perKey: calls.atOncePerKey, perOrganisation: calls.atOncePerOrganisation },
    },
    /** Gives back what this node holds of quotas. */
    close: quotas.close,
  };
}
