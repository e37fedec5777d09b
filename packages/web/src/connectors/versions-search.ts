/** Which two versions are compared. Absent: the list. */
export interface VersionsSearch {
  from?: number;
  to?: number;
}

export function readVersionsSearch(search: Record<string, unknown>): VersionsSearch {
  const from = numberIn(search['from']);
  const to = numberIn(search['to']);
  return from === undefined || to === undefined || from >= to ? {} : { from, to };
}

function numberIn(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 && number < 1_000_000_000 ? number : undefined;
}
