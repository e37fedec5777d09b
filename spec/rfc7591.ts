import { may, must, should, type Standard } from './requirement.ts';
import {
  answers,
  clientAuthentication,
  consent,
  discovery,
  libraries,
  realClients,
  registration,
} from './tests.ts';

const TOLERATED = registration(
  'unknown members, scopes, grants and methods are tolerated, and the answer says what holds',
);
const REAL_BODIES = realClients('%s connects with what it sends, calls tools, refreshes and calls again');
const USABLE_REDIRECTS = registration(
  'of a mixed set the usable redirect URIs are kept (10: script and data URIs are dropped)',
);
const CONFIDENTIAL_IS_NEW = registration(
  '36: a confidential client is always new, and nobody else is ever shown its secret',
);

export const RFC7591: Standard = {
  id: 'RFC7591',
  title: 'RFC 7591: Dynamic Client Registration',
  url: 'https://www.rfc-editor.org/rfc/rfc7591',
  requirements: [
    must(
      'RFC7591-2-redirects-registered',
      '2',
      'A client of the code flow registers where it is answered.',
      registration('redirect_uris %j leaves none and is refused'),
    ),
    must('RFC7591-2-unknown-ignored', '2', 'Metadata that we do not know is ignored.', TOLERATED),
    must(
      'RFC7591-2-auth-method',
      '2',
      'The way to authenticate that a client registers is the only one that counts for it.',
      clientAuthentication('38: is refused by the other method, by none, by two at once and by half of one'),
      libraries('oauth4webapi goes from the resource to a revoked token as %s'),
    ),
    may(
      'RFC7591-2-values-replaced',
      '2',
      'Values that we cannot serve are replaced by those that hold.',
      TOLERATED,
      REAL_BODIES,
    ),
    must(
      'RFC7591-2.1-types-agree',
      '2.1',
      'Grant types and response types of a registration fit each other, whatever was asked for.',
      TOLERATED,
    ),
    should(
      'RFC7591-3-open-endpoint',
      '3',
      'Whoever has no token may register, and is held back only by number.',
      REAL_BODIES,
      registration('64: a flood from one address is held back, whatever it claims about its address'),
    ),
    may(
      'RFC7591-3-cors',
      '3',
      'Pages of other origins may register.',
      discovery('a page in a browser may call %s'),
    ),
    must(
      'RFC7591-3.1-json-post',
      '3.1',
      'The endpoint takes a JSON object by POST.',
      registration('the body %j is refused as a body, not as a fault of ours'),
      registration('%s reads, changes and removes no registration'),
    ),
    must(
      'RFC7591-3.2.1-created',
      '3.2.1',
      'A registration is answered 201 with a client id and everything that was registered.',
      TOLERATED,
      REAL_BODIES,
    ),
    must(
      'RFC7591-3.2.1-unique-id',
      '3.2.1',
      'Different clients have different ids.',
      registration('another name or redirect URI is another client'),
      CONFIDENTIAL_IS_NEW,
    ),
    must(
      'RFC7591-3.2.1-secret-and-expiry',
      '3.2.1',
      'A secret is new for each client and comes with its expiry; a public client has none.',
      CONFIDENTIAL_IS_NEW,
    ),
    must(
      'RFC7591-3.2.2-errors',
      '3.2.2',
      'A refusal is 400 in JSON and says whether redirect URIs or other metadata are at fault.',
      registration('redirect_uris %j leaves none and is refused'),
      registration('the body %j is refused as a body, not as a fault of ours'),
    ),
    must(
      'RFC7591-5-redirects-checked',
      '5',
      'Redirect URIs are https, loopback, or an app scheme that we know.',
      USABLE_REDIRECTS,
    ),
    should(
      'RFC7591-5-shown-as-unverified',
      '5',
      'What a client says of itself is shown as said by itself, and is no markup.',
      registration('25: the name %j is made harmless and echoed as it will be shown'),
      consent('25: the name %j is inert, isolated and short'),
    ),
    may(
      'RFC7591-5-bounded',
      '5',
      'Registrations that nobody uses go again, and one address cannot fill the table.',
      registration('a client that nobody approved goes a day after its last use; one with a grant stays'),
      registration('64: a flood from one address is held back, whatever it claims about its address'),
    ),
    may(
      'RFC7591-5-identical-is-one',
      '5',
      'Identical public clients are one client.',
      registration('35: the same public client, many times at once, is one row and one id'),
    ),
    must(
      'RFC7591-3.2.1-id-is-ours',
      '3.2.1',
      'A client does not choose its id.',
      answers('cannot choose its client id'),
    ),
  ],
};
