import { attack, type Claim } from './requirement.ts';
import { keyNodes, rotateKey } from './tests.ts';

/** On keys that get another secret. */
export const ATTACKS_ON_KEYS: readonly Claim[] = [
  attack(
    106,
    'Nobody gets a new secret of somebody else’s key, and a secret that was replaced ends when it was said to, on every node.',
    rotateKey('an admin gets no secret by which they would be somebody else, and nobody else does'),
    rotateKey('another organisation finds no such key through its own address'),
    rotateKey('a secret is replaced once: the same request again changes nothing and shows nothing'),
    rotateKey('a revoked key stays over, and so does one that has expired'),
    rotateKey('the key of a connection is its app’s matter'),
    rotateKey('who is no member any more has nothing to replace'),
    rotateKey('without overlap ends at once; the new one is the same key'),
    rotateKey('works %i hours more beside the new one, and not longer'),
    rotateKey('never outlives its key'),
    rotateKey('gives way to the next: the one before it ends although its overlap had not'),
    rotateKey('ends with the key, both of them'),
    keyNodes('a secret that was replaced on one node %s on the other, which had it in memory'),
  ),
];
