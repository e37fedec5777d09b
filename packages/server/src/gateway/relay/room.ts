import type { Principal } from '../../kernel/principal.ts';

export interface RoomLimits {
  /** Requests to servers that are under way at once, streams among them: a connection has room for one. */
  readonly underWayPerKey: number;
  readonly underWayPerOrganisation: number;
}

export interface Room {
  /** Answers with what says that it is over; undefined: there is no room. */
  enter(principal: Principal): (() => void) | undefined;
}

/** Counts what is under way, so that nobody holds all connections of a server that others use too. */
export function createRoom({ underWayPerKey, underWayPerOrganisation }: RoomLimits): Room {
  const counts = new Map<string, number>();

  const countOf = (name: string): number => counts.get(name) ?? 0;

  function count(name: string, by: 1 | -1): void {
    const left = countOf(name) + by;
    if (left === 0) counts.delete(name);
    else counts.set(name, left);
  }

  return {
    enter({ keyId, orgId }) {
      if (countOf(keyId) >= underWayPerKey || countOf(orgId) >= underWayPerOrganisation) return undefined;
      const names = [keyId, orgId];
      for (const name of names) count(name, 1);
      return () => {
        for (const name of names) count(name, -1);
      };
    },
  };
}
