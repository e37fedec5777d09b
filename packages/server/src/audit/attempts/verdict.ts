import type { AttemptStep } from '../../store/schema.ts';
import type { Step } from './steps.ts';

/**
 * Where an attempt stands. `waiting`: somebody or something is expected to go on. `stopped`: nothing came, or it was
 * refused. `note`: nothing is wrong, and nothing was attempted.
 */
export interface Verdict {
  readonly state: 'connected' | 'waiting' | 'stopped' | 'note';
  readonly code: VerdictCode;
  /** The step that it stopped at, or that was the last. */
  readonly step: Step;
}

export type VerdictCode =
  | 'called'
  | 'call_failed'
  | 'listed'
  | 'nothing_listed'
  | 'initialized'
  | 'token_out'
  | 'token_unused'
  | 'wrong_verifier'
  | 'wrong_redirect'
  | 'wrong_client'
  | 'wrong_resource'
  | 'wrong_key'
  | 'code_used'
  | 'code_expired'
  | 'code_refused'
  | 'client_refused'
  | 'denied'
  | 'code_out'
  | 'code_left'
  | 'not_a_member'
  | 'client_blocked'
  | 'client_not_allowed'
  | 'consent_closed'
  | 'organisation_forbids'
  | 'role_forbids'
  | 'consent_refused'
  | 'deciding'
  | 'undecided'
  | 'signing_in'
  | 'not_signed_in'
  | 'page_opening'
  | 'page_not_opened'
  | 'unknown_client'
  | 'document_unusable'
  | 'redirect_not_registered'
  | 'no_pkce'
  | 'resource_unknown'
  | 'authorize_refused'
  | 'registered'
  | 'nobody_came'
  | 'registration_refused'
  | 'too_many_registrations'
  | 'reading'
  | 'not_opened'
  | 'server_metadata_not_read'
  | 'challenged'
  | 'metadata_not_read'
  | 'key_refused'
  | 'token_ended'
  | 'credential_unusable'
  | 'two_credentials';

/** What an app does by itself it does within this. */
const APP_MS = 30_000;
/** What waits for a person. */
const PERSON_MS = 10 * 60_000;

/** What became of an attempt, by the furthest step that it reached. */
export function verdictOf(steps: readonly AttemptStep[], nowMs: number): Verdict {
  const lastMs = Math.max(0, ...steps.map(({ at, last }) => Date.parse(last ?? at)));
  const age = nowMs - lastMs;

  const failure = (step: Step): string | undefined => steps.findLast((one) => one.step === step)?.fault;
  const went = (step: Step): boolean => steps.some((one) => one.step === step && one.fault === undefined);
  const tried = (step: Step): boolean => steps.some((one) => one.step === step);
  const stopped = (step: Step, code: VerdictCode): Verdict => ({ state: 'stopped', code, step });
  const within = (ms: number, step: Step, waiting: VerdictCode, over: VerdictCode): Verdict =>
    age < ms ? { state: 'waiting', code: waiting, step } : stopped(step, over);

  if (went('tool_call')) return { state: 'connected', code: 'called', step: 'tool_call' };
  if (tried('tool_call')) return stopped('tool_call', 'call_failed');
  if (went('tools_list')) return { state: 'connected', code: 'listed', step: 'tools_list' };
  if (went('initialize')) return within(APP_MS, 'initialize', 'initialized', 'nothing_listed');
  if (went('token')) return within(APP_MS, 'token', 'token_out', 'token_unused');
  if (tried('token')) return stopped('token', TOKEN_FAULTS[failure('token') ?? ''] ?? 'code_refused');
  if (went('denied')) return stopped('denied', 'denied');
  if (went('allowed')) return within(APP_MS, 'allowed', 'code_out', 'code_left');
  const refused = failure('allowed') ?? failure('consent');
  if (refused !== undefined) return stopped('consent', CONSENT_FAULTS[refused] ?? 'consent_refused');
  if (went('consent')) return within(PERSON_MS, 'consent', 'deciding', 'undecided');
  if (went('sign_in')) return within(PERSON_MS, 'sign_in', 'signing_in', 'not_signed_in');
  if (went('authorize')) return within(APP_MS, 'authorize', 'page_opening', 'page_not_opened');
  if (tried('authorize'))
    return stopped('authorize', AUTHORIZE_FAULTS[failure('authorize') ?? ''] ?? 'authorize_refused');
  if (went('registered')) return within(PERSON_MS, 'registered', 'registered', 'nobody_came');
  if (tried('registered'))
    return stopped(
      'registered',
      failure('registered') === 'temporarily_unavailable' ? 'too_many_registrations' : 'registration_refused',
    );
  const challenged = failure('challenged');
  if (challenged === 'token_refused') return { state: 'note', code: 'token_ended', step: 'challenged' };
  if (went('server_metadata')) return within(APP_MS, 'server_metadata', 'reading', 'not_opened');
  if (went('resource_metadata'))
    return within(APP_MS, 'resource_metadata', 'reading', 'server_metadata_not_read');
  if (challenged !== undefined)
    return stopped('challenged', DOOR_FAULTS[challenged] ?? 'credential_unusable');
  return within(APP_MS, 'challenged', 'challenged', 'metadata_not_read');
}

/** In the words of `TokenFault.detail`, which are for admins, and of the token endpoint's own errors. */
const TOKEN_FAULTS: Readonly<Record<string, VerdictCode>> = {
  'wrong code verifier': 'wrong_verifier',
  'another redirect URI': 'wrong_redirect',
  'the code belongs to another client': 'wrong_client',
  'another resource than the one that was authorized': 'wrong_resource',
  'the code is bound to another key': 'wrong_key',
  'the code was used before': 'code_used',
  'another request redeemed the code first': 'code_used',
  'the code expired': 'code_expired',
  'the user is no longer a member': 'not_a_member',
  'the user was removed just now': 'not_a_member',
  'an admin has blocked the client': 'client_blocked',
  'an admin has blocked the client just now': 'client_blocked',
  'the organisation does not allow the client': 'client_not_allowed',
  'the organisation does not allow the client just now': 'client_not_allowed',
  'code_verifier is missing': 'wrong_verifier',
  'code_verifier has not the form of one': 'wrong_verifier',
  invalid_client: 'client_refused',
  invalid_target: 'wrong_resource',
};

const CONSENT_FAULTS: Readonly<Record<string, VerdictCode>> = {
  not_a_member: 'not_a_member',
  client_blocked: 'client_blocked',
  client_not_allowed: 'client_not_allowed',
  closed: 'consent_closed',
  organisation_forbids: 'organisation_forbids',
  role_forbids: 'role_forbids',
  client_changed: 'redirect_not_registered',
};

const AUTHORIZE_FAULTS: Readonly<Record<string, VerdictCode>> = {
  unknown_client: 'unknown_client',
  document_unusable: 'document_unusable',
  invalid_redirect_uri: 'redirect_not_registered',
  no_pkce: 'no_pkce',
  invalid_target: 'resource_unknown',
};

const DOOR_FAULTS: Readonly<Record<string, VerdictCode>> = {
  key_refused: 'key_refused',
  credential_unusable: 'credential_unusable',
  two_credentials: 'two_credentials',
};
