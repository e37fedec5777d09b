/** A month of UTC, as quotas are counted by. */
export interface Month {
  /** 2026-11. */
  readonly name: string;
  readonly beginsMs: number;
  /** When the next one begins. */
  readonly endsMs: number;
}

export function monthAt(ms: number): Month {
  const date = new Date(ms);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return {
    name: date.toISOString().slice(0, 7),
    beginsMs: Date.UTC(year, month),
    endsMs: Date.UTC(year, month + 1),
  };
}
