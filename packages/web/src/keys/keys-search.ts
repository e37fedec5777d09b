const SHOWS = ['unused', 'expired', 'revoked', 'all'] as const;

/** Which keys to show, as it stands in the address. Absent: every key that works, the newest first. */
export interface KeysSearch {
  q?: string;
  show?: (typeof SHOWS)[number];
  whose?: 'mine';
  sort?: 'used' | 'name';
}

export function readKeysSearch({ q, show, sort, whose }: Record<string, unknown>): KeysSearch {
  const shown = SHOWS.find((one) => one === show);
  return {
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
    ...(shown === undefined ? {} : { show: shown }),
    ...(whose === 'mine' ? { whose } : {}),
    ...(sort === 'used' || sort === 'name' ? { sort } : {}),
  };
}

/** What the server is asked for. */
export function wantedOf({ q, show, sort, whose }: KeysSearch, seesAll: boolean) {
  return {
    ...(q === undefined ? {} : { q }),
    ...(show === 'all' ? {} : { status: show ?? ('active' as const) }),
    ...(sort === undefined ? {} : { sort }),
    ...(whose === undefined || !seesAll ? {} : { whose }),
  };
}
