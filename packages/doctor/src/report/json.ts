import { VERSION } from '../version.ts';
import type { Report } from './report.ts';

/** What `--json` prints (docs/doctor.md). A key that was there stays; `schema` counts what breaks that. */
export function toJson(report: Report): object {
  return {
    schema: 1,
    doctor: VERSION,
    url: report.url,
    as: report.as,
    local: report.local,
    signed_in: report.signedIn,
    verdict: report.verdict,
    counts: report.counts,
    checks: report.steps.map(({ check, findings, stage, state, title }) => ({
      check,
      stage,
      title,
      state,
      findings: findings.map(({ fix, rule, seen, severity, source, userSees, why }) => ({
        rule,
        severity,
        seen,
        why: why ?? null,
        user_sees: userSees ?? null,
        fix: fix ?? null,
        source: source ?? null,
      })),
    })),
    requests: report.exchanges.map(({ method, ms, status, url }) => ({
      method,
      url,
      status: status ?? null,
      ms,
    })),
  };
}
