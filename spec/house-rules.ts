import { RULES_OF_CONNECTING } from './house-rules-of-connecting.ts';
import { claim as rule, type Claim } from './requirement.ts';
import {
  assertionLimits,
  assertions,
  authentication,
  changeListener,
  clientAuthentication,
  code,
  dpopGateway,
  dpopToken,
  everywhere,
  handoff,
  introspection,
  keyRotation,
  keySecrets,
  limits,
  machines,
  nodes,
  refresh,
  registrationLimits,
  revocation,
  secrets,
  signing,
  sweeping,
  tokenExchange,
  tokens,
  toolsCall,
  twoProcesses,
} from './tests.ts';

const ONCE = handoff('26: it works once, for one of many at the same moment');

/** What we hold ourselves to, endpoint by endpoint. The ids are those in the titles of tests. */
export const HOUSE_RULES: readonly Claim[] = [
  ...RULES_OF_CONNECTING,
  rule(
    'T1',
    'The token endpoint takes a form, once each, and answers in JSON that nobody keeps.',
    code('%s is refused with an OAuth error that nobody caches'),
    code('a success is JSON that nobody caches, readable by any page'),
  ),
  rule(
    'T2',
    'Exactly the registered client authentication, at every grant, with one answer for all that fail.',
    clientAuthentication(
      '37: proves itself at each grant: no code, no refresh and no revocation without its secret',
    ),
    clientAuthentication(
      '40: an unknown client, a wrong secret and a wrong method get one and the same answer',
    ),
    machines('39: an assertion %s is refused'),
  ),
  rule(
    'T3',
    'A code is checked before it is consumed; five wrong attempts burn it.',
    code('3 and 11: %s is refused, and the code is still good'),
    code('five wrong attempts burn it'),
  ),
  rule(
    'T4',
    'A used code with its verifier ends the connection; without it nothing.',
    code('1: a code replayed with its verifier is refused, and the grant dies with all that it minted'),
    code('4: a used code without the right verifier is refused and ends nothing, but it is on record'),
  ),
  rule(
    'T5',
    'A refresh is checked in every respect before its token is claimed.',
    refresh('46: the other resource %s is refused, and no row changes'),
    refresh('47: a suspended organisation refreshes nothing, and consumes nothing'),
  ),
  rule(
    'T6',
    'The same refresh within 30 seconds gets the same answer; any other reuse ends the family.',
    refresh('43: a lost answer, asked for again within 30 s, comes again; expires_in does not grow'),
    refresh('43: once its successor was used, the token ends the family'),
    refresh('T6: the kept answer is unreadable without the token, and is wiped when its time is over'),
  ),
  rule(
    'T7',
    'A family keeps the lifetime that it began with.',
    refresh('49: a family keeps the lifetime that it began with, whatever the setting becomes'),
  ),
  rule(
    'T8',
    'A refresh never widens.',
    refresh('46: no scope widens: what was not granted is ignored'),
    refresh('47: a lowered role cuts what a refresh gives'),
  ),
  rule(
    'T9',
    'Earlier access tokens serve the calls under way.',
    refresh('a refresh gives new tokens of the same scope, and those before still serve the calls under way'),
  ),
  rule(
    'T10',
    'Machines get tokens as their agent, within its role, without refresh.',
    machines('gives a machine of an organisation in %s mode a JWT as its agent, without a refresh token'),
    machines('62: a %s asking for the scope %s gets %s'),
  ),
  rule(
    'T11',
    'An identity provider’s word is taken from those whom an organisation trusts, for those whom it linked, once.',
    assertions(
      'gives the linked member of an organisation in %s mode a JWT for an hour, without a refresh token',
    ),
    assertions('%s is refused, and creates nothing'),
    assertionLimits('T11: the access is the least of what > %s'),
  ),
  rule(
    'T12',
    'An exchange is for clients that an admin allowed, within the subject, and the token says who acts.',
    tokenExchange(
      'an allowed client trades a person’s token, called %s, for one of its own for the same person',
    ),
    tokenExchange('54: ending the grant ends what was exchanged, on every node at once, chains included'),
  ),
  rule(
    'K1',
    'Access tokens are ES256 JWTs of an hour without anything personal, read with fixed algorithm, type, issuer and keys.',
    tokens('an independent library verifies it with our published keys'),
    tokens('51: forged tokens > %s is refused with 401'),
    signing('%s is refused, though we signed it'),
  ),
  rule(
    'K2',
    'A token is a ceiling: today’s role counts.',
    tokens('K2: in %s mode a lowered role cuts full access on the next call'),
  ),
  rule(
    'K3',
    'A token is good at its resource and below it, in its organisation.',
    tokens('one for %s is answered at %s with %i'),
  ),
  rule(
    'K4',
    'Keys have a checksum, are stored as hashes, and are renewed in place by a refresh.',
    keySecrets('one changed character breaks the checksum'),
    refresh('a refresh replaces the secret in the same key; the one before overlaps, then ends'),
  ),
  rule(
    'K5',
    'Signing keys are sealed, published before they sign, and kept until their last token is over; a dropped one is good nowhere.',
    keyRotation(
      '58: it is published ten minutes before it signs, and verifies until the last token that it signed is over',
    ),
    keyRotation('is good nowhere: its tokens are refused on every node, and another key signs'),
    signing('K5: nodes that start at the same moment agree on one active key, and keep it sealed'),
  ),
  rule(
    'K6',
    'Credentials count in headers alone, one at a time.',
    tokens('not in the query, the body or a cookie'),
    authentication('of two credentials at once neither is taken'),
  ),
  rule(
    'V1',
    'A revocation that is answered 200 is done; what could not be stored is 503.',
    revocation('a refresh token ends its grant with its key and all tokens, whatever the hint %j says'),
    revocation('V1: what could not be stored is answered 503, never 200, and is still live'),
  ),
  rule(
    'V2',
    'Introspection tells clients of their own tokens, as they are now.',
    introspection('tells a client of its own tokens in %s mode'),
    introspection('is live: once %s, no token is active, whatever its expiry'),
  ),
  rule(
    'V3',
    'A token lives only while its grant does, and what ends somebody ends their grants.',
    everywhere('is refused on the other node once %s; calls under way break off, and a refresh fails'),
    revocation('56: a client id that strangers share: ending one grant ends no one else’s'),
  ),
  rule(
    'V4',
    'Every node hears of it, and one that cannot hear asks the database.',
    nodes('%s revoked on one node is refused on the other, which had it in memory'),
    nodes('while a node cannot hear the feed, %s is checked in the database on each call'),
    changeListener(
      'V4: a connection that falls silent without ending counts as lost, and a new one takes its place',
    ),
  ),
  rule(
    'P1',
    'DPoP proofs are checked in full, with a nonce of ours, and are good once on all nodes.',
    dpopToken('with %s is refused as invalid_dpop_proof, and the code is not burnt'),
    dpopGateway('a proof that was used is refused, on the node that saw it and on the other'),
    dpopGateway('P1: a proof without a nonce of ours is told so, with one'),
  ),
  rule(
    'S1',
    'Too little access is a challenge with all scopes where a new consent could help, and a tool’s error elsewhere.',
    toolsCall('a read-only %s is told to ask for more, with all scopes'),
    toolsCall(
      'where no consent could help (%s), a tool that is not listed is as unknown as one that does not exist',
    ),
  ),
  rule(
    'O1',
    'Credentials are stored as hashes or sealed.',
    secrets('7 and O1: no credential of a whole life is in the database or in the log'),
  ),
  rule(
    'O2',
    'What is good once is claimed by one statement, and who loses is told so.',
    ONCE,
    twoProcesses(
      '2: of 50 redemptions of one code at the same moment exactly one succeeds, and no grant outlives the replay',
    ),
    twoProcesses('39: a client assertion is good once for both, for fifty at the same time too'),
  ),
  rule(
    'O3',
    'What was used is remembered for as long as it could be shown again, and then forgotten.',
    sweeping('a used code is known as used while its connection lives: a replay weeks later still ends it'),
    sweeping('the id of an assertion is remembered for as long as the assertion could be shown'),
    sweeping('a request that nobody finished goes a day after its end, and not before'),
  ),
  rule(
    'L1',
    'Limits count the key, then the organisation, and addresses in one spelling that only listed proxies can vouch for.',
    limits('the same key has one limit for both doors, and another key of the organisation has its own'),
    registrationLimits('a flood from %s is held back after 300'),
    registrationLimits('all who come through Claude share a wide bucket, however few its addresses'),
  ),
  rule(
    'E1',
    'The trail says what happened, by whom, to what and under which request, and nothing secret.',
    secrets('E1: the trail tells what happened, by whom, to what, under which request, and nothing secret'),
    secrets('E1: a client that does not authenticate is on record, without what it presented'),
  ),
];
