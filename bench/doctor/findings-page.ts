import type { Finding, Report } from 'latchkey-doctor';

export interface Examined {
  readonly title: string;
  /** How it was set up. */
  readonly about: string;
  readonly runs: readonly { readonly how: string; readonly report: Report }[];
}

/** docs/doctor-findings.md: the same for the same findings, so that a change of it is a change of what was found. */
export function toPage(examined: readonly Examined[]): string {
  return [
    '# What the doctor finds in servers that are not ours',
    '',
    'Two frameworks from npm, each with its own authentication, started and examined by `npm run doctor:others` (after `npm ci --prefix bench/judges`), as Claude. Written by that command; addresses are of the run. These are findings about one set-up on one machine, as their documentation shows it: what a check means is in [doctor.md](doctor.md).',
    '',
    ...examined.flatMap(({ about, runs, title }) => [
      `## ${title}`,
      '',
      about,
      '',
      ...runs.flatMap(({ how, report }) => [`### ${how}`, '', ...runOf(report), '']),
    ]),
  ].join('\n');
}

function runOf(report: Report): string[] {
  const { origin } = new URL(report.url);
  const cell = (text: string): string =>
    text
      .replaceAll(origin, 'http://server')
      .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1')
      .replace(/\d+ ms/g, '… ms')
      .replaceAll('|', '\\|')
      // A formatter would take two of them for emphasis, and write them otherwise.
      .replaceAll('*', '\\*')
      .replaceAll('<', '&lt;');
  const findings = report.steps.flatMap((step) => step.findings);
  const bad = findings.filter(({ severity }) => severity === 'fail' || severity === 'warn');
  const passed = report.steps.filter(({ state }) => state === 'pass' || state === 'note');
  const notRun = findings.filter(({ severity }) => severity === 'not_run');
  const list = (steps: readonly { check: string }[]): string =>
    [...new Set(steps.map(({ check }) => check))].join(', ') || 'none';
  const row = ({ check, fix, rule, seen, severity }: Finding): string =>
    `| ${check} | ${severity} | ${rule} | ${cell(seen)} | ${cell(fix ?? '')} |`;
  return [
    `Verdict: ${report.verdict}; ${report.counts.fail} failed, ${report.counts.warn} warnings. Without a finding, in at least one step: ${list(passed)}. Not run, in at least one step: ${list(notRun)}.`,
    '',
    ...(bad.length === 0
      ? ['Nothing.']
      : ['| check | | rule | seen | fix |', '| --- | --- | --- | --- | --- |', ...bad.map(row)]),
  ];
}
