/** The checks, as documentation and reports name them. Their meaning stays. */
export const CHECK_IDS = [
  'D1',
  'D2',
  'D3',
  'D4',
  'D5',
  'D6',
  'D7',
  'D8',
  'D9',
  'D10',
  'D11',
  'D12',
  'D13',
  'D14',
  'D15',
  'D16',
  'D17',
  'D18',
  'D19',
  'D20',
  'D21',
  'D22',
  'D23',
] as const;

export type CheckId = (typeof CHECK_IDS)[number];

/**
 * `fail`: the client does not get in, or does not stay. `warn`: it works, with something lost or at risk, or another
 * client fails. `note`: worth knowing. `not_run`: nothing is known of it, and `seen` says why.
 */
export type Severity = 'fail' | 'warn' | 'note' | 'pass' | 'not_run';

export interface Finding {
  readonly check: CheckId;
  /** Stable, kebab-case; `ok` and `not-run` where nothing was wrong or nothing was looked at. */
  readonly rule: string;
  readonly severity: Severity;
  readonly seen: string;
  /** Why a client fails on it. */
  readonly why?: string;
  /** What the client's user is shown. */
  readonly userSees?: string;
  readonly fix?: string;
  /** Where the rule comes from: a standard's section, a vendor's documentation, reports from the field. */
  readonly source?: string;
}

export interface Detail {
  readonly seen: string;
  readonly why: string;
  readonly userSees: string;
  readonly fix: string;
  readonly source: string;
}
