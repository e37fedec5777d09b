import { may, must, should, type Standard } from './requirement.ts';
import { authentication, authorize, discovery, tokens, toolsCall } from './tests.ts';

const INVALID_TOKEN = authentication('(%s) is challenged with invalid_token');
const NO_CREDENTIAL = authentication('is told at %s where to sign in for exactly this address');

export const RFC6750: Standard = {
  id: 'RFC6750',
  title: 'RFC 6750: Bearer Token Usage',
  url: 'https://www.rfc-editor.org/rfc/rfc6750',
  requirements: [
    must(
      'RFC6750-2.1-header',
      '2.1',
      'A token in the Authorization header is taken, the scheme in any case.',
      authentication('opens both doors when it comes in %s'),
    ),
    should(
      'RFC6750-2.3-not-in-query',
      '2.3',
      'A token in the URL is not looked at.',
      tokens('not in the query, the body or a cookie'),
      authentication('cannot pass one in the query, in a cookie or in the body'),
    ),
    must(
      'RFC6750-3-challenge',
      '3',
      'Whoever brings no good credential gets a Bearer challenge, on every method.',
      NO_CREDENTIAL,
      authentication('is challenged on %s too, as clients look before they post'),
    ),
    may(
      'RFC6750-3-scope',
      '3',
      'The challenge names the scopes that are needed.',
      discovery('at %s, %s is answered 401 with where to go'),
    ),
    should(
      'RFC6750-3-error-with-credential',
      '3',
      'Whoever brought a credential that is no good is told so by an error code.',
      INVALID_TOKEN,
    ),
    should(
      'RFC6750-3.1-invalid-request',
      '3.1',
      'A request that uses two methods to show a credential is 400.',
      tokens('two credentials at once are refused, even two good ones'),
    ),
    should(
      'RFC6750-3.1-invalid-token',
      '3.1',
      'An expired, revoked or malformed token is 401 invalid_token.',
      INVALID_TOKEN,
      authentication('stops working on the next call when it is revoked or its holder leaves'),
      tokens('it is good for an hour and half a minute, and not longer'),
    ),
    should(
      'RFC6750-3.1-insufficient-scope',
      '3.1',
      'A token that does not reach far enough is 403 insufficient_scope, with the scopes that would.',
      toolsCall('a read-only %s is told to ask for more, with all scopes'),
      tokens('S1: a read-only connection that calls a write tool is told which scopes would help'),
    ),
    should(
      'RFC6750-3.1-no-error-without-credential',
      '3.1',
      'Whoever brought nothing gets a challenge without an error.',
      NO_CREDENTIAL,
    ),
    must(
      'RFC6750-5.2-integrity',
      '5.2',
      'A token that was changed or made by others is refused.',
      tokens('51: forged tokens > %s is refused with 401'),
      tokens('changing %s breaks the signature'),
    ),
    must(
      'RFC6750-5.2-audience',
      '5.2',
      'A token says which resource it is for, and is refused elsewhere.',
      tokens('one for %s is answered at %s with %i'),
    ),
    should(
      'RFC6750-5.3-short-lived',
      '5.3',
      'A token lives for an hour.',
      tokens('an independent library verifies it with our published keys'),
    ),
    should(
      'RFC6750-5.3-scoped',
      '5.3',
      'A token is for one resource.',
      authorize('%s is granted as %s, in our own spelling'),
    ),
  ],
};
