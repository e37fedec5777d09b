import { may, must, type Standard } from './requirement.ts';
import { answers, discovery, dpopToken, libraries, machines } from './tests.ts';

const ADVERTISED = discovery('D4: advertises what there is, and each endpoint is there');
const SAME_BODY = discovery('at %s is the same body, with the origin as issuer');
const WELL_FORMED = answers('documents > %s is 200, JSON by its type, and holds nothing that is empty');
const STRICT_LIBRARY = libraries('oauth4webapi goes from the resource to a revoked token as %s');

export const RFC8414: Standard = {
  id: 'RFC8414',
  title: 'RFC 8414: Authorization Server Metadata',
  url: 'https://www.rfc-editor.org/rfc/rfc8414',
  requirements: [
    must('RFC8414-2-issuer', '2', 'The issuer is our origin, without path, query or fragment.', SAME_BODY),
    must('RFC8414-2-endpoints', '2', 'Each endpoint that is named is there.', ADVERTISED),
    must('RFC8414-2-response-types', '2', 'The response types are named.', ADVERTISED),
    may(
      'RFC8414-2-grant-types',
      '2',
      'Grant types are named where they are not the default, so all of ours are.',
      ADVERTISED,
      machines('D4: the metadata names what machines use'),
    ),
    must(
      'RFC8414-2-assertion-algorithms',
      '2',
      'With private_key_jwt come the algorithms that it may use, and none is not among them.',
      machines('D4: the metadata names what machines use'),
    ),
    must(
      'RFC8414-2-jwks',
      '2',
      'The key set at jwks_uri holds public signing keys alone.',
      discovery('the key set holds public keys alone'),
    ),
    may('RFC8414-2-pkce', '2', 'The PKCE methods are named.', ADVERTISED),
    may(
      'RFC8414-2-dpop',
      '2',
      'The algorithms for DPoP proofs are named.',
      dpopToken('the metadata lists what a proof may be signed with, and that none is required'),
    ),
    must('RFC8414-3-well-known', '3', 'The document is at the well-known place of the issuer.', SAME_BODY),
    may(
      'RFC8414-3.1-path-inserted',
      '3.1',
      'Clients that take a connector URL for the issuer find it with that path inserted.',
      SAME_BODY,
    ),
    must(
      'RFC8414-3.2-json',
      '3.2',
      'It is answered 200 as application/json, without members that are empty.',
      WELL_FORMED,
    ),
    must(
      'RFC8414-3.3-issuer-identical',
      '3.3',
      'The issuer is the URL that the well-known place was made from, letter by letter; strict libraries agree.',
      SAME_BODY,
      STRICT_LIBRARY,
    ),
    may(
      'RFC8414-5-openid-alias',
      '5',
      'The same document is where OpenID Connect clients look, with the path inserted or appended.',
      SAME_BODY,
    ),
  ],
};
