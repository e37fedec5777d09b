/** Which connections to show, as it stands in the address. Absent: all that one may see, the newest first. */
export interface ConnectionsSearch {
  q?: string;
  whose?: 'mine';
  sort?: 'used';
}

export function readConnectionsSearch({ q, sort, whose }: Record<string, unknown>): ConnectionsSearch {
  return {
    ...(typeof q === 'string' && q !== '' ? { q } : {}),
    ...(whose === 'mine' ? { whose } : {}),
    ...(sort === 'used' ? { sort } : {}),
  };
}
