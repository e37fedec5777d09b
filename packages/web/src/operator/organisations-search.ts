import type { InstalledState, InstalledWanted } from '../api/operator.ts';

const STATES: readonly InstalledState[] = ['active', 'suspended', 'deleted'];

/** The filter of the list of organisations, as it stands in the address. Absent: all. */
export function readInstalledSearch({ q, state }: Record<string, unknown>): InstalledWanted {
  const wanted = STATES.find((one) => one === state);
  return {
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
    ...(wanted === undefined ? {} : { state: wanted }),
  };
}
