import { must, should, may, type Standard } from './requirement.ts';
import {
  answers,
  authorize,
  clientAuthentication,
  code,
  consent,
  machines,
  refresh,
  registration,
  secrets,
  signIn,
  tokens,
} from './tests.ts';

const CLIENT_PROVES_ITSELF = clientAuthentication(
  '37: proves itself at each grant: no code, no refresh and no revocation without its secret',
);
const ONE_METHOD = clientAuthentication(
  '38: is refused by the other method, by none, by two at once and by half of one',
);
const ONE_ANSWER_FOR_ALL = clientAuthentication(
  '40: an unknown client, a wrong secret and a wrong method get one and the same answer',
);
const NO_OTHER_REDIRECT = authorize('9 and 14: %j is not one of the registered redirect URIs');
const REFUSED_ON_A_PAGE = authorize('%s is refused on a page; the way back is a link');
const BOUND_CODE = code('3 and 11: %s is refused, and the code is still good');
const REDIRECT_URIS_MENDED = registration(
  'of a mixed set the usable redirect URIs are kept (10: script and data URIs are dropped)',
);
const UNGUESSABLE = answers(
  'nothing that we issue can be guessed: each is 256 random bits or more, and no two are alike',
);
const PLAIN_SUCCESS = code('a success is JSON that nobody caches, readable by any page');
const TOKEN_REFUSAL = code('%s is refused with an OAuth error that nobody caches');
const NO_CREDENTIAL_LEFT = secrets(
  '7 and O1: no credential of a whole life is in the database or in the log',
);

export const RFC6749: Standard = {
  id: 'RFC6749',
  title: 'RFC 6749: The OAuth 2.0 Authorization Framework',
  url: 'https://www.rfc-editor.org/rfc/rfc6749',
  requirements: [
    must(
      'RFC6749-2.2-id-proves-nothing',
      '2.2',
      'Knowing a confidential client’s id is worth nothing without its credential.',
      CLIENT_PROVES_ITSELF,
    ),
    must(
      'RFC6749-2.3-one-method',
      '2.3',
      'A request with two client authentications, or with another than the registered one, is refused.',
      ONE_METHOD,
    ),
    must(
      'RFC6749-2.3-public-not-identified',
      '2.3',
      'A credential that comes with a public client’s id identifies nobody.',
      clientAuthentication('38: a public client with a secret that it was never given is refused'),
    ),
    must(
      'RFC6749-2.3.1-basic',
      '2.3.1',
      'A client that has a secret can show it by HTTP Basic.',
      CLIENT_PROVES_ITSELF,
    ),
    must(
      'RFC6749-2.3.1-basic-form-encoded',
      '2.3.1',
      'Id and secret are form-decoded after they came out of the Basic header.',
      clientAuthentication('the parts of Basic are form-decoded (RFC 6749 section 2.3.1)'),
    ),
    must(
      'RFC6749-2.3.1-not-in-uri',
      '2.3.1',
      'What proves a client is never read from the URL.',
      code('parameters in the query are not looked at'),
    ),
    must(
      'RFC6749-2.3.1-brute-force',
      '2.3.1',
      'A client’s secret cannot be found by trying: it is 256 random bits, and a wrong one learns nothing.',
      UNGUESSABLE,
      ONE_ANSWER_FOR_ALL,
    ),
    must(
      'RFC6749-2.3.2-mapping',
      '2.3.2',
      'A client that signs is tied to its registered keys: no other client’s key opens it.',
      machines('39: a key of one client opens no other, and an assertion no client that has another method'),
    ),
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
      'RFC6749-3.2-post',
      '3.2',
      'The token endpoint takes POST alone.',
      code('%s is not allowed, in JSON'),
    ),
    must(
      'RFC6749-3.2-empty-is-absent',
      '3.2',
      'At the token endpoint too a parameter without a value counts as absent.',
      code('redirect URI and resource may be left out'),
    ),
    must(
      'RFC6749-3.2-unknown-ignored',
      '3.2',
      'Parameters of the token request that we do not know change nothing.',
      answers('parameters that nobody knows change nothing, at the authorization and at the token endpoint'),
    ),
    must(
      'RFC6749-3.2-no-repetition',
      '3.2',
      'A repeated parameter of a token request is refused.',
      TOKEN_REFUSAL,
    ),
    must(
      'RFC6749-3.2.1-client-authenticates',
      '3.2.1',
      'A confidential client proves itself in each token request.',
      CLIENT_PROVES_ITSELF,
    ),
    must(
      'RFC6749-3.3-scope-told',
      '3.3',
      'The answer names the scope that was given whenever it differs from the one asked for.',
      refresh('46: no scope widens: what was not granted is ignored'),
      machines('62: a %s asking for the scope %s gets %s'),
    ),
    must(
      'RFC6749-3.3-default-scope',
      '3.3',
      'Without a scope the person is offered both choices, Read-only first.',
      authorize('scope %j: Full access offered: %s; Read-only is preselected either way'),
    ),
    must(
      'RFC6749-3.3-order',
      '3.3',
      'The order of scopes means nothing.',
      refresh('43: the same request in other words is the same request'),
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
    must(
      'RFC6749-4.1.3-confidential-authenticates',
      '4.1.3',
      'A confidential client gets no tokens for a code without its credential.',
      CLIENT_PROVES_ITSELF,
    ),
    must(
      'RFC6749-4.1.3-code-of-this-client',
      '4.1.3',
      'The code must have been issued to the client that shows it.',
      code('3: another client cannot redeem it, and does not burn it'),
    ),
    must(
      'RFC6749-4.1.3-valid-code',
      '4.1.3',
      'What is no code of ours, or only part of one, opens nothing.',
      code('4: %s in place of the code opens nothing and ends nothing'),
    ),
    must(
      'RFC6749-4.1.3-same-redirect',
      '4.1.3',
      'A redirect URI in the token request must be the one of the authorization request.',
      BOUND_CODE,
    ),
    must(
      'RFC6749-4.4-confidential-only',
      '4.4',
      'client_credentials is for machines that prove themselves, for nobody else.',
      machines('is for machines alone: not for public clients, registered ones, or apps of the portal'),
    ),
    should(
      'RFC6749-4.4.3-no-refresh-token',
      '4.4.3',
      'A machine gets no refresh token.',
      machines('gives a machine of an organisation in %s mode a JWT as its agent, without a refresh token'),
    ),
    must(
      'RFC6749-5.1-members',
      '5.1',
      'A success is JSON with the access token, its type, its life and its scope.',
      PLAIN_SUCCESS,
    ),
    must('RFC6749-5.1-no-store', '5.1', 'No cache may keep an answer with tokens.', PLAIN_SUCCESS),
    must(
      'RFC6749-5.2-status',
      '5.2',
      'A refused token request is 400 in JSON, and 401 where the client is not who it must be.',
      TOKEN_REFUSAL,
      CLIENT_PROVES_ITSELF,
    ),
    must(
      'RFC6749-5.2-www-authenticate',
      '5.2',
      'Whoever tried Basic is answered 401 with a Basic challenge.',
      ONE_ANSWER_FOR_ALL,
    ),
    must(
      'RFC6749-5.2-codes',
      '5.2',
      'The error says what is wrong: the request, the client, the grant, or a grant type that is not for this client or for nobody.',
      code('the grant type %j is refused without an echo'),
      BOUND_CODE,
    ),
    must(
      'RFC6749-5.2-characters',
      '5.2',
      'Errors of the endpoints that clients post to are plain ASCII as well.',
      answers('errors > of every endpoint are a code and a description in plain ASCII, whatever was sent'),
    ),
    must(
      'RFC6749-6-client-authenticates',
      '6',
      'A confidential client refreshes with its credential alone.',
      CLIENT_PROVES_ITSELF,
    ),
    must(
      'RFC6749-6-bound-to-client',
      '6',
      'A refresh token is good for the client that it was issued to.',
      refresh('45: a refresh token shown by another client is refused and ends the family'),
    ),
    must(
      'RFC6749-6-never-wider',
      '6',
      'A refresh gives no scope that the person did not grant; without a scope it gives what was granted.',
      refresh('46: no scope widens: what was not granted is ignored'),
      refresh(
        'a refresh gives new tokens of the same scope, and those before still serve the calls under way',
      ),
    ),
    must(
      'RFC6749-6-successor-scope',
      '6',
      'A new refresh token has the scope of the one before, however narrow an access token was asked for.',
      refresh('T8: a narrower scope gives narrower tokens, and the next refresh the granted ones again'),
    ),
    must(
      'RFC6749-6-valid',
      '6',
      'A refresh token has an end.',
      refresh('an expired refresh token is refused'),
    ),
    must(
      'RFC6749-7-validated',
      '7',
      'The resource server checks the life of an access token and what it is for.',
      tokens('it is good for an hour and half a minute, and not longer'),
      tokens('one for %s is answered at %s with %i'),
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
      'RFC6749-10.3-access-tokens-kept',
      '10.3',
      'Access tokens are confidential at rest, and nobody can make or guess one.',
      NO_CREDENTIAL_LEFT,
      UNGUESSABLE,
      tokens('51: forged tokens > %s is refused with 401'),
    ),
    must(
      'RFC6749-10.4-refresh-tokens-kept',
      '10.4',
      'Refresh tokens are confidential at rest, bound to their client, and nobody can guess one.',
      NO_CREDENTIAL_LEFT,
      refresh('45: a refresh token shown by another client is refused and ends the family'),
      UNGUESSABLE,
    ),
    must(
      'RFC6749-10.5-codes-short-lived',
      '10.5',
      'Codes are short-lived and used once.',
      code('an expired code is refused'),
      code('2: of 50 redemptions of one code at the same moment exactly one succeeds, and one grant exists'),
    ),
    must(
      'RFC6749-10.6-redirect-manipulation',
      '10.6',
      'The redirect URI of the token request is held against the one the code was sent to.',
      BOUND_CODE,
      registration('redirect_uris %j leaves none and is refused'),
    ),
    must(
      'RFC6749-10.10-guessing',
      '10.10',
      'Nothing that we mint can be guessed, and passwords cannot be tried without end.',
      UNGUESSABLE,
      signIn('by %s answer 429 with the seconds to wait, before any password is tried'),
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
    may(
      'RFC6749-2.3.1-secret-in-body',
      '2.3.1',
      'A client that was registered for it shows its secret in the body.',
      CLIENT_PROVES_ITSELF,
    ),
    may(
      'RFC6749-3.3-scope-ignored',
      '3.3',
      'Scopes that we do not know are ignored.',
      authorize('scope %j: Full access offered: %s; Read-only is preselected either way'),
    ),
  ],
};
