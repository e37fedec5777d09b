import { attack, type Claim } from './requirement.ts';
import { front, frontOracle, frontPipelined, pipelined } from './tests.ts';

/** On where one request ends and the next begins, on connections that a proxy shares among its callers. */
export const ATTACKS_ON_THE_FRONT: readonly Claim[] = [
  attack(
    173,
    'Nobody makes a request of theirs part of somebody else’s: what could be read in two ways is refused, and all that is read otherwise than by Node is heard as Node hears it.',
    frontOracle('what Node hears and says, ours hears and says'),
    front('what could be read in two ways is refused, and nothing after it is heard: %s'),
    front('what is not for every day is heard by Node, and so is all that follows: %s'),
    front('calls that come before the answer to the one before are answered in order'),
    front('what comes behind a call that streams is answered behind it'),
  ),
  attack(
    174,
    'No text that somebody chose becomes a header or an answer of its own.',
    front('no header can become two, and nothing is sent of an answer with one: %j %j'),
  ),
  attack(
    175,
    'Nobody leaves anything behind with requests that wait on a connection that they close: not memory, not a place of a stream, not a call that goes on.',
    frontPipelined('a caller that leaves ends each answer that it waits for, once, whatever is said then'),
    frontPipelined('a caller that leaves a stream ends what it asked behind it, too'),
    pipelined(
      'calls behind another one are cancelled when their caller leaves, and a stop does not wait for them',
    ),
    pipelined('streams behind another one give back their places when their caller leaves'),
  ),
];
