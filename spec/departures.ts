import { claim, type Claim } from './requirement.ts';
import {
  authorize,
  code,
  consent,
  discovery,
  documents,
  httpSurface,
  machines,
  refresh,
  revocation,
  signing,
  tokens,
  toolsCall,
} from './tests.ts';

/** Where a standard says one thing and we knowingly do another, why, and the test that shows what we do. */
export const DEPARTURES: readonly Claim[] = [
  claim(
    'RFC6749-4.1.2-replay-without-verifier',
    'A used code that comes without the right verifier is refused and ends nothing: codes pass through browsers, so whoever saw one could end a connection (decision 011).',
    code('4: a used code without the right verifier is refused and ends nothing, but it is on record'),
  ),
  claim(
    'RFC6749-4.1.2.1-errors-redirected',
    'An error is told to the client by a link that the person may follow, except where that person connected it before: a stranger gets no redirector out of us (RFC 9700 section 4.11.2).',
    authorize('%s is refused on a page; the way back is a link'),
    authorize('back to the app, for the very browser whose person connected it there'),
  ),
  claim(
    'RFC6749-4.1.3-redirect-uri-required',
    'The redirect URI may be left out of the token request, as OAuth 2.1 has it: the verifier binds the code to whoever asked for it. One that is sent must be right.',
    code('redirect URI and resource may be left out'),
    code('3 and 11: %s is refused, and the code is still good'),
  ),
  claim(
    'RFC6749-5.1-pragma',
    'No Pragma header goes with tokens: Cache-Control: no-store says it, and RFC 9111 has retired the other.',
    code('a success is JSON that nobody caches, readable by any page'),
  ),
  claim(
    'RFC6750-3.1-insufficient-scope-for-all',
    'Where no new consent could help, a call beyond one’s access is a tool’s error and no challenge: clients would ask the person in vain.',
    toolsCall(
      'where no consent could help (%s), a tool that is not listed is as unknown as one that does not exist',
    ),
  ),
  claim(
    'RFC7523-3-audience-list',
    'The audience of a client’s assertion is one text: a list could name another server, which could then use it here.',
    machines('39: an assertion %s is refused'),
  ),
  claim(
    'RFC9068-2.1-rs256',
    'Access tokens are signed by ES256 alone: we are their only issuer and their only reader.',
    tokens('an independent library verifies it with our published keys'),
    discovery('the key set holds public keys alone'),
  ),
  claim(
    'RFC9068-4-media-type-prefix',
    'The type application/at+jwt, with its prefix, is refused: we never write it.',
    signing('the same claims under the type %j are no access token'),
  ),
  claim(
    'RFC9700-4.14.2-repeated-refresh',
    'The same refresh within 30 seconds, before its successor was used, gets the same answer: honest clients refresh in parallel and lose answers. Every other reuse ends the family (decision 004).',
    refresh('43: a lost answer, asked for again within 30 s, comes again; expires_in does not grow'),
    refresh('43: after 31 s the same token ends the family'),
  ),
  claim(
    'RFC7009-2.1-foreign-token',
    'The token of another client is answered like an unknown one, with 200 and without effect: an error would tell that it exists.',
    revocation("63: another client's tokens are out of reach, and it cannot tell them from nothing"),
  ),
  claim(
    'CIMD-failures-kept',
    'That a document could not be read is remembered for a minute: otherwise anybody could have us ask a host without end.',
    documents('a failure is kept for a minute, then the document gets another chance'),
  ),
  claim(
    'CIMD-ports',
    'A client id with a port of its own is none: only what answers at 443 speaks for a host.',
    documents('30: an address that is not a proper client id, or not public, is not asked > %s'),
  ),
  claim(
    'MCP-redirect-schemes',
    'Besides https and loopback, two schemes of known apps are taken as redirect URIs; the page does not show them as hosts.',
    consent('25: %s does not pass for the host that it spells'),
  ),
  claim(
    'TLS',
    'We speak http, and TLS ends at the operator’s proxy. What we hand out are URLs and cookies of the https origin that the operator names.',
    httpSurface('points to its public address in challenges'),
    consent('20: the cookies are kept from scripts and other sites, and on https from sibling hosts'),
  ),
];
