import { may, must, should, type Standard } from './requirement.ts';
import {
  answers,
  authorize,
  clientAuthentication,
  code,
  consent,
  discovery,
  dpopGateway,
  dpopToken,
  machines,
  refresh,
  registration,
  secrets,
  signIn,
  tokens,
  toolsCall,
} from './tests.ts';

const NO_OTHER_REDIRECT = authorize('9 and 14: %j is not one of the registered redirect URIs');
const REFUSED_ON_A_PAGE = authorize('%s is refused on a page; the way back is a link');
const BOUND_CODE = code('3 and 11: %s is refused, and the code is still good');
const ISSUER_TOLD = authorize('returns the state %j unchanged, with iss, once each');
const ADVERTISED = discovery('D4: advertises what there is, and each endpoint is there');
const SAFE_REDIRECTS = registration(
  'of a mixed set the usable redirect URIs are kept (10: script and data URIs are dropped)',
);
const NO_FRAMES = consent('20: every page of the way forbids frames and scripts');
const NO_DOWNGRADE = code(
  '5: a downgrade is not possible: the challenge is in the row, so a client cannot do without its verifier',
);
const REUSE = refresh('43: once its successor was used, the token ends the family');
const WHERE_GOOD = tokens('one for %s is answered at %s with %i');

export const RFC9700: Standard = {
  id: 'RFC9700',
  title: 'RFC 9700: Best Current Practice for OAuth 2.0 Security',
  url: 'https://www.rfc-editor.org/rfc/rfc9700',
  requirements: [
    must(
      'RFC9700-2.1-exact-redirect',
      '2.1',
      'Redirect URIs are compared exactly; the port of a loopback URI alone is free.',
      NO_OTHER_REDIRECT,
    ),
    must(
      'RFC9700-2.1-no-open-redirector',
      '2.1',
      'No URL of ours sends a browser where its query says.',
      REFUSED_ON_A_PAGE,
      signIn('never leads to %j'),
    ),
    must(
      'RFC9700-2.1-no-forwarded-credentials',
      '2.1',
      'A form with a password is never answered by a redirect that carries it on.',
      signIn('leads back to %s'),
    ),
    must(
      'RFC9700-2.1.1-pkce',
      '2.1.1',
      'PKCE is supported, and nobody gets on without it.',
      REFUSED_ON_A_PAGE,
    ),
    must(
      'RFC9700-2.1.1-verifier-enforced',
      '2.1.1',
      'A code with a challenge takes its verifier.',
      BOUND_CODE,
    ),
    must(
      'RFC9700-2.1.1-no-downgrade',
      '2.1.1',
      'A request without a challenge opens nothing, so no code exists without one.',
      REFUSED_ON_A_PAGE,
      NO_DOWNGRADE,
    ),
    must('RFC9700-2.1.1-pkce-advertised', '2.1.1', 'The metadata says that PKCE is there.', ADVERTISED),
    should(
      'RFC9700-2.1.2-no-token-in-response',
      '2.1.2',
      'No access token is ever in an authorization response.',
      REFUSED_ON_A_PAGE,
      ADVERTISED,
    ),
    should(
      'RFC9700-2.2.1-sender-constrained',
      '2.2.1',
      'Access tokens can be bound to the client’s key.',
      dpopToken('by %s binds the access token to its key, and the answer says so'),
      dpopGateway('a proof %s is refused'),
    ),
    must(
      'RFC9700-2.2.2-refresh-tokens',
      '2.2.2',
      'Refresh tokens of public clients rotate, and are bound to the client’s key if it showed one.',
      REUSE,
      dpopToken('answer to the key they were issued to, and whoever lacks it cannot end them either'),
    ),
    should(
      'RFC9700-2.3-least-privilege',
      '2.3',
      'Read-only is preselected, and a token gives what the person chose.',
      authorize('scope %j: Full access offered: %s; Read-only is preselected either way'),
      toolsCall('(%s) neither lists nor calls what can change something'),
    ),
    must(
      'RFC9700-2.3-audience',
      '2.3',
      'A token is for one resource, and each request at another is refused.',
      WHERE_GOOD,
    ),
    must(
      'RFC9700-2.4-no-password-grant',
      '2.4',
      'There is no password grant.',
      code('the grant type %j is refused without an echo'),
    ),
    should(
      'RFC9700-2.5-client-authentication',
      '2.5',
      'A client that was given a credential must use it.',
      clientAuthentication(
        '37: proves itself at each grant: no code, no refresh and no revocation without its secret',
      ),
    ),
    should(
      'RFC9700-2.5-asymmetric',
      '2.5',
      'Clients may prove themselves by signatures, of which we hold no secret.',
      machines('proves a client with an assertion for %s'),
    ),
    should('RFC9700-2.6-metadata', '2.6', 'What we can do is in the metadata.', ADVERTISED),
    should(
      'RFC9700-2.6-no-chosen-id',
      '2.6',
      'A client does not choose its id, nor any claim that could pass for a person.',
      answers('cannot choose its client id'),
    ),
    must(
      'RFC9700-2.6-no-plain-http',
      '2.6',
      'A redirect over plain http leads to the person’s own computer alone.',
      SAFE_REDIRECTS,
    ),
    may(
      'RFC9700-2.6-cors',
      '2.6',
      'Pages of other origins may use the endpoints that clients call.',
      discovery('a page in a browser may call %s'),
    ),
    must(
      'RFC9700-2.6-no-cors-at-authorize',
      '2.6',
      'None may read anything of the authorization endpoint.',
      discovery('a foreign page can read nothing of %s'),
    ),
    must(
      'RFC9700-4.1.3-no-patterns',
      '4.1.3',
      'There are no patterns of redirect URIs.',
      NO_OTHER_REDIRECT,
      SAFE_REDIRECTS,
    ),
    should(
      'RFC9700-4.2.4-no-referrer',
      '4.2.4',
      'No page on the way tells another site where the browser came from, and none loads anything of others.',
      NO_FRAMES,
      authorize(
        'the way to the consent page leaks nothing: no cache, no referrer, a ticket used up on arrival',
      ),
    ),
    must(
      'RFC9700-4.2.4-code-once',
      '4.2.4',
      'A code that leaked after its use is worth nothing.',
      code('1: a code replayed with its verifier is refused, and the grant dies with all that it minted'),
    ),
    should(
      'RFC9700-4.4.2.1-issuer-told',
      '4.4.2.1',
      'Each answer says whose it is, so that a client cannot be mixed up.',
      ISSUER_TOLD,
      REFUSED_ON_A_PAGE,
    ),
    must(
      'RFC9700-4.5.3.1-injection',
      '4.5.3.1',
      'A stolen code is no good without the verifier of the request that it answers.',
      code('4: a used code without the right verifier is refused and ends nothing, but it is on record'),
      BOUND_CODE,
    ),
    must(
      'RFC9700-4.8.2-pkce-downgrade',
      '4.8.2',
      'Stripping the challenge from a request gains nothing.',
      REFUSED_ON_A_PAGE,
      NO_DOWNGRADE,
    ),
    should(
      'RFC9700-4.9.3-leaked-token',
      '4.9.3',
      'A token that one place saw is good nowhere else, and none goes to an upstream.',
      WHERE_GOOD,
      toolsCall('is our statement of who is calling and the request id, and nothing of the caller'),
    ),
    must(
      'RFC9700-4.9.3-secrets-as-hashes',
      '4.9.3',
      'Whoever reads the database or the log finds no credential.',
      secrets('7 and O1: no credential of a whole life is in the database or in the log'),
    ),
    should(
      'RFC9700-4.10.1-proof-of-possession',
      '4.10.1',
      'A stolen bound token is no good without its key.',
      dpopGateway('a bound token sent as Bearer is refused, with a proof or without'),
      dpopGateway('a proof %s is refused'),
    ),
    should('RFC9700-4.10.2-audience', '4.10.2', 'Tokens are restricted to an audience.', WHERE_GOOD),
    must(
      'RFC9700-4.11.2-no-automatic-redirect',
      '4.11.2',
      'An error before a person agreed is a page with a link, never a redirect.',
      REFUSED_ON_A_PAGE,
    ),
    must(
      'RFC9700-4.12-no-307',
      '4.12',
      'After a form comes 303 or a page, never 307.',
      signIn('leads back to %s'),
      consent('C6: the answer is a 200 page that goes on by itself and has a link to the same address'),
    ),
    must(
      'RFC9700-4.14.2-bound-to-consent',
      '4.14.2',
      'A refresh token keeps to the scope and the resource that the person agreed to.',
      refresh('46: no scope widens: what was not granted is ignored'),
      refresh('46: the other resource %s is refused, and no row changes'),
    ),
    must(
      'RFC9700-4.14.2-replay-detected',
      '4.14.2',
      'A refresh token that comes again ends the family, the newest tokens included.',
      REUSE,
      refresh('43: after 31 s the same token ends the family'),
      refresh('45: a refresh token shown by another client is refused and ends the family'),
    ),
    may(
      'RFC9700-4.14.2-security-events',
      '4.14.2',
      'Refresh tokens end with the membership, and with an order to sign everyone out.',
      refresh('47: a removed member refreshes nothing'),
    ),
    should(
      'RFC9700-4.14.2-expire',
      '4.14.2',
      'Refresh tokens expire, after the time that was agreed at consent.',
      refresh('an expired refresh token is refused'),
      refresh('49: a family keeps the lifetime that it began with, whatever the setting becomes'),
    ),
    should(
      'RFC9700-4.15.1-person-or-machine',
      '4.15.1',
      'A machine’s token cannot be taken for a person’s: the subject says which it is.',
      machines('gives a machine of an organisation in %s mode a JWT as its agent, without a refresh token'),
      answers('cannot choose its client id'),
    ),
    must('RFC9700-4.16-clickjacking', '4.16', 'No page of the way can be framed.', NO_FRAMES),
    should('RFC9700-4.16-csp', '4.16', 'A content security policy says so, and allows no script.', NO_FRAMES),
  ],
};
