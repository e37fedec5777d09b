import { claim as rule, type Claim } from './requirement.ts';
import {
  addressGuard,
  authorize,
  consent,
  consentTiers,
  discovery,
  documents,
  dpopGateway,
  handoff,
  machines,
  realClients,
  registration,
  registrationLimits,
  tokenExchange,
  twoHosts,
} from './tests.ts';

const REFUSED_AT_AUTHORIZE = authorize('%s is refused on a page; the way back is a link');
const SAFE_REDIRECTS = registration(
  'of a mixed set the usable redirect URIs are kept (10: script and data URIs are dropped)',
);
const EFFECTIVE_VALUES = registration(
  'unknown members, scopes, grants and methods are tolerated, and the answer says what holds',
);
const ONCE = handoff('26: it works once, for one of many at the same moment');

/** From discovery to consent. */
export const RULES_OF_CONNECTING: readonly Claim[] = [
  rule(
    'D1',
    'Whoever has no good credential at a connector URL gets 401 and where to go, Bearer first.',
    discovery('at %s, %s is answered 401 with where to go'),
    dpopGateway('D1: the challenge lists Bearer first, then DPoP with its algorithms'),
  ),
  rule(
    'D2',
    'Resource metadata echoes the URL as it was typed, at each path and at the root.',
    discovery('of %s echoes the URL as it was typed and lists one authorization server'),
    discovery('at the root is that of /mcp'),
  ),
  rule(
    'D3',
    'One body of server metadata at every place where clients look, with the origin as issuer.',
    discovery('at %s is the same body, with the origin as issuer'),
  ),
  rule(
    'D4',
    'Nothing is advertised that is not there.',
    discovery('D4: advertises what there is, and each endpoint is there'),
    machines('D4: the metadata names what machines use'),
    tokenExchange('D4: the metadata names the grant'),
  ),
  rule(
    'D5',
    'Documents are kept for five minutes at most, unknown ones are a JSON 404, and foreign pages read what clients need and nothing else.',
    discovery('%s is cached for five minutes at most, has an ETag, and any page may read it'),
    discovery('%s is a JSON 404, so that a probing client goes on'),
    discovery('a foreign page can read nothing of %s'),
  ),
  rule(
    'R1',
    'A client id that is a URL has one spelling.',
    documents('30: an address that is not a proper client id, or not public, is not asked > %s'),
  ),
  rule(
    'R2',
    'Documents are read from the public internet alone: resolved once, pinned, small, quick, without redirects.',
    addressGuard(
      'a document is read from the address that its name was resolved to, by the name’s certificate',
    ),
    addressGuard('one private answer among public ones refuses them all: %s'),
    addressGuard('5 KiB are read and one byte more is not: %s'),
    addressGuard('a %i is not followed'),
  ),
  rule(
    'R3',
    'A document is that of its own URL, complete and without secrets; what we do not know in it is ignored.',
    documents('33: a document that is not fit > %s'),
    documents('unknown members and grant types are ignored, and so are places that no code is sent to'),
    consentTiers('an answer that goes to another host than the app’s shows both'),
  ),
  rule(
    'R4',
    'What was read is kept for all nodes, failures for a minute, and a change while a person decides shows the page again.',
    documents('R4: what was read is kept, for all nodes > %s'),
    documents('a failure is kept for a minute, then the document gets another chance'),
    documents('fifty people who come at once have it read once'),
    documents('a change of name between the page and the answer shows the page again, as it is now'),
  ),
  rule(
    'R5',
    'The browser never learns why a document is not usable.',
    documents('R5: whatever the cause, the page is the same'),
  ),
  rule(
    'R6',
    'A registration is taken as clients send it, and the answer says what holds.',
    realClients('%s connects with what it sends, calls tools, refreshes and calls again'),
    EFFECTIVE_VALUES,
    SAFE_REDIRECTS,
  ),
  rule(
    'R7',
    'Identical public clients are one; a confidential one is always new.',
    registration('35: the same public client, many times at once, is one row and one id'),
    registration('36: a confidential client is always new, and nobody else is ever shown its secret'),
  ),
  rule(
    'R8',
    'A registration goes a day after its last use if nobody approved it, after 90 days otherwise, and its client is told to register anew.',
    registration('a client that nobody approved goes a day after its last use; one with a grant stays'),
    registrationLimits(
      '90 days after its last use with a grant: /token says invalid_client, /authorize shows a page, and it may register anew',
    ),
    registration(
      'a client that is gone is told to register anew, at /token with invalid_client and at /authorize with a page',
    ),
  ),
  rule(
    'R9',
    'What anybody can leave behind is bounded.',
    registration('a body over 16 KiB is refused, said or unsaid'),
    registration('at most ten redirect URIs are kept'),
    registrationLimits(
      '35: a flood of 1,000 different clients from 1,000 addresses leaves the table bounded, and Claude still registers',
    ),
  ),
  rule(
    'R10',
    'Redirect URIs are https, loopback or of a known app, and match byte for byte but for a loopback port.',
    SAFE_REDIRECTS,
    authorize('9 and 14: %j is not one of the registered redirect URIs'),
  ),
  rule(
    'Z1',
    'Until client and redirect URI hold, nobody is sent anywhere.',
    authorize('8: %s gets a page, no redirect, no echo'),
    authorize('9 and 14: %j is not one of the registered redirect URIs'),
  ),
  rule(
    'Z2',
    'A later error goes back by itself only to an app that the person of this browser has connected.',
    REFUSED_AT_AUTHORIZE,
    authorize('back to the app, for the very browser whose person connected it there'),
  ),
  rule(
    'Z3',
    'The code flow in the query, each parameter once, no request objects.',
    REFUSED_AT_AUTHORIZE,
    authorize('Z3: a repeated %s is refused, because two readers could see two values'),
  ),
  rule('Z4', 'PKCE by S256, said explicitly, from everybody.', REFUSED_AT_AUTHORIZE),
  rule(
    'Z5',
    'A resource is looked up and granted in our own spelling.',
    authorize('%s is granted as %s, in our own spelling'),
    REFUSED_AT_AUTHORIZE,
  ),
  rule(
    'Z6',
    'Unknown scopes are ignored; known ones are the most that consent offers.',
    authorize('scope %j: Full access offered: %s; Read-only is preselected either way'),
  ),
  rule(
    'Z7',
    'State unchanged, issuer on every answer, each parameter once.',
    authorize('returns the state %j unchanged, with iss, once each'),
    REFUSED_AT_AUTHORIZE,
  ),
  rule(
    'Z8',
    'The same authorize URL may be opened again.',
    authorize('the same authorize URL opens a new transaction each time: people press Reconnect'),
  ),
  rule(
    'Z9',
    'Consent is never skipped.',
    consent(
      '17: an approval is not remembered: the same client is asked about again, by the same browser too',
    ),
    REFUSED_AT_AUTHORIZE,
  ),
  rule(
    'C1',
    'A request lives ten minutes in our database; the form carries its name and the person’s answer.',
    consent('C1: after ten minutes the transaction is over, for the page and for the form'),
  ),
  rule(
    'C2',
    'It belongs to one browser, and once seen to one person.',
    consent(
      'C2: somebody who signed in since sees the page first: nobody approves with an account that they did not see',
    ),
    consent("18: an attacker's open transaction shows a victim's browser nothing"),
  ),
  rule(
    'C3',
    'The answer is checked anew: where it came from, who gave it, what they may give.',
    consent('20: a form from %s is refused'),
    consent('%s is refused with 400, never taken for full'),
    consent('a viewer cannot take full access, whatever is posted'),
  ),
  rule(
    'C4',
    'The page says who asks and how that is known, where it goes, for what and how long.',
    consent(
      'it names host and full redirect URI, tier, loopback, organisation, role, both choices and the lifetime',
    ),
    consentTiers('identified by its host, approved by an admin, or named by itself; never more than that'),
  ),
  rule(
    'C5',
    'One decision, repeated without harm.',
    consent('21: a form sent ten times at once gets ten times the same page, one code'),
    consent('22: another access, organisation or answer after the decision is refused'),
  ),
  rule(
    'C6',
    'The answer is a page that goes on by itself; Deny is told to the client.',
    consent('C6: the answer is a 200 page that goes on by itself and has a link to the same address'),
    consent('C6: Deny is told to the client with state and iss, and is repeatable'),
  ),
  rule(
    'H1',
    'Tickets between two hosts are signed, directed, good once and for a minute.',
    ONCE,
    handoff('26: one %s is refused as %s'),
  ),
  rule(
    'H2',
    'They say nothing of a person, and only the browser that began can use the answer.',
    handoff('28: it carries no person, access or decision, and lives a minute'),
    handoff('27: the answers of two transactions cannot be exchanged'),
  ),
  rule(
    'H3',
    'Two hosts without a proper secret do not start.',
    handoff('with %j the service starts: %s'),
    twoHosts('with the handoff secret %j'),
  ),
];
