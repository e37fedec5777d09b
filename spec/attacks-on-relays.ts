import { attack, type Claim } from './requirement.ts';
import { relay, relayAccounts, relayConformance, relayFaults, relayGate, repeatedKeys } from './tests.ts';

/** On the way between a client and an MCP server that is relayed. */
export const ATTACKS_ON_RELAYS: readonly Claim[] = [
  attack(
    73,
    'Nobody has the gate look at one tool and the server call another: not by keys that stand twice or are spelled in another way, batches, notifications, other character sets or headers.',
    relayGate('%s is not sent to it for who may only read'),
    relayGate('a header that names %s is refused with its own code'),
    relayGate('with full access "%s" is as unknown as with any'),
    repeatedKeys('a key that stands twice is found: %s'),
    relay('a call that it refuses never leaves'),
    relay(
      'to the address that the operator declared, with what the client says of MCP and nothing else of it',
    ),
  ),
  attack(
    74,
    'A server that changes what its tools are gets no more by it than an admin has seen.',
    relayGate(
      'a new tool that only reads can be called once it was listed, one that may write waits, and both are news',
    ),
    relayGate('a tool that was reading and says so no longer is gone until an admin has seen it'),
    relayGate('is not for everybody, whatever the server says'),
  ),
  attack(
    75,
    'A session with a relayed server is of no use to anybody but its caller.',
    relay('another caller’s is none, and neither is one that was never issued: %s'),
    relay('its id is the server’s, sealed: the server gets its own, and the client keeps what it has'),
  ),
  attack(
    76,
    'What a caller is known by does not reach a relayed server, and what the server is shown does not reach the caller.',
    relayConformance(
      'a server that passes all that the official suite scores for %s passes it behind the relay',
    ),
    relayAccounts('the server is asked with the person’s own account, never with what the caller showed'),
    relayFaults('is sent, and covered wherever the server repeats it: %s'),
  ),
  attack(
    77,
    'A relayed server that hangs, breaks off, floods or talks nonsense harms nobody else, and leaves nothing open.',
    relayFaults('is told that a server is down'),
    relayFaults('a %s to a server that %s is answered in HTTP’s terms'),
    relayFaults('each call that was on record before it left has its outcome'),
    relay('breaks off when the caller’s right ends, and nothing stays open behind it'),
  ),
];
