import { atLeast, type Role } from '../../kernel/access.ts';
import type { GroupRole } from '../../store/schema.ts';

const GROUPS_MAX = 2000;

/** What a claim says of groups: a list of texts, or one text. Anything else names none. */
export function readGroups(claim: unknown): string[] {
  if (typeof claim === 'string') return [claim];
  if (!Array.isArray(claim)) return [];
  return claim.filter((group) => typeof group === 'string').slice(0, GROUPS_MAX);
}

/** The highest role that one of the groups gives; undefined: none does. */
export function roleOfGroups(groups: readonly string[], map: readonly GroupRole[]): Role | undefined {
  const has = new Set(groups);
  return map
    .filter(({ group }) => has.has(group))
    .map(({ role }) => role)
    .reduce<Role | undefined>(
      (highest, role) => (highest !== undefined && atLeast(highest, role) ? highest : role),
      undefined,
    );
}

export function givesOwner(map: readonly GroupRole[]): boolean {
  return map.some(({ role }) => role === 'owner');
}
