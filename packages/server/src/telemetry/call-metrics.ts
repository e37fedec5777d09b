import { ACCESSES, CALL_KINDS, counterOf, type Metrics } from './metrics.ts';
import type { Counter, Histogram } from './registry.ts';

/** The counters of calls of one kind and access, found once and kept. */
export interface CallLine {
  readonly ok: Counter;
  readonly failed: Counter;
  readonly refused: Counter;
  /** From the decision to call to the end, and from the sending. */
  readonly seconds: Histogram;
}

export interface CallMetrics {
  /** `action` as the audit names it, such as `tool.call`. */
  of(action: string, access: 'read' | 'full'): CallLine;
  readonly answered: Histogram;
  readonly unanswered: Histogram;
  fault(fault: string): Counter;
  refusal(reason: string): Counter;
  authenticated: Counter;
  unauthenticated(code: string): Counter;
}

export function createCallMetrics(metrics: Metrics): CallMetrics {
  const { authentications, calls, callSeconds, refusals, upstreamFaults, upstreamSeconds } = metrics;
  const lines = ACCESSES.map(
    (access) =>
      new Map<string, CallLine>(
        CALL_KINDS.map((kind) => [
          kind,
          {
            ok: calls.at(kind, access, 'ok'),
            failed: calls.at(kind, access, 'failed'),
            refused: calls.at(kind, access, 'refused'),
            seconds: callSeconds.at(access),
          },
        ]),
      ),
  );
  const [read, full] = lines as [Map<string, CallLine>, Map<string, CallLine>];
  return {
    of(action, access) {
      const ofAccess = access === 'full' ? full : read;
      return ofAccess.get(kindOf(action)) ?? (ofAccess.get('other') as CallLine);
    },
    answered: upstreamSeconds.at('ok'),
    unanswered: upstreamSeconds.at('failed'),
    fault: counterOf((fault) => upstreamFaults.at(fault)),
    refusal: counterOf((reason) => refusals.at(reason)),
    authenticated: authentications.at('ok'),
    unauthenticated: counterOf((code) => authentications.at(code)),
  };
}

/** As metrics and spans name what the audit calls `tool.call`, `api.call`, `file.download` and so on. */
export function kindOf(action: string): (typeof CALL_KINDS)[number] {
  return KINDS.get(action) ?? 'other';
}

const KINDS: ReadonlyMap<string, (typeof CALL_KINDS)[number]> = new Map([
  ['tool.call', 'tool'],
  ['api.call', 'api'],
  ['file.download', 'download'],
  ['prompt.get', 'prompt'],
  ['resource.read', 'resource'],
]);
