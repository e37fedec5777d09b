import { describe, expect, test } from 'vitest';
import type { AttemptStep } from '../../store/schema.ts';
import { FAILED_STEP_WORDS, STEP_WORDS, wordsOf } from './words.ts';
import { verdictOf } from './verdict.ts';

const BEGAN = Date.parse('2026-11-21T10:00:00Z');
const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** One step a second: `token!wrong code verifier` is one that went wrong. */
function stepsOf(...written: string[]): AttemptStep[] {
  return written.map((text, index) => {
    const [step = '', fault] = text.split('!');
    const at = new Date(BEGAN + index * SECOND).toISOString();
    return fault === undefined ? { step, at } : { step, at, fault };
  });
}

const METADATA = ['challenged', 'resource_metadata', 'server_metadata'];
const REGISTERED = [...METADATA, 'registered'];
const SENT = [...REGISTERED, 'authorize'];
const ASKED = [...SENT, 'sign_in', 'signed_in', 'consent'];
const ALLOWED = [...ASKED, 'allowed'];
const TOKEN = [...ALLOWED, 'token'];

describe('where an attempt stopped', () => {
  test.each<[steps: string[], afterMs: number, state: string, code: string, says: RegExp]>([
    [['challenged'], SECOND, 'waiting', 'challenged', /was told to sign in/],
    [['challenged'], MINUTE, 'stopped', 'metadata_not_read', /never read how/],
    [['challenged!key_refused'], SECOND, 'stopped', 'key_refused', /key that is not valid/],
    [['challenged!token_refused'], SECOND, 'note', 'token_ended', /token that has ended/],
    [
      ['challenged!token_refused', 'resource_metadata', 'server_metadata'],
      MINUTE,
      'note',
      'token_ended',
      /ended/,
    ],
    [['challenged!two_credentials'], SECOND, 'stopped', 'two_credentials', /two credentials/],
    [['challenged!credential_unusable'], SECOND, 'stopped', 'credential_unusable', /cannot be read/],
    [['challenged', 'resource_metadata'], SECOND, 'waiting', 'reading', /finding out/],
    [['challenged', 'resource_metadata'], MINUTE, 'stopped', 'server_metadata_not_read', /never asked there/],
    [METADATA, MINUTE, 'stopped', 'not_opened', /has sent nobody/],
    [
      [...METADATA, 'registered!invalid_redirect_uri'],
      SECOND,
      'stopped',
      'registration_refused',
      /could not register/,
    ],
    [
      [...METADATA, 'registered!temporarily_unavailable'],
      SECOND,
      'stopped',
      'too_many_registrations',
      /too many/,
    ],
    [REGISTERED, 5 * MINUTE, 'waiting', 'registered', /registered, and nobody has signed in yet/],
    [REGISTERED, 11 * MINUTE, 'stopped', 'nobody_came', /nobody came to sign in/],
    [[...REGISTERED, 'authorize!unknown_client'], SECOND, 'stopped', 'unknown_client', /not known here/],
    [
      [...METADATA, 'authorize!document_unusable'],
      SECOND,
      'stopped',
      'document_unusable',
      /could not be used/,
    ],
    [
      [...REGISTERED, 'authorize!invalid_redirect_uri'],
      SECOND,
      'stopped',
      'redirect_not_registered',
      /never registered/,
    ],
    [[...REGISTERED, 'authorize!no_pkce'], SECOND, 'stopped', 'no_pkce', /PKCE/],
    [
      [...REGISTERED, 'authorize!invalid_target'],
      SECOND,
      'stopped',
      'resource_unknown',
      /not one of this server/,
    ],
    [
      [...REGISTERED, 'authorize!unsupported_response_type'],
      SECOND,
      'stopped',
      'authorize_refused',
      /not possible/,
    ],
    [SENT, SECOND, 'waiting', 'page_opening', /sent a browser/],
    [SENT, MINUTE, 'stopped', 'page_not_opened', /never arrived/],
    [[...SENT, 'sign_in'], MINUTE, 'waiting', 'signing_in', /Nobody has signed in yet/],
    [[...SENT, 'sign_in'], 20 * MINUTE, 'stopped', 'not_signed_in', /nobody signed in/],
    [ASKED, MINUTE, 'waiting', 'deciding', /being asked/],
    [ASKED, 20 * MINUTE, 'stopped', 'undecided', /never answered/],
    [[...SENT, 'sign_in', 'consent!not_a_member'], SECOND, 'stopped', 'not_a_member', /does not belong/],
    [[...SENT, 'consent!client_blocked'], SECOND, 'stopped', 'client_blocked', /blocked/],
    [[...SENT, 'consent!client_not_allowed'], SECOND, 'stopped', 'client_not_allowed', /known better/],
    [[...SENT, 'consent!closed'], SECOND, 'stopped', 'consent_closed', /could not get into/],
    [[...ASKED, 'allowed!organisation_forbids'], SECOND, 'stopped', 'organisation_forbids', /read-only/],
    [[...ASKED, 'allowed!role_forbids'], SECOND, 'stopped', 'role_forbids', /role/],
    [[...ASKED, 'allowed!already_decided'], SECOND, 'stopped', 'consent_refused', /could not be given/],
    [[...ASKED, 'denied'], SECOND, 'stopped', 'denied', /answered Cancel/],
    [ALLOWED, SECOND, 'waiting', 'code_out', /expected to fetch/],
    [ALLOWED, MINUTE, 'stopped', 'code_left', /never fetched its token/],
    [[...ALLOWED, 'token!wrong code verifier'], SECOND, 'stopped', 'wrong_verifier', /wrong verifier/],
    [[...ALLOWED, 'token!code_verifier is missing'], SECOND, 'stopped', 'wrong_verifier', /wrong verifier/],
    [[...ALLOWED, 'token!another redirect URI'], SECOND, 'stopped', 'wrong_redirect', /another redirect/],
    [
      [...ALLOWED, 'token!the code belongs to another client'],
      SECOND,
      'stopped',
      'wrong_client',
      /another app/,
    ],
    [
      [...ALLOWED, 'token!another resource than the one that was authorized'],
      SECOND,
      'stopped',
      'wrong_resource',
      /another URL/,
    ],
    [[...ALLOWED, 'token!the code is bound to another key'], SECOND, 'stopped', 'wrong_key', /another key/],
    [[...ALLOWED, 'token!the code expired'], SECOND, 'stopped', 'code_expired', /too late/],
    [[...ALLOWED, 'token!the code was used before'], SECOND, 'stopped', 'code_used', /twice/],
    [[...ALLOWED, 'token!invalid_client'], SECOND, 'stopped', 'client_refused', /prove who it is/],
    [[...ALLOWED, 'token!something new'], SECOND, 'stopped', 'code_refused', /could not redeem/],
    [[...ALLOWED, 'token!wrong code verifier', 'token'], SECOND, 'waiting', 'token_out', /has its token/],
    [TOKEN, MINUTE, 'stopped', 'token_unused', /never came back/],
    [[...TOKEN, 'initialize'], SECOND, 'waiting', 'initialized', /opened the connection/],
    [[...TOKEN, 'initialize'], MINUTE, 'stopped', 'nothing_listed', /never asked for the tools/],
    [[...TOKEN, 'initialize', 'tools_list'], MINUTE, 'connected', 'listed', /knows the tools/],
    [
      [...TOKEN, 'initialize', 'tools_list', 'tool_call!failed'],
      SECOND,
      'stopped',
      'call_failed',
      /first call failed/,
    ],
    [
      [...TOKEN, 'tools_list', 'tool_call!failed', 'tool_call'],
      SECOND,
      'connected',
      'called',
      /has called a tool/,
    ],
  ])('%j after %i ms is %s: %s', (written, afterMs, state, code, says) => {
    const steps = stepsOf(...written);
    const verdict = verdictOf(steps, BEGAN + (steps.length - 1) * SECOND + afterMs);
    expect(verdict).toMatchObject({ state, code });
    expect(wordsOf(verdict.code, 'Claude').sentence).toMatch(says);
  });

  test('each stop says what would help, and each step that can fail has words for it', () => {
    const stops = ['metadata_not_read', 'token_unused', 'wrong_verifier', 'denied', 'not_a_member'] as const;
    for (const code of stops) expect(wordsOf(code, undefined).advice).not.toBe('');
    for (const words of [...Object.values(STEP_WORDS), ...Object.values(FAILED_STEP_WORDS)])
      expect(words).toMatch(/^[A-Z]/);
  });

  test('a name stands apart from the sentence, so that it turns nothing round', () => {
    expect(wordsOf('listed', 'أداة').sentence).toContain('\u2068أداة\u2069 is connected');
    expect(wordsOf('listed', undefined).sentence).toMatch(/^The app is connected/);
  });
});
