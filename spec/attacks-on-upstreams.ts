import { attack, type Claim } from './requirement.ts';
import {
  upstreamAccounts,
  upstreamCards,
  upstreamConnecting,
  upstreamDeclared,
  upstreamExchange,
  upstreamHttp,
  upstreamOutgoing,
} from './tests.ts';

/** On what stands between us and upstreams: their credentials, and people's accounts there. */
export const ATTACKS_ON_UPSTREAMS: readonly Claim[] = [
  attack(
    65,
    'An answer of an upstream’s authorization server is good once, and only with the state that was given out.',
    upstreamConnecting('an answer is good once'),
    upstreamConnecting('of fifty answers at once with one state, one is taken'),
    upstreamConnecting('%s leads nowhere'),
  ),
  attack(
    66,
    'Nobody’s account is slipped to somebody else: the answer is taken in the browser and session that asked.',
    upstreamConnecting(
      'another browser cannot bring the answer, though the same person is signed in there, and does not spoil it',
    ),
    upstreamConnecting('an attacker’s own account is not slipped to another person'),
    upstreamConnecting('another account in the same browser does not inherit what was begun'),
    upstreamConnecting('a form from elsewhere, or of another page, connects and disconnects nothing'),
    upstreamCards('a form of another site, or without its token, sends nobody anywhere'),
  ),
  attack(
    67,
    'One authorization server’s code is never shown to another (mix-up).',
    upstreamConnecting('an answer with %s is refused before its code is shown to anybody (mix-up)'),
    upstreamConnecting('that %s is not gone to: the page says that it cannot be'),
  ),
  attack(
    68,
    'Nobody connects an account in an organisation of others, or keeps one there after leaving.',
    upstreamConnecting(
      'nobody connects anything in an organisation of others, by its address or by an answer',
    ),
    upstreamCards('a connector of an organisation of others is connected by no form'),
    upstreamAccounts('when the person is no longer a member'),
  ),
  attack(
    69,
    'What an upstream says of itself leads nowhere inside: not by a document, a challenge, a redirect or an endpoint.',
    upstreamOutgoing('leads nowhere inside %s'),
    upstreamOutgoing('leads nowhere inside by a challenge'),
    upstreamOutgoing('leads nowhere inside by a redirect'),
    upstreamOutgoing('leads nowhere inside by a token endpoint: nothing is posted there'),
    upstreamOutgoing(
      'an upstream on an address of one’s own may have its authorization server there, but not at cloud metadata',
    ),
  ),
  attack(
    70,
    'Nothing that a caller sends stands in the place of an upstream’s credential, and no secret carries a line break into a request.',
    upstreamHttp('gets it at the REST door, whatever the caller writes in its place'),
    upstreamHttp('gets it from a tool call whose arguments name the same header or parameter'),
    upstreamDeclared(
      'a credential that cannot be used publishes nothing, and the sentence never says the secret: %#',
    ),
  ),
  attack(
    71,
    'A credential that an upstream sends back does not reach the caller, and none is in the database, a log or a page.',
    upstreamHttp('%s is covered in answers and refusals, at both doors'),
    upstreamHttp(
      'what is stored of a credential opens for no other connector and is in no row, log or audit entry',
    ),
    upstreamConnecting(
      'no token, code, secret, state or verifier of an upstream is in the database, a page or the log',
    ),
    upstreamExchange('neither secret nor tokens are in the database or the log'),
  ),
  attack(
    72,
    'Who moves a connector to another address gets nothing that was given for the former one.',
    upstreamHttp('a credential is sent to no other origin than the one that it was set for'),
    upstreamAccounts('is not sent to another upstream that the connector is moved to'),
  ),
];
