import { may, must, should, type Standard } from './requirement.ts';
import { answers, discovery, dpopToken, httpSurface, libraries, toolsCall } from './tests.ts';

const DOCUMENT = discovery('of %s echoes the URL as it was typed and lists one authorization server');
const POINTER = discovery('at %s the pointer of the challenge leads to a document about exactly that URL');
const CHALLENGE = discovery('at %s, %s is answered 401 with where to go');
const WELL_FORMED = answers('documents > %s is 200, JSON by its type, and holds nothing that is empty');

export const RFC9728: Standard = {
  id: 'RFC9728',
  title: 'RFC 9728: Protected Resource Metadata',
  url: 'https://www.rfc-editor.org/rfc/rfc9728',
  requirements: [
    must('RFC9728-2-resource', '2', 'The document names its resource.', DOCUMENT),
    may('RFC9728-2-authorization-servers', '2', 'It names the authorization server.', DOCUMENT),
    should('RFC9728-2-scopes', '2', 'It names the scopes that requests there need.', DOCUMENT),
    may('RFC9728-2-bearer-methods', '2', 'It says that tokens are taken from the header alone.', DOCUMENT),
    may(
      'RFC9728-2-dpop',
      '2',
      'It names the algorithms of DPoP proofs, and says that DPoP is no must.',
      dpopToken('the metadata lists what a proof may be signed with, and that none is required'),
    ),
    must(
      'RFC9728-3-well-known',
      '3',
      'The document is at the well-known place, the path of the resource inserted.',
      DOCUMENT,
    ),
    must('RFC9728-3.1-each-path', '3.1', 'Each resource of the host has its own document.', DOCUMENT),
    must(
      'RFC9728-3.1-no-other',
      '3.1',
      'What is no resource has no document.',
      discovery('D2: protected resource metadata > of %s does not exist'),
    ),
    must(
      'RFC9728-3.2-json',
      '3.2',
      'It is 200, application/json, and holds nothing that is empty.',
      WELL_FORMED,
    ),
    must(
      'RFC9728-3.3-resource-identical',
      '3.3',
      'The resource in the document is the URL that the client asked at, as it typed it.',
      DOCUMENT,
      POINTER,
      libraries('oauth4webapi goes from the resource to a revoked token as %s'),
    ),
    may('RFC9728-5.1-pointer', '5.1', 'A 401 points to the document.', CHALLENGE, POINTER),
    may(
      'RFC9728-5.1-other-statuses',
      '5.1',
      'A refusal for too little scope points there as well.',
      toolsCall('a read-only %s is told to ask for more, with all scopes'),
    ),
    must(
      'RFC9728-5.1-public-address',
      '5.1',
      'The pointer is the public address, behind a proxy too.',
      httpSurface('points to its public address in challenges'),
    ),
    should(
      'RFC9728-7.4-audience',
      '7.4',
      'Tokens are for the resource that the document names.',
      libraries('oauth4webapi goes from the resource to a revoked token as %s'),
    ),
    may(
      'RFC9728-7.10-caching',
      '7.10',
      'It may be kept for five minutes.',
      discovery('%s is cached for five minutes at most, has an ETag, and any page may read it'),
    ),
  ],
};
