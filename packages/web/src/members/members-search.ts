import type { Role } from '../api/types.ts';
import { ROLES } from '../roles.ts';

/** The filter of the list of members, as it stands in the address. Absent: everybody. */
export interface MembersSearch {
  q?: string;
  role?: Role;
}

export function readMembersSearch({ q, role }: Record<string, unknown>): MembersSearch {
  const wanted = ROLES.find((one) => one === role);
  return {
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
    ...(wanted === undefined ? {} : { role: wanted }),
  };
}
