/** How a cache gets on. Plain numbers, because they change at each call; whoever wants to know reads them. */
export interface CacheFigures {
  hits: number;
  misses: number;
  /** How much is in it. */
  readonly entries: () => number;
}

export function createCacheFigures(entries: () => number): CacheFigures {
  return { hits: 0, misses: 0, entries };
}
