import { attack, type Claim } from './requirement.ts';
import {
  addresses,
  assertions,
  authentication,
  authorize,
  changeListener,
  clientAuthentication,
  dpopGateway,
  dpopToken,
  everywhere,
  introspection,
  keyRotation,
  machines,
  nodes,
  refresh,
  registrationLimits,
  revocation,
  signEveryoneOut,
  signing,
  tokenExchange,
  tokens,
  twoProcesses,
} from './tests.ts';

const CLIENT_PROVES_ITSELF = clientAuthentication(
  '37: proves itself at each grant: no code, no refresh and no revocation without its secret',
);
const CLIENT_ASSERTION = machines('39: an assertion %s is refused');
const SAME_ANSWER_FOR_ALL = refresh(
  '41 and 42: 50 parallel refreshes of one token get one and the same answer, and one successor',
);
const SAME_ANSWER_ON_TWO_PROCESSES = twoProcesses(
  '41 and 42: 50 refreshes of one token at the same moment all get the same answer, and one successor',
);

/** On what a connection holds: credentials of clients, refresh and access tokens, limits. */
export const ATTACKS_ON_TOKENS: readonly Claim[] = [
  attack(
    37,
    'A confidential client gets nothing without its credential, at any grant.',
    CLIENT_PROVES_ITSELF,
    machines(
      '37, 38: exactly one authentication: an assertion with anything besides, of another type, or none at all',
    ),
    introspection('37: takes an assertion once'),
  ),
  attack(
    38,
    'Two ways to authenticate at once, or another than the registered one, are refused.',
    clientAuthentication('38: is refused by the other method, by none, by two at once and by half of one'),
    clientAuthentication('38: a public client with a secret that it was never given is refused'),
  ),
  attack(
    39,
    'A client’s assertion for others, a second time, or under the public key as a secret, is refused.',
    CLIENT_ASSERTION,
    machines('39: an assertion is good once, for fifty at the same time too'),
    machines('39: HS256 with the public key, no algorithm, and keys from the header are refused'),
    twoProcesses('39: a client assertion is good once for both, for fifty at the same time too'),
  ),
  attack(
    40,
    'An unknown client looks exactly like one with a wrong secret or key.',
    clientAuthentication(
      '40: an unknown client, a wrong secret and a wrong method get one and the same answer',
    ),
    machines('40: an unknown client, a wrong key and a client of another method get one and the same answer'),
  ),
  attack(
    41,
    'Refreshes in parallel get one answer and make one successor, on two processes too.',
    SAME_ANSWER_FOR_ALL,
    SAME_ANSWER_ON_TWO_PROCESSES,
  ),
  attack(
    42,
    'An honest client that refreshes in parallel stays signed in.',
    SAME_ANSWER_FOR_ALL,
    SAME_ANSWER_ON_TWO_PROCESSES,
  ),
  attack(
    43,
    'A lost answer comes again for 30 seconds; every other reuse ends the family.',
    refresh('43: a lost answer, asked for again within 30 s, comes again; expires_in does not grow'),
    refresh('43: after 31 s the same token ends the family'),
    refresh('43: once its successor was used, the token ends the family'),
    refresh('43: the same token for less is another request, and ends the family'),
  ),
  attack(
    44,
    'What ends one connection, or begins another, leaves the others alone.',
    refresh('44: reuse in one grant leaves the other grants of the same person and client alone'),
    revocation(
      '44: a new approval of the same client ends none before it: Read-only and Full live side by side',
    ),
  ),
  attack(
    45,
    'A refresh token that another client shows is refused and ends its family.',
    refresh('45: a refresh token shown by another client is refused and ends the family'),
  ),
  attack(
    46,
    'No refresh and no exchange widens anything, and a refused one changes nothing.',
    refresh('46: no scope widens: what was not granted is ignored'),
    refresh('46: the other resource %s is refused, and no row changes'),
    tokenExchange('46: a read-only subject and the scope %s make %s'),
    tokenExchange('46: a resource at or below the subject’s is given, by resource or audience; no other is'),
  ),
  attack(
    47,
    'Who was removed, demoted or suspended refreshes no more than is left.',
    refresh('47: a removed member refreshes nothing'),
    refresh('47: a lowered role cuts what a refresh gives'),
    refresh('47: a suspended organisation refreshes nothing, and consumes nothing'),
  ),
  attack(
    48,
    'Refreshes that race a revocation leave nothing alive.',
    refresh('48: a refresh that races a revocation leaves nothing live'),
    twoProcesses('48: 50 refreshes that race a revocation leave nothing alive at either process'),
    signEveryoneOut('48: redemptions and refreshes on two nodes at the same instant leave nothing alive'),
  ),
  attack(
    49,
    'A later setting does not prolong an old family.',
    refresh('49: a family keeps the lifetime that it began with, whatever the setting becomes'),
  ),
  attack(
    50,
    'A refresh token opens no door, and is no subject of an exchange.',
    refresh('50: a refresh token is no access token'),
    tokenExchange(
      '50: nothing but a live access token: no refresh token, code, secret, client assertion or made-up text',
    ),
  ),
  attack(
    51,
    'Forged tokens are refused: no algorithm, our public key as a secret, strange key ids, keys of their own, other types.',
    tokens('51: forged tokens > %s is refused with 401'),
    signing('the same claims under the type %j are no access token'),
    dpopToken('attack 51: %s is no proof'),
    tokenExchange('51: what our own key signed as %j is no access token, whatever it claims'),
  ),
  attack(
    52,
    'A token of one organisation, installation or environment is refused at the others, and at the REST door.',
    tokens('one for %s is answered at %s with %i'),
    tokens('none is good at the REST door %s'),
    tokens('one of another installation is refused'),
    signing('52: a token of another environment on the same database is refused'),
    authentication('a %s of one is worth nothing at another, existing or not'),
  ),
  attack(
    53,
    'A credential in the URL, the body or a cookie is not looked at.',
    tokens('not in the query, the body or a cookie'),
    authentication('cannot pass one in the query, in a cookie or in the body'),
  ),
  attack(
    54,
    'What was revoked, removed or demoted counts at the next call, on every node.',
    tokens('a member who was removed is refused on the next call'),
    tokens('K2: in %s mode a lowered role cuts full access on the next call'),
    nodes('%s revoked on one node is refused on the other, which had it in memory'),
    everywhere(
      '54: an access token that was revoked by itself is refused on the other node, and its calls break off',
    ),
  ),
  attack(
    55,
    'A node that missed something, or cannot hear, never lets in what has ended.',
    nodes('%s whose end was never announced is refused after the feed reconnects'),
    nodes('while a node cannot hear the feed, %s is checked in the database on each call'),
    keyRotation('is refused at once by a node that cannot hear the feed'),
    changeListener(
      'V4: a connection that falls silent without ending counts as lost, and a new one takes its place',
    ),
    changeListener('V4: a connection that was lost while it caught up is not current, however that ends'),
  ),
  attack(
    56,
    'Ending one connection of a client id that strangers share ends no one else’s.',
    revocation('56: a client id that strangers share: ending one grant ends no one else’s'),
    machines('an app loses its grants, refresh and codes under way; strangers’ grants live'),
  ),
  attack(
    57,
    'What was issued within the same second as its end has ended.',
    tokens('57: and stays refused when the same person comes back in the same second'),
    signEveryoneOut(
      '57: what was issued within the same second ends, and what is issued right after it does not',
    ),
  ),
  attack(
    58,
    'After a rotation old tokens are good, new ones are good everywhere, and a dropped key is good nowhere.',
    keyRotation(
      '58: it is published ten minutes before it signs, and verifies until the last token that it signed is over',
    ),
    keyRotation('accepts its tokens, after one look at the database'),
    keyRotation('is good nowhere: its tokens are refused on every node, and another key signs'),
    signing(
      '58: after a rotation the old token is good, the new one is good everywhere, and a dropped key is good nowhere',
    ),
  ),
  attack(
    59,
    'A bound token is good with a fresh proof for our public URL alone, once on all nodes.',
    dpopGateway('a bound token sent as Bearer is refused, with a proof or without'),
    dpopGateway('a proof that was used is refused, on the node that saw it and on the other'),
    dpopGateway(
      'behind a proxy, a proof is for our public URL, and the nonce of one node is good on the other',
    ),
    twoProcesses('that one process took at the token endpoint is refused at the other'),
    twoProcesses('is good for one call at both together, for fifty at the same time too'),
  ),
  attack(
    60,
    'An identity provider’s assertion is good once on all nodes, for us alone and for the client that it names.',
    assertions('60: is good once, on two nodes together, for fifty at the same time too'),
    assertions('%s is refused, and creates nothing'),
    assertions('60: must be the one that it names, however good its own credentials are'),
  ),
  attack(
    61,
    'An exchange that names no resource keeps the subject’s.',
    tokenExchange('61: without a resource it is the subject’s'),
  ),
  attack(
    62,
    'A machine that asks for any scope gets what its role allows.',
    machines('62: a %s asking for the scope %s gets %s'),
  ),
  attack(
    63,
    'Tokens of others cannot be looked into or revoked, and look like none.',
    introspection('63: says of another client’s token in %s mode exactly what it says of none'),
    revocation("63: another client's tokens are out of reach, and it cannot tell them from nothing"),
    introspection('63: a machine cannot revoke another’s token'),
  ),
  attack(
    64,
    'No spelling of an address and no forged header gets around a limit, and a flood starves nobody else, least of all everyone behind Claude.',
    addresses('64: %s and its neighbours share the bucket %s'),
    registrationLimits('a flood from %s is held back after 300'),
    registrationLimits('one flood starves nobody else'),
    registrationLimits('all who come through Claude share a wide bucket, however few its addresses'),
    authorize('64: one address cannot fill the table with transactions, whatever it claims about itself'),
  ),
];
