import { attack, type Claim } from './requirement.ts';
import {
  addressGuard,
  authorize,
  browserPages,
  code,
  consent,
  consentTiers,
  documents,
  globalAddresses,
  handoff,
  mcpRemote,
  registration,
  registrationLimits,
  secrets,
  twoHosts,
  twoProcesses,
} from './tests.ts';

const REFUSED_AT_AUTHORIZE = authorize('%s is refused on a page; the way back is a link');
const NO_OTHER_REDIRECT = authorize('9 and 14: %j is not one of the registered redirect URIs');
const BOUND_CODE = code('3 and 11: %s is refused, and the code is still good');
const ISSUER_TOLD = authorize('returns the state %j unchanged, with iss, once each');
const NOT_REMEMBERED = consent(
  '17: an approval is not remembered: the same client is asked about again, by the same browser too',
);
const NEVER_WITHOUT_CONSENT = consent(
  '16 and 29: a signed-in person gets no code from an authorize URL, and is sent nowhere but to our own page',
);

/** On the way to a connection: codes, redirects, consent, registration. */
export const ATTACKS_ON_CONSENT: readonly Claim[] = [
  attack(
    1,
    'A code that is replayed ends what it had given, beside its redemption and on another process too.',
    code('1: a code replayed with its verifier is refused, and the grant dies with all that it minted'),
    code('1: a replay that runs beside the redemption ends the grant, as one that comes after it does'),
    twoProcesses('1: a code replayed at one process ends the grant at the other, which had it in memory'),
  ),
  attack(
    2,
    'Of many who redeem one code at the same moment, one succeeds.',
    code('2: of 50 redemptions of one code at the same moment exactly one succeeds, and one grant exists'),
    twoProcesses(
      '2: of 50 redemptions of one code at the same moment exactly one succeeds, and no grant outlives the replay',
    ),
  ),
  attack(
    3,
    'A code with another client, redirect URI, resource or verifier is refused, and not burnt.',
    BOUND_CODE,
    code('3: another client cannot redeem it, and does not burn it'),
  ),
  attack(
    4,
    'Half a code, or a code without its verifier, ends nobody’s connection.',
    code('4: %s in place of the code opens nothing and ends nothing'),
    code('4: a used code without the right verifier is refused and ends nothing, but it is on record'),
  ),
  attack(
    5,
    'PKCE cannot be left out at the start, nor talked down later.',
    REFUSED_AT_AUTHORIZE,
    code(
      '5: a downgrade is not possible: the challenge is in the row, so a client cannot do without its verifier',
    ),
  ),
  attack(6, 'plain, and a challenge without a method, are refused.', REFUSED_AT_AUTHORIZE),
  attack(
    7,
    'Codes and tokens are in no log, no database, no Referer and no URL of a call.',
    secrets('7 and O1: no credential of a whole life is in the database or in the log'),
    secrets('7: what was under way when the database failed is not in the log either'),
    consent('20: every page of the way forbids frames and scripts'),
    mcpRemote('in all of this no token and no key was part of a URL'),
  ),
  attack(
    8,
    'Without a known client and redirect URI nobody is sent anywhere.',
    authorize('8: %s gets a page, no redirect, no echo'),
    NO_OTHER_REDIRECT,
  ),
  attack(9, 'What is only like a registered redirect URI is none.', NO_OTHER_REDIRECT),
  attack(
    10,
    'Redirect URIs that run a script or carry data are dropped, in whatever spelling.',
    registration('of a mixed set the usable redirect URIs are kept (10: script and data URIs are dropped)'),
  ),
  attack(11, 'A redirect URI that was swapped after consent gets no tokens.', BOUND_CODE),
  attack(
    12,
    'An error sends no browser to an address that its person did not connect.',
    REFUSED_AT_AUTHORIZE,
    authorize(
      '12: nowhere, for a browser without the cookie, with another one’s, or of somebody else who is connected',
    ),
    authorize(
      '12: nowhere, for another redirect URI of the app, or another app that is answered at the same place',
    ),
    authorize('12: nowhere yet, after a request that was opened, denied, or allowed and not redeemed'),
  ),
  attack(
    13,
    'A redirect URI that brings answers of its own carries ours, once.',
    authorize(
      '13: a redirect URI that brings code, state, iss and error of its own carries ours, once, and keeps the rest byte for byte',
    ),
  ),
  attack(14, 'Only the port of a loopback URI is free, and localhost is not 127.0.0.1.', NO_OTHER_REDIRECT),
  attack(
    15,
    'Each answer says whose it is, errors and a person’s No too.',
    ISSUER_TOLD,
    REFUSED_AT_AUTHORIZE,
    consent('C6: Deny is told to the client with state and iss, and is repeatable'),
  ),
  attack(
    16,
    'Nobody gets a code without consent, however signed in.',
    NEVER_WITHOUT_CONSENT,
    REFUSED_AT_AUTHORIZE,
  ),
  attack(17, 'No approval is remembered for a client id that strangers share.', NOT_REMEMBERED),
  attack(
    18,
    'An approval comes back to the browser that began and to no other, in one process and over two hosts.',
    consent("18: an attacker's open transaction shows a victim's browser nothing"),
    consent(
      "18: a victim who approves behind an attacker's link connects nobody: the app's browser is another one",
    ),
    consent(
      "18: a browser that took the attacker's approval is not the attacker's: the code goes to no one else",
    ),
    handoff(
      "18: an approval comes back only to the browser that began: a victim cannot finish an attacker's, nor the reverse",
    ),
  ),
  attack(
    19,
    'An attacker’s transaction and token, posted by somebody else’s browser, decide nothing.',
    consent("19: an attacker's transaction and token, posted by a victim's browser, decide nothing"),
    consent("19: a victim's transaction with the token of another transaction decides nothing"),
  ),
  attack(
    20,
    'No frame, no other site and no sibling host can press the button.',
    consent('20: every page of the way forbids frames and scripts'),
    consent('20: a form from %s is refused'),
    consent('20: the cookies are kept from scripts and other sites, and on https from sibling hosts'),
    browserPages('a page of ours in a frame of another site stays empty'),
  ),
  attack(
    21,
    'Double clicks, the back button and two tabs come to one code each.',
    consent('21: a form sent ten times at once gets ten times the same page, one code'),
    consent('21: after the code was redeemed, going back gets no code'),
    consent('21: two tabs do not get into each other’s way'),
  ),
  attack(
    22,
    'Of Allow and Deny the first counts.',
    consent('22: of Allow and Deny at the same moment the first wins and the other is told so'),
    consent('22: another access, organisation or answer after the decision is refused'),
  ),
  attack(
    23,
    'A forged form gives no more than its person may give.',
    consent('%s is refused with 400, never taken for full'),
    consent('a viewer cannot take full access, whatever is posted'),
    consent('the organisation %j of others cannot be named'),
    consent(
      'C2: somebody who signed in since sees the page first: nobody approves with an account that they did not see',
    ),
  ),
  attack(
    24,
    'Who was removed or demoted since the page was shown gives nothing any more.',
    consent('a member who was removed gets nothing'),
    consent('a member who became a viewer cannot take full access any more'),
    code('47: a member who was removed before the code was redeemed gets nothing'),
  ),
  attack(
    25,
    'A client’s name is text, in its direction, and says how much it is worth.',
    consent('25: the name %j is inert, isolated and short'),
    consentTiers('25: markup and reversed text in a document’s name are inert'),
    consentTiers('25: "Claude" that is not from claude.ai is said not to be'),
    consentTiers('25: %s from %s'),
  ),
  attack(
    26,
    'A ticket between the hosts that is used, old, reflected or for others is refused, and is no access token.',
    handoff('26: one %s is refused as %s'),
    handoff('26: it works once, for one of many at the same moment'),
    handoff('26: a ticket cannot be reflected, and neither can its answer'),
    handoff('26: either ticket used again, or as an access token, is refused'),
    twoHosts('%s, on either host'),
  ),
  attack(
    27,
    'The tickets of two transactions cannot be exchanged.',
    handoff('27: the answers of two transactions cannot be exchanged'),
    twoHosts('27: swapped between two browsers'),
  ),
  attack(
    28,
    'No ticket says who somebody is or what they decided.',
    handoff('28: it carries no person, access or decision, and lives a minute'),
  ),
  attack(29, 'Nothing is begun elsewhere before a person consents here.', NEVER_WITHOUT_CONSENT),
  attack(
    30,
    'A client’s address that leads into our own network is not connected to.',
    addressGuard('a name that resolves to %s'),
    addressGuard('%s is not even resolved'),
    globalAddresses('%s is not: %s'),
    documents('30: an address that is not a proper client id, or not public, is not asked > %s'),
  ),
  attack(
    31,
    'A name is resolved once, and one private answer refuses all.',
    addressGuard('one private answer among public ones refuses them all: %s'),
    addressGuard('a name is resolved once: the answer that was looked at is the one connected to'),
  ),
  attack(
    32,
    'Redirects, slow drips and packed bombs are given up.',
    addressGuard('a %i is not followed'),
    addressGuard('5 KiB are read and one byte more is not: %s'),
    addressGuard('a body that drips is given up when the time is over, however lively it looks'),
    documents('32: a redirect, and a document that unpacks to more than 5 KiB, name no client'),
  ),
  attack(
    33,
    'A document of another client, or one that changed meanwhile, does not count.',
    documents('33: a document that is not fit > %s'),
    documents(
      '33: a place added later counts once the document is read again, and one taken away counts no more',
    ),
    documents('33: a place that was taken back gets no code'),
    documents('a change of name between the page and the answer shows the page again, as it is now'),
  ),
  attack(
    34,
    'Thousands of fresh ids on one origin are asked about up to a budget.',
    documents(
      '34: thousands of fresh ids on one origin are asked about until its budget is used up; known ones go on',
    ),
  ),
  attack(
    35,
    'A flood of registrations leaves the table bounded, and others still register.',
    registration('35: the same public client, many times at once, is one row and one id'),
    registrationLimits(
      '35: a flood of 1,000 different clients from 1,000 addresses leaves the table bounded, and Claude still registers',
    ),
    registrationLimits('35: the listed networks cannot fill the table without end either'),
  ),
  attack(
    36,
    'Nobody is ever shown the secret of another client.',
    registration('36: a confidential client is always new, and nobody else is ever shown its secret'),
  ),
  attack(
    183,
    'A host that an admin blocked is blocked in each spelling that leads there: on any port, and with the dot of the root.',
    consentTiers('gets a page that says who can unblock it: %s'),
    consentTiers('stays one when its host is written with the dot of the root'),
  ),
];
