import type { Stage } from '../checks/check.ts';
import type { ClientName } from '../clients/profile.ts';
import type { CheckId, Finding, Severity } from '../finding.ts';
import type { Exchange } from '../http/http.ts';

/** What was looked at in one step of the walk. A check may have several steps. */
export interface CheckedStep {
  readonly check: CheckId;
  readonly stage: Stage;
  readonly title: string;
  /** The worst of its findings. */
  readonly state: Severity;
  readonly findings: readonly Finding[];
}

/** `unreachable`: no answer came; nothing is known of the connector. */
export type Verdict = 'healthy' | 'faults' | 'unreachable';

export interface Report {
  readonly url: string;
  readonly as: ClientName;
  readonly label: string;
  readonly local: boolean;
  /** Nobody signed in: what comes after it is not known. */
  readonly signedIn: boolean;
  readonly verdict: Verdict;
  readonly counts: Readonly<Record<Severity, number>>;
  readonly steps: readonly CheckedStep[];
  readonly exchanges: readonly Exchange[];
}

const WORST: readonly Severity[] = ['fail', 'warn', 'not_run', 'note', 'pass'];

export function worstOf(findings: readonly Finding[]): Severity {
  return WORST.find((severity) => findings.some((one) => one.severity === severity)) ?? 'pass';
}

export function countsOf(steps: readonly CheckedStep[]): Record<Severity, number> {
  const counts: Record<Severity, number> = { fail: 0, warn: 0, note: 0, pass: 0, not_run: 0 };
  for (const { severity } of steps.flatMap(({ findings }) => findings)) counts[severity] += 1;
  return counts;
}
