import { may, must, should, type Standard } from './requirement.ts';
import { answers, clientAuthentication, discovery, introspection, revocation } from './tests.ts';

const ENDS_ITS_GRANT = revocation(
  'a refresh token ends its grant with its key and all tokens, whatever the hint %j says',
);
const OUT_OF_REACH = revocation(
  "63: another client's tokens are out of reach, and it cannot tell them from nothing",
);

export const RFC7009: Standard = {
  id: 'RFC7009',
  title: 'RFC 7009: Token Revocation',
  url: 'https://www.rfc-editor.org/rfc/rfc7009',
  requirements: [
    must('RFC7009-2-refresh-tokens', '2', 'Refresh tokens can be revoked.', ENDS_ITS_GRANT),
    should(
      'RFC7009-2-access-tokens',
      '2',
      'Access tokens can be revoked, JWTs alone and keys with their grant.',
      revocation('in token mode it ends alone: the grant lives, and a refresh gives another'),
      revocation('in key mode the key is the grant: today’s secret and the one before end all of it'),
    ),
    must(
      'RFC7009-2.1-post',
      '2.1',
      'The endpoint takes POST: no token is in a URL.',
      answers('%s takes no token from a URL'),
    ),
    must(
      'RFC7009-2.1-client-first',
      '2.1',
      'The client is verified before anything is done, and a confidential one proves itself.',
      revocation('how the endpoint answers > %j is refused'),
      clientAuthentication(
        '37: proves itself at each grant: no code, no refresh and no revocation without its secret',
      ),
    ),
    must(
      'RFC7009-2.1-own-tokens',
      '2.1',
      'A token of another client stays alive.',
      OUT_OF_REACH,
      introspection('63: a machine cannot revoke another’s token'),
    ),
    must('RFC7009-2.1-at-once', '2.1', 'A revoked token is dead when the answer is there.', ENDS_ITS_GRANT),
    must(
      'RFC7009-2.1-hint-is-a-hint',
      '2.1',
      'A wrong or unknown hint does not keep a token from being found.',
      ENDS_ITS_GRANT,
    ),
    should(
      'RFC7009-2.1-whole-grant',
      '2.1',
      'With a refresh token end all tokens of the same grant.',
      ENDS_ITS_GRANT,
      revocation('a refresh token that was used before ends the grant as well'),
    ),
    must(
      'RFC7009-2.2-unknown-is-200',
      '2.2',
      'An unknown token, or one that is revoked already, is answered 200.',
      revocation('again, and with an unknown token, the answer is the same 200'),
    ),
    must(
      'RFC7009-2.2.1-errors',
      '2.2.1',
      'Refusals are in the words of the token endpoint.',
      revocation('how the endpoint answers > %j is refused'),
    ),
    must(
      'RFC7009-2.2.1-503-still-live',
      '2.2.1',
      'A revocation that could not be stored is 503 with Retry-After, and the token still lives.',
      revocation('V1: what could not be stored is answered 503, never 200, and is still live'),
    ),
    may(
      'RFC7009-2.3-cors',
      '2.3',
      'Pages of other origins may revoke.',
      discovery('a page in a browser may call %s'),
    ),
  ],
};
