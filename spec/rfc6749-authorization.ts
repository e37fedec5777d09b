import { must, should, type Requirement } from './requirement.ts';
import { answers, authorize, code, consent, registration } from './tests.ts';

const NO_OTHER_REDIRECT = authorize('9 and 14: %j is not one of the registered redirect URIs');
const REFUSED_ON_A_PAGE = authorize('%s is refused on a page; the way back is a link');
const BOUND_CODE = code('3 and 11: %s is refused, and the code is still good');
const REDIRECT_URIS_MENDED = registration(
  'of a mixed set the usable redirect URIs are kept (10: script and data URIs are dropped)',
);

/** Of RFC 6749, what concerns the way from an authorize URL to a code. */
export const AUTHORIZATION: readonly Requirement[] = [
  must(
    'RFC6749-3.1-person-first',
    '3.1',
    'Nobody decides at the consent page before we know who they are.',
    consent('C2: without a session the form leads to the sign-in page and decides nothing'),
  ),
  must(
    'RFC6749-3.1-get',
    '3.1',
    'The authorization endpoint takes GET.',
    authorize('the same authorize URL opens a new transaction each time: people press Reconnect'),
  ),
  must(
    'RFC6749-3.1-empty-is-absent',
    '3.1',
    'A parameter without a value counts as one that was not sent.',
    authorize('no state in, no state out'),
    REFUSED_ON_A_PAGE,
  ),
  must(
    'RFC6749-3.1-unknown-ignored',
    '3.1',
    'Parameters of the authorization request that we do not know change nothing.',
    answers('parameters that nobody knows change nothing, at the authorization and at the token endpoint'),
  ),
  must(
    'RFC6749-3.1-no-repetition',
    '3.1',
    'No parameter may be there twice, in the request or in our answer.',
    authorize('Z3: a repeated %s is refused, because two readers could see two values'),
    authorize('returns the state %j unchanged, with iss, once each'),
  ),
  must(
    'RFC6749-3.1.1-response-type',
    '3.1.1',
    'A missing or unknown response type is an error.',
    REFUSED_ON_A_PAGE,
  ),
  must(
    'RFC6749-3.1.2-absolute-no-fragment',
    '3.1.2',
    'A redirect URI is an absolute URI without a fragment; others are not registered.',
    REDIRECT_URIS_MENDED,
  ),
  must(
    'RFC6749-3.1.2-query-kept',
    '3.1.2',
    'The query that a registered redirect URI brings is kept when ours is added.',
    authorize(
      '13: a redirect URI that brings code, state, iss and error of its own carries ours, once, and keeps the rest byte for byte',
    ),
  ),
  should(
    'RFC6749-3.1.2.1-warn-without-tls',
    '3.1.2.1',
    'A redirect without TLS is possible on one’s own computer alone, and the page says so.',
    REDIRECT_URIS_MENDED,
    consent(
      'it names host and full redirect URI, tier, loopback, organisation, role, both choices and the lifetime',
    ),
  ),
  must(
    'RFC6749-3.1.2.2-registered-redirects',
    '3.1.2.2',
    'No client, public or not, exists without a registered redirect URI.',
    registration('redirect_uris %j leaves none and is refused'),
  ),
  should(
    'RFC6749-3.1.2.2-complete-uri',
    '3.1.2.2',
    'Whole URIs are registered; neither prefixes nor patterns count.',
    NO_OTHER_REDIRECT,
  ),
  must(
    'RFC6749-3.1.2.3-which-of-many',
    '3.1.2.3',
    'A client with several redirect URIs must say which.',
    authorize('the only registered redirect URI may be left out, one of two may not'),
  ),
  must(
    'RFC6749-3.1.2.3-string-comparison',
    '3.1.2.3',
    'A redirect URI is compared with the registered ones character by character.',
    NO_OTHER_REDIRECT,
  ),
  must(
    'RFC6749-3.1.2.4-invalid-endpoint',
    '3.1.2.4',
    'A redirect URI that is not registered gets a page for the person and is never redirected to.',
    NO_OTHER_REDIRECT,
  ),
  must(
    'RFC6749-4.1.2-code-expires',
    '4.1.2',
    'A code is over after ten minutes at most.',
    answers('a code is good for ten minutes at most'),
    code('an expired code is refused'),
  ),
  must(
    'RFC6749-4.1.2-code-single-use',
    '4.1.2',
    'A code that was used is refused, for many who come at the same moment too.',
    code('1: a code replayed with its verifier is refused, and the grant dies with all that it minted'),
    code('2: of 50 redemptions of one code at the same moment exactly one succeeds, and one grant exists'),
  ),
  should(
    'RFC6749-4.1.2-replay-revokes',
    '4.1.2',
    'A replayed code takes down what it had minted.',
    code('1: a code replayed with its verifier is refused, and the grant dies with all that it minted'),
    code('1: a replay that runs beside the redemption ends the grant, as one that comes after it does'),
  ),
  must(
    'RFC6749-4.1.2-code-bound',
    '4.1.2',
    'A code belongs to its client and its redirect URI.',
    code('3: another client cannot redeem it, and does not burn it'),
    BOUND_CODE,
  ),
  must(
    'RFC6749-4.1.2-state',
    '4.1.2',
    'The state comes back exactly as it was sent, and not at all if none was.',
    authorize('returns the state %j unchanged, with iss, once each'),
    authorize('no state in, no state out'),
  ),
  must(
    'RFC6749-4.1.2.1-no-client-no-redirect',
    '4.1.2.1',
    'With an unknown client or redirect URI the person sees a page, and nobody is redirected.',
    authorize('8: %s gets a page, no redirect, no echo'),
    NO_OTHER_REDIRECT,
  ),
  must(
    'RFC6749-4.1.2.1-denial-told',
    '4.1.2.1',
    'A person’s No reaches the client as access_denied, with its state.',
    consent('C6: Deny is told to the client with state and iss, and is repeatable'),
  ),
  must(
    'RFC6749-4.1.2.1-error-state',
    '4.1.2.1',
    'An error carries the state of the request.',
    REFUSED_ON_A_PAGE,
  ),
  must(
    'RFC6749-4.1.2.1-characters',
    '4.1.2.1',
    'Errors and their descriptions are plain ASCII, whatever the request held.',
    answers('errors > of the authorization endpoint are so too'),
  ),
  should(
    'RFC6749-10.2-told-the-person',
    '10.2',
    'The person is told who asks, for what, where it goes and for how long.',
    consent(
      'it names host and full redirect URI, tier, loopback, organisation, role, both choices and the lifetime',
    ),
  ),
  should(
    'RFC6749-10.2-no-automatic-repeat',
    '10.2',
    'A repeated request of the same client is asked about again.',
    consent(
      '17: an approval is not remembered: the same client is asked about again, by the same browser too',
    ),
  ),
  must(
    'RFC6749-10.6-redirect-manipulation',
    '10.6',
    'The redirect URI of the token request is held against the one the code was sent to.',
    BOUND_CODE,
    registration('redirect_uris %j leaves none and is refused'),
  ),
  must(
    'RFC6749-10.12-csrf',
    '10.12',
    'No other site and no other person can make a browser approve.',
    consent("19: an attacker's transaction and token, posted by a victim's browser, decide nothing"),
    consent('20: a form from %s is refused'),
  ),
  should(
    'RFC6749-10.13-clickjacking',
    '10.13',
    'No page of ours shows up in a frame.',
    consent('20: every page of the way forbids frames and scripts'),
  ),
  must(
    'RFC6749-10.14-injection',
    '10.14',
    'State, redirect URIs and names are checked and shown as text.',
    consent('25: the name %j is inert, isolated and short'),
    authorize('returns the state %j unchanged, with iss, once each'),
    REDIRECT_URIS_MENDED,
  ),
  should(
    'RFC6749-10.15-open-redirector',
    '10.15',
    'An error never sends a browser to a client’s address by itself before a person agreed.',
    REFUSED_ON_A_PAGE,
  ),
];
