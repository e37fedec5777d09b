import type { Counter, Registry } from './registry.ts';
import { ROUTES } from './routes.ts';

/** From half a millisecond, which is what we cost ourselves, to the longest that an upstream may take. */
const DURATIONS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const COMMITS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

export const STATUSES = ['2xx', '3xx', '4xx', '5xx', 'aborted'] as const;
export const CALL_KINDS = ['tool', 'api', 'download', 'prompt', 'resource', 'other'] as const;
export const ACCESSES = ['read', 'full'] as const;

/** Why a call that was asked for was not made. */
const REFUSALS = [
  'insufficient_scope',
  'read_only',
  'invalid_arguments',
  'request_state_invalid',
  'write_through_read_tool',
  'confirmation_required',
  'confirmation_invalid',
  'confirmation_expired',
  'confirmation_used',
  'confirmation_declined',
  'confirmation_cancelled',
  'credential_unavailable',
  'connect_needed',
  'other',
] as const;

const FAULTS = [
  'upstream_unreachable',
  'upstream_timeout',
  'upstream_reset',
  'upstream_invalid',
  'upstream_too_large',
  'upstream_aborted',
  'upstream_rejected',
  'upstream_error',
  'upstream_unauthorized',
  'tool_error',
  'not_sent',
  'internal',
  'other',
] as const;

const AUTHENTICATIONS = [
  'ok',
  'unauthenticated',
  'not_found',
  'invalid_request',
  'unavailable',
  'other',
] as const;

const LIMITS = [
  'key',
  'org',
  'register',
  'authorize',
  'connect',
  'sign-in',
  'passkey',
  'link',
  'confirm',
  'other',
] as const;

const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'token_exchange',
  'jwt_bearer',
  'none',
  'other',
] as const;

const TOKEN_OUTCOMES = [
  'ok',
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  'server_error',
  'other',
] as const;

/** What is counted as it happens. All else is read where it is known: see `Registry.read`. */
export function createMetrics(registry: Registry) {
  const calls = registry.counter({
    name: 'latchkey_calls_total',
    help: 'Calls of tools, API operations and files by how they ended; refused: not sent',
    labels: { kind: CALL_KINDS, access: ACCESSES, outcome: ['ok', 'failed', 'refused'] },
  });
  return {
    requests: registry.counter({
      name: 'latchkey_http_requests_total',
      help: 'HTTP requests by what they were for and how they were answered; aborted: the caller went away first',
      labels: { route: ROUTES, status: STATUSES },
    }),
    requestSeconds: registry.histogram({
      name: 'latchkey_http_request_duration_seconds',
      help: 'From the head of a request to the end of its answer; streams that stay open are left out',
      labels: { route: ROUTES },
      bounds: DURATIONS,
    }),
    calls,
    callSeconds: registry.histogram({
      name: 'latchkey_call_duration_seconds',
      help: 'From the decision to make a call to its end; for full access with the durable intent before it',
      labels: { access: ACCESSES },
      bounds: DURATIONS,
    }),
    upstreamSeconds: registry.histogram({
      name: 'latchkey_upstream_duration_seconds',
      help: 'From sending a call to the upstream to the end of its answer',
      labels: { outcome: ['ok', 'failed'] },
      bounds: DURATIONS,
    }),
    upstreamFaults: registry.counter({
      name: 'latchkey_upstream_faults_total',
      help: 'Calls that got no usable answer from the upstream, by why',
      labels: { fault: FAULTS },
    }),
    refusals: registry.counter({
      name: 'latchkey_call_refusals_total',
      help: 'Calls that were not sent, by why',
      labels: { reason: REFUSALS },
    }),
    authentications: registry.counter({
      name: 'latchkey_authentications_total',
      help: 'Requests at the doors by what became of their credential',
      labels: { outcome: AUTHENTICATIONS },
    }),
    limited: registry.counter({
      name: 'latchkey_rate_limited_total',
      help: 'Requests that a limit refused, by whose limit it was',
      labels: { limit: LIMITS },
    }),
    tokens: registry.counter({
      name: 'latchkey_token_requests_total',
      help: 'Requests at the token endpoint by grant type and outcome',
      labels: { grant_type: GRANT_TYPES, outcome: TOKEN_OUTCOMES },
    }),
    signIns: registry.counter({
      name: 'latchkey_sign_ins_total',
      help: 'Attempts to sign in by method and outcome; second_factor: the code is still to come',
      labels: {
        method: ['password', 'second_factor', 'passkey', 'company', 'other'],
        outcome: ['ok', 'refused', 'second_factor'],
      },
    }),
    auditRows: registry
      .counter({
        name: 'latchkey_audit_rows_total',
        help: 'Audit rows that the database has taken',
      })
      .at(),
    auditFailures: registry
      .counter({
        name: 'latchkey_audit_write_failures_total',
        help: 'Writes of audit rows that failed; batches are tried again, intents refuse their call',
      })
      .at(),
    intentSeconds: registry
      .histogram({
        name: 'latchkey_audit_intent_duration_seconds',
        help: 'How long a call that may write waits for its durable intent',
        bounds: COMMITS,
      })
      .at(),
    changes: registry
      .counter({
        name: 'latchkey_changes_total',
        help: 'Changes heard on the feed: revocations and whatever else other nodes must know at once',
      })
      .at(),
    changeSeconds: registry
      .histogram({
        name: 'latchkey_change_feed_lag_seconds',
        help: 'From the commit of a change on this node until it is heard back on the feed',
        bounds: COMMITS,
      })
      .at(),
    spans: registry.counter({
      name: 'latchkey_trace_spans_total',
      help: 'Spans of sampled requests that the collector took, or did not',
      labels: { outcome: ['exported', 'failed'] },
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

/** A counter for each of some values, found without making anything. */
export function counterOf(at: (value: string) => Counter): (value: string) => Counter {
  const known = new Map<string, Counter>();
  return (value) => {
    const found = known.get(value);
    if (found !== undefined) return found;
    const counter = at(value);
    // Values are ours; should one ever be a caller's, it is not kept.
    if (known.size < 64) known.set(value, counter);
    return counter;
  };
}
