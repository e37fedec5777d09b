import { may, must, type Standard } from './requirement.ts';
import { assertionLimits, assertions, introspection, machines, twoProcesses } from './tests.ts';

const CLIENT_ASSERTION = machines('39: an assertion %s is refused');
const CLIENT_FORGERIES = machines(
  '39: HS256 with the public key, no algorithm, and keys from the header are refused',
);
const IDENTITY_ASSERTION = assertions('%s is refused, and creates nothing');
const IDENTITY_FORGERIES = assertions(
  'signed with another key, with none, or with HS256 and the public one is refused',
);

export const RFC7523: Standard = {
  id: 'RFC7523',
  title: 'RFC 7523: JWT Profile for Client Authentication and Authorization Grants',
  url: 'https://www.rfc-editor.org/rfc/rfc7523',
  requirements: [
    must(
      'RFC7523-2.1-grant',
      '2.1',
      'A signed statement of an identity provider that an organisation trusts buys an access token.',
      assertions(
        'gives the linked member of an organisation in %s mode a JWT for an hour, without a refresh token',
      ),
    ),
    must(
      'RFC7523-2.1-one-assertion',
      '2.1',
      'Without an assertion this grant gives nothing.',
      assertions('without an assertion asks for nothing'),
    ),
    must(
      'RFC7523-2.2-client-assertion',
      '2.2',
      'A client proves itself by an assertion of the JWT type, alone: no other type, and nothing besides.',
      machines('proves a client with an assertion for %s'),
      machines(
        '37, 38: exactly one authentication: an assertion with anything besides, of another type, or none at all',
      ),
    ),
    must(
      'RFC7523-3-issuer',
      '3',
      'The issuer is the client itself, or a provider that the organisation trusts.',
      CLIENT_ASSERTION,
      IDENTITY_ASSERTION,
    ),
    must(
      'RFC7523-3-subject',
      '3',
      'The subject is the client, or somebody who is linked to a member.',
      CLIENT_ASSERTION,
      IDENTITY_ASSERTION,
    ),
    must(
      'RFC7523-3-audience',
      '3',
      'It must be meant for us: for our issuer, or by a client for our token endpoint.',
      CLIENT_ASSERTION,
      IDENTITY_ASSERTION,
    ),
    must(
      'RFC7523-3-expiry',
      '3',
      'It has an end that lies ahead, and none that lies far ahead.',
      CLIENT_ASSERTION,
      IDENTITY_ASSERTION,
    ),
    may(
      'RFC7523-3-not-before',
      '3',
      'One that is not valid yet is refused.',
      CLIENT_ASSERTION,
      IDENTITY_ASSERTION,
    ),
    may(
      'RFC7523-3-issued-at',
      '3',
      'A provider’s assertion from long ago, from the future or without a date is refused.',
      IDENTITY_ASSERTION,
    ),
    may(
      'RFC7523-3-once',
      '3',
      'Its id is good once, on all nodes together.',
      machines('39: an assertion is good once, for fifty at the same time too'),
      twoProcesses('39: a client assertion is good once for both, for fifty at the same time too'),
      introspection('37: takes an assertion once'),
      assertions('60: is good once, on two nodes together, for fifty at the same time too'),
    ),
    must(
      'RFC7523-3-signed',
      '3',
      'It is signed by a key that we were given for its issuer; everything else is refused.',
      CLIENT_FORGERIES,
      IDENTITY_FORGERIES,
    ),
    must(
      'RFC7523-3.1-invalid-grant',
      '3.1',
      'A bad authorization grant is invalid_grant.',
      IDENTITY_ASSERTION,
    ),
    must(
      'RFC7523-3.1-not-wider',
      '3.1',
      'The token gives no more than the provider, the admin, the role and the client all allow.',
      assertionLimits('T11: the access is the least of what > %s'),
    ),
    must(
      'RFC7523-3.2-invalid-client',
      '3.2',
      'A bad client assertion is invalid_client.',
      CLIENT_ASSERTION,
      machines(
        '40: an unknown client, a wrong key and a client of another method get one and the same answer',
      ),
    ),
    must(
      'RFC7523-5-algorithms',
      '5',
      'Signatures by RSA and elliptic curves are taken from clients and from providers.',
      machines('takes %s'),
      assertions('may be signed with %s'),
    ),
  ],
};
