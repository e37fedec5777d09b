import type { Principal } from '../../kernel/principal.ts';
import { randomOctets } from '../../kernel/random.ts';
import { equalSecrets, hmac } from '../../kernel/secret.ts';

/** Ids of sessions, each of which lives on one node: every node can tell on which, and whose it is. */
export interface SessionIds {
  /** `<node id>.<44 random characters>`: half are drawn, half prove that we gave it to this principal. */
  issue(principal: Principal): string;
  /** The node that such a session is or was on; undefined: no node ever gave this principal this id. */
  nodeOf(id: string, principal: Principal): string | undefined;
}

const DRAWN_BYTES = 16;
/** 128 bits in base64url. */
const PROOF_CHARACTERS = 22;

/** `key` is the same on every node. */
export function createSessionIds({ nodeId, key }: { nodeId: string; key: Uint8Array }): SessionIds {
  const proofOf = (node: string, drawn: string, principal: Principal): string =>
    hmac(key, JSON.stringify([node, drawn, ...ownerOf(principal)])).slice(0, PROOF_CHARACTERS);

  return {
    issue(principal) {
      const drawn = randomOctets(DRAWN_BYTES).toString('base64url');
      return `${nodeId}.${drawn}${proofOf(nodeId, drawn, principal)}`;
    },
    nodeOf(id, principal) {
      const [, node, drawn, proof] = SHAPE.exec(id) ?? [];
      if (node === undefined || drawn === undefined || proof === undefined) return undefined;
      return equalSecrets(proof, proofOf(node, drawn, principal)) ? node : undefined;
    },
  };
}

const SHAPE = /^([\w-]+)\.([\w-]{22})([\w-]{22})$/;

/** A session is its opener's alone: the same key or grant of the same person or agent, with whichever token. */
export function isSameOwner(one: Principal, other: Principal): boolean {
  const theirs = ownerOf(other);
  return ownerOf(one).every((part, index) => part === theirs[index]);
}

function ownerOf({ actor, clientId, grantId, keyId, orgId }: Principal): readonly (string | null)[] {
  return [orgId, keyId, grantId ?? null, clientId ?? null, actor.id];
}
