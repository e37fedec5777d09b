/** How much there is of everything. */
export interface Sizes {
  readonly organisations: number;
  /** Made by hand; each grant has one besides. */
  readonly keys: number;
  readonly grants: number;
  readonly auditRows: number;
  /** Of the one organisation that has a big catalogue. */
  readonly tools: number;
}

export const SMALL: Sizes = { organisations: 1, keys: 1_000, grants: 1_000, auditRows: 10_000, tools: 10 };

const LARGE: Sizes = {
  organisations: 10_000,
  keys: 1_000_000,
  grants: 1_000_000,
  auditRows: 10_000_000,
  tools: 10_000,
};

/** A share of what is promised, for a trial; of tools there are always as many. */
export function largeSizes(share: number): Sizes {
  const part = (size: number) => Math.max(1, Math.round(size * share));
  return {
    organisations: part(LARGE.organisations),
    keys: part(LARGE.keys),
    grants: part(LARGE.grants),
    auditRows: part(LARGE.auditRows),
    tools: LARGE.tools,
  };
}

/** The organisation that is measured. It has as much of its own in both databases, but for its audit rows. */
export const MAIN = 'main';
/** The one with the big catalogue. */
export const TOOLED = 'tooled';
/** Of its own, what the measured organisation has. */
export const OF_MAIN = { keys: 1_000, grants: 1_000 };
/** A tenth of all audit rows are its, where there are other organisations. */
export const SHARE_OF_MAIN = 10;
/** Keys that nobody has called with: each is good for one first call. */
export const COLD_KEYS = 12_000;
export const FAMILIES = 32;
