import { may, must, should, type Standard } from './requirement.ts';
import { AUTHORIZATION } from './rfc6749-authorization.ts';
import {
  answers,
  authorize,
  clientAuthentication,
  code,
  machines,
  refresh,
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
const BOUND_CODE = code('3 and 11: %s is refused, and the code is still good');
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
    ...AUTHORIZATION,
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
      answers('a client’s secret in the URL proves nothing'),
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
      'RFC6749-10.10-guessing',
      '10.10',
      'Nothing that we mint can be guessed, and passwords cannot be tried without end.',
      UNGUESSABLE,
      signIn('by %s answer 429 with the seconds to wait, before any password is tried'),
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
