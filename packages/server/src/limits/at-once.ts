import type { CallsAtOnce } from '../kernel/call-limits.ts';
import type { KeyId, OrganisationId } from '../kernel/ids.ts';

export interface AtOnceCeilings {
  readonly perKey: number;
  readonly perOrganisation: number;
}

/** Whose limit it is that there is no place, and how many places it has. */
export interface NoPlace {
  readonly limit: 'key' | 'organisation';
  readonly places: number;
}

export interface AtOnce {
  /** Undefined: it may begin, and `leave` is said once it is over. */
  enter(keyId: KeyId, orgId: OrganisationId, own: CallsAtOnce | undefined): NoPlace | undefined;
  leave(keyId: KeyId, orgId: OrganisationId): void;
  /** How many keys and organisations have calls under way. */
  size(): number;
}

/** Counts the calls that are under way on this node. What an organisation says itself holds below the operator's. */
export function createAtOnce(ceilings: AtOnceCeilings): AtOnce {
  const counts = new Map<string, number>();

  function drop(name: string): void {
    const left = (counts.get(name) ?? 0) - 1;
    if (left <= 0) counts.delete(name);
    else counts.set(name, left);
  }

  return {
    enter(keyId, orgId, own) {
      const ofKey = counts.get(keyId) ?? 0;
      const keyMax = within(ceilings.perKey, own?.perKey);
      if (ofKey >= keyMax) return { limit: 'key', places: keyMax };
      const ofOrganisation = counts.get(orgId) ?? 0;
      const organisationMax = within(ceilings.perOrganisation, own?.perOrganisation);
      if (ofOrganisation >= organisationMax) return { limit: 'organisation', places: organisationMax };
      counts.set(keyId, ofKey + 1);
      counts.set(orgId, ofOrganisation + 1);
      return undefined;
    },
    leave(keyId, orgId) {
      drop(keyId);
      drop(orgId);
    },
    size: () => counts.size,
  };
}

function within(ceiling: number, own: number | null | undefined): number {
  return own === null || own === undefined || own > ceiling ? ceiling : own;
}
