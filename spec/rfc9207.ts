import { must, type Standard } from './requirement.ts';
import { authorize, consent, discovery, libraries } from './tests.ts';

const ON_SUCCESS = authorize('returns the state %j unchanged, with iss, once each');

export const RFC9207: Standard = {
  id: 'RFC9207',
  title: 'RFC 9207: Authorization Server Issuer Identification',
  url: 'https://www.rfc-editor.org/rfc/rfc9207',
  requirements: [
    must('RFC9207-2-success', '2', 'A successful answer names its issuer.', ON_SUCCESS),
    must(
      'RFC9207-2-error',
      '2',
      'An error names it as well, and so does a person’s No.',
      authorize('%s is refused on a page; the way back is a link'),
      consent('C6: Deny is told to the client with state and iss, and is repeatable'),
    ),
    must(
      'RFC9207-2-issuer-form',
      '2',
      'It is the issuer of the metadata, without query or fragment.',
      ON_SUCCESS,
      discovery('at %s is the same body, with the origin as issuer'),
    ),
    must(
      'RFC9207-2.3-advertised',
      '2.3',
      'The metadata says that answers have it.',
      discovery('D4: advertises what there is, and each endpoint is there'),
    ),
    must(
      'RFC9207-2-once',
      '2',
      'There is exactly one, whatever a redirect URI brings, and strict clients take it.',
      authorize(
        '13: a redirect URI that brings code, state, iss and error of its own carries ours, once, and keeps the rest byte for byte',
      ),
      libraries('oauth4webapi goes from the resource to a revoked token as %s'),
    ),
  ],
};
