import type { McpTarget } from '../../../connectors/tool-set.ts';
import type { Principal } from '../../../kernel/principal.ts';
import { isSameOwner } from '../../streams/session-ids.ts';
import type { Fault } from '../fault-answer.ts';
import type { Session } from './session.ts';

export interface SessionCaps {
  /** Sessions of one key with one server at once. */
  readonly perKey: number;
  readonly perOrganisation: number;
  readonly total: number;
}

/** The sessions that live on this node. */
export interface SessionRegistry {
  add(session: Session): void;
  remove(session: Session): void;
  /** Undefined for one that does not exist, for another's, and for one with another server. */
  find(id: string, target: Server, principal: Principal): Session | undefined;
  /** Whether there is room for one more; makes some, if there is such a session that nobody listens to. */
  hasRoom(target: McpTarget, principal: Principal): boolean;
  /** Ends the session with this server that nobody has used for longest, if nobody listens to it. False: there is none. */
  endIdlest(target: McpTarget, unusedSinceMs: number): boolean;
  all(): Iterable<Session>;
  isEmpty(): boolean;
}

/** As much of a server as tells it from others. */
interface Server {
  readonly id: string;
  readonly upstream: unknown;
}

const SUPERSEDED: Fault = {
  code: 'unavailable',
  message: 'The session has ended to make room for another.',
  status: 503,
};

export function createSessionRegistry(caps: SessionCaps): SessionRegistry {
  const sessions = new Map<string, Session>();
  const counts = new Map<string, number>();

  const namesOf = ({ id }: McpTarget, { keyId, orgId }: Principal): readonly [string, string] => [
    `${keyId} ${id}`,
    orgId,
  ];

  function count({ speaker: { caller, target } }: Session, by: 1 | -1): void {
    for (const name of namesOf(target, caller.principal)) {
      const left = (counts.get(name) ?? 0) + by;
      if (left === 0) counts.delete(name);
      else counts.set(name, left);
    }
  }

  function idlest(isMeant: (session: Session) => boolean): Session | undefined {
    let found: Session | undefined;
    for (const session of sessions.values())
      if (!session.isAttended() && isMeant(session) && (found === undefined || session.usedMs < found.usedMs))
        found = session;
    return found;
  }

  function isFull(target: McpTarget, principal: Principal): boolean {
    const [name, orgId] = namesOf(target, principal);
    return (
      (counts.get(name) ?? 0) >= caps.perKey ||
      (counts.get(orgId) ?? 0) >= caps.perOrganisation ||
      sessions.size >= caps.total
    );
  }

  return {
    add(session) {
      sessions.set(session.id, session);
      count(session, 1);
    },
    remove(session) {
      if (sessions.delete(session.id)) count(session, -1);
    },
    find(id, target, principal) {
      const session = sessions.get(id);
      if (session === undefined || !isSameOwner(session.speaker.caller.principal, principal))
        return undefined;
      return isSameServer(session.speaker.target, target) ? session : undefined;
    },
    hasRoom(target, principal) {
      if (isFull(target, principal))
        // Most clients go without a word, and come back.
        idlest(
          ({ speaker }) =>
            speaker.caller.principal.keyId === principal.keyId && speaker.target.id === target.id,
        )?.end(SUPERSEDED);
      return !isFull(target, principal);
    },
    endIdlest(target, unusedSinceMs) {
      const found = idlest(
        ({ speaker, usedMs }) => speaker.target.id === target.id && usedMs <= unusedSinceMs,
      );
      found?.end(SUPERSEDED);
      return found !== undefined;
    },
    all: () => sessions.values(),
    isEmpty: () => sessions.size === 0,
  };
}

function isSameServer(one: Server, other: Server): boolean {
  return one.id === other.id && JSON.stringify(one.upstream) === JSON.stringify(other.upstream);
}
