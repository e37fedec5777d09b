import { must, should, may, type Standard } from './requirement.ts';
import { authentication, authorize, keyRotation, machines, signing, tokens } from './tests.ts';

const BY_A_LIBRARY = tokens('an independent library verifies it with our published keys');
const FORGED = tokens('51: forged tokens > %s is refused with 401');
const SIGNED_BY_US = signing('%s is refused, though we signed it');

export const RFC9068: Standard = {
  id: 'RFC9068',
  title: 'RFC 9068: JWT Profile for Access Tokens',
  url: 'https://www.rfc-editor.org/rfc/rfc9068',
  requirements: [
    must(
      'RFC9068-2.1-signed',
      '2.1',
      'An access token is signed, and none is no algorithm.',
      BY_A_LIBRARY,
      FORGED,
    ),
    must(
      'RFC9068-2.1-type',
      '2.1',
      'Its type is at+jwt, and nothing else that we sign passes for one.',
      BY_A_LIBRARY,
      signing('the same claims under the type %j are no access token'),
      signing('an assertion for an upstream is no access token'),
    ),
    must(
      'RFC9068-2.2-claims',
      '2.2',
      'It has an issuer, an end, an audience, a subject, a client, a date and an id.',
      BY_A_LIBRARY,
    ),
    should(
      'RFC9068-2.2-subject',
      '2.2',
      'The subject is the person; of a machine it is its agent, and the two cannot be confused.',
      BY_A_LIBRARY,
      machines('gives a machine of an organisation in %s mode a JWT as its agent, without a refresh token'),
    ),
    should('RFC9068-2.2.3-scope', '2.2.3', 'It names the scope that was granted.', BY_A_LIBRARY),
    must(
      'RFC9068-3-audience',
      '3',
      'Its audience is the resource of the request, or a default.',
      authorize('%s is granted as %s, in our own spelling'),
    ),
    must(
      'RFC9068-4-type',
      '4',
      'The resource server refuses every other type.',
      signing('the same claims under the type %j are no access token'),
    ),
    must('RFC9068-4-issuer', '4', 'It refuses another issuer.', SIGNED_BY_US),
    must(
      'RFC9068-4-audience',
      '4',
      'It refuses a token that is not meant for it.',
      SIGNED_BY_US,
      tokens('one for %s is answered at %s with %i'),
    ),
    must(
      'RFC9068-4-signature',
      '4',
      'It checks the signature by the algorithm and the keys of ours alone.',
      FORGED,
      tokens('changing %s breaks the signature'),
    ),
    must(
      'RFC9068-4-expiry',
      '4',
      'It refuses a token after its end, with half a minute for clocks that differ.',
      tokens('it is good for an hour and half a minute, and not longer'),
    ),
    must(
      'RFC9068-4-401',
      '4',
      'What it refuses it refuses with invalid_token.',
      authentication('(%s) is challenged with invalid_token'),
    ),
    may(
      'RFC9068-4-keys-change',
      '4',
      'Keys are taken from the key set, and it is read again for a key that is new.',
      keyRotation('accepts its tokens, after one look at the database'),
      keyRotation(
        '58: it is published ten minutes before it signs, and verifies until the last token that it signed is over',
      ),
    ),
    should(
      'RFC9068-5-no-confusion',
      '5',
      'One token is for one resource, so that no scope is taken for that of another.',
      SIGNED_BY_US,
    ),
    should('RFC9068-6-privacy', '6', 'It holds nothing personal.', BY_A_LIBRARY),
  ],
};
