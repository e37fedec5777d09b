import type { AgentsWanted } from '../api/types.ts';

/** Which agents to show, as it stands in the address. Absent: all, by name. */
export type AgentsSearch = AgentsWanted;

export function readAgentsSearch({ q, sort, status }: Record<string, unknown>): AgentsSearch {
  return {
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
    ...(status === 'active' || status === 'suspended' ? { status } : {}),
    ...(sort === 'created' ? { sort } : {}),
  };
}
