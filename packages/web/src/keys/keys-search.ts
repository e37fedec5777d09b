import type { ApiKey } from '../api/types.ts';

/** The filter of the list of keys, as it stands in the address. Absent: every key that works. */
export interface KeysSearch {
  q?: string;
  show?: 'ended' | 'all';
}

export function readKeysSearch(search: Record<string, unknown>): KeysSearch {
  const { q, show } = search;
  return {
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
    ...(show === 'ended' || show === 'all' ? { show } : {}),
  };
}

export function filterKeys(keys: readonly ApiKey[], { q = '', show }: KeysSearch): ApiKey[] {
  const wanted = q.trim().toLowerCase();
  return keys.filter((key) => {
    const isActive = key.status === 'active';
    if (show === undefined && !isActive) return false;
    if (show === 'ended' && isActive) return false;
    const text = [key.name, key.hint, key.holder, key.client?.name, key.client?.destination].join(' ');
    return text.toLowerCase().includes(wanted);
  });
}
