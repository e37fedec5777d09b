import type { CallError, CallOrder, CallResult, PlaygroundTool } from '../api/playground.ts';

/** What came of a call, as far as this page knows. */
export type Outcome =
  | { readonly kind: 'result'; readonly result: CallResult }
  /** The person broke it off. */
  | { readonly kind: 'cancelled' }
  /** Refused before it was a call, or nobody answered. */
  | { readonly kind: 'unanswered'; readonly error: unknown };

export interface Played {
  readonly id: number;
  readonly tool: PlaygroundTool;
  readonly order: CallOrder;
  readonly at: string;
  readonly outcome: Outcome;
}

export type Verdict = 'done' | 'refused' | 'failed' | 'cancelled' | 'unanswered';

const REFUSALS = new Set([
  'insufficient_scope',
  'invalid_arguments',
  'not_found',
  'forbidden',
  'rate_limited',
  'connect_needed',
  'credential_unavailable',
]);

/** Refused: by Latchkey, and nothing was sent. Failed: it was. */
export function verdictOf(outcome: Outcome): Verdict {
  if (outcome.kind !== 'result') return outcome.kind;
  const { error, upstream } = outcome.result;
  if (error === null) return 'done';
  return upstream === null && REFUSALS.has(error.code) ? 'refused' : 'failed';
}

/** Each fault by the place of its field. */
export function faultsIn(outcome: Outcome | undefined): ReadonlyMap<string, string> {
  const fields: CallError['fields'] = outcome?.kind === 'result' ? (outcome.result.error?.fields ?? []) : [];
  return new Map(fields.filter(({ field }) => field !== '').map(({ field, message }) => [field, message]));
}
