import { must, should, type Standard } from './requirement.ts';
import { authorize, code, consent, machines, refresh, tokens } from './tests.ts';

const REFUSED_AT_AUTHORIZE = authorize('%s is refused on a page; the way back is a link');
const IN_OUR_SPELLING = authorize('%s is granted as %s, in our own spelling');

export const RFC8707: Standard = {
  id: 'RFC8707',
  title: 'RFC 8707: Resource Indicators',
  url: 'https://www.rfc-editor.org/rfc/rfc8707',
  requirements: [
    must(
      'RFC8707-2-absolute',
      '2',
      'A resource is an absolute URI without a fragment; everything else is invalid_target.',
      REFUSED_AT_AUTHORIZE,
    ),
    should(
      'RFC8707-2-invalid-target',
      '2',
      'A resource that we do not serve is invalid_target, never ignored.',
      REFUSED_AT_AUTHORIZE,
      code('3 and 11: %s is refused, and the code is still good'),
    ),
    should(
      'RFC8707-2-audience',
      '2',
      'The access token is for the resource that was named, and says so.',
      IN_OUR_SPELLING,
    ),
    should(
      'RFC8707-2-default',
      '2',
      'Without a resource there is a default, which the token names.',
      IN_OUR_SPELLING,
    ),
    should(
      'RFC8707-2.1-bound-to-request',
      '2.1',
      'What the person is asked for is the organisation that the resource names, and no other.',
      consent('an organisation other than the one that the connector URL names cannot be chosen'),
      machines('an app made in one organisation can be approved for no other'),
    ),
    must(
      'RFC8707-2.2-code',
      '2.2',
      'A resource of the token request that is not the granted one is invalid_target, and the code stays good.',
      code('3 and 11: %s is refused, and the code is still good'),
    ),
    must(
      'RFC8707-2.2-refresh',
      '2.2',
      'A refresh for another resource is invalid_target and changes nothing.',
      refresh('46: the other resource %s is refused, and no row changes'),
    ),
    should(
      'RFC8707-2.2-client-credentials',
      '2.2',
      'A machine’s token is for the resource that it names, within its organisation.',
      machines('never leaves its organisation: neither by resource nor by the token'),
    ),
    should(
      'RFC8707-3-restricted',
      '3',
      'A token of one resource is refused at every other.',
      tokens('one for %s is answered at %s with %i'),
      tokens('none is good at the REST door %s'),
    ),
  ],
};
