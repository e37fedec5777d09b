import { must, should, type Standard } from './requirement.ts';
import { authorize, code, libraries } from './tests.ts';

const REFUSED_AT_AUTHORIZE = authorize('%s is refused on a page; the way back is a link');
const WRONG_VERIFIER = code('3 and 11: %s is refused, and the code is still good');

export const RFC7636: Standard = {
  id: 'RFC7636',
  title: 'RFC 7636: Proof Key for Code Exchange',
  url: 'https://www.rfc-editor.org/rfc/rfc7636',
  requirements: [
    must(
      'RFC7636-4.1-verifier-form',
      '4.1',
      'A verifier has 43 to 128 unreserved characters; another one opens nothing.',
      WRONG_VERIFIER,
    ),
    must(
      'RFC7636-4.2-s256',
      '4.2',
      'S256 is there, and libraries of others use it.',
      libraries('oauth4webapi goes from the resource to a revoked token as %s'),
      libraries('openid-client discovers, registers, and keeps a connection fresh'),
    ),
    must(
      'RFC7636-4.3-method-named',
      '4.3',
      'A challenge without a method would be plain, and is refused like plain.',
      REFUSED_AT_AUTHORIZE,
    ),
    must(
      'RFC7636-4.4-challenge-kept',
      '4.4',
      'The challenge is kept with the code, so that no token request can do without its verifier.',
      code(
        '5: a downgrade is not possible: the challenge is in the row, so a client cannot do without its verifier',
      ),
    ),
    must(
      'RFC7636-4.4.1-challenge-required',
      '4.4.1',
      'An authorization request without a challenge is invalid_request.',
      REFUSED_AT_AUTHORIZE,
    ),
    must(
      'RFC7636-4.4.1-method-unknown',
      '4.4.1',
      'A method other than S256 is invalid_request.',
      REFUSED_AT_AUTHORIZE,
    ),
    must(
      'RFC7636-4.6-verified',
      '4.6',
      'A verifier that does not match the challenge is invalid_grant.',
      WRONG_VERIFIER,
    ),
    should(
      'RFC7636-7.2-no-plain',
      '7.2',
      'plain is not used, and S256 cannot be talked down to it.',
      REFUSED_AT_AUTHORIZE,
      code(
        '5: a downgrade is not possible: the challenge is in the row, so a client cannot do without its verifier',
      ),
    ),
  ],
};
