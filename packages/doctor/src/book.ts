import type { CheckId, Detail, Finding, Severity } from './finding.ts';

type Seen = Pick<Detail, 'seen'> & Partial<Detail>;

/** Where one check writes what it found. The same fault of several things is one finding. */
export interface Book {
  fail(rule: string, detail: Detail): void;
  warn(rule: string, detail: Detail): void;
  note(rule: string, detail: Seen): void;
  /** As bad as `severity` says, where the same fault weighs differently for different clients. */
  add(severity: 'fail' | 'warn' | 'note', rule: string, detail: Detail): void;
  pass(seen: string): void;
  notRun(why: string): void;
  /** What was written so far. */
  findings(): readonly Finding[];
}

export function createBook(check: CheckId): Book {
  const findings: Finding[] = [];
  const write = (severity: Severity, rule: string, detail: Seen): void => {
    const same = findings.findIndex(
      (one) =>
        one.rule === rule && one.severity === severity && one.why === detail.why && one.fix === detail.fix,
    );
    const before = findings[same];
    if (before === undefined) findings.push({ check, rule, severity, ...detail });
    else findings[same] = { ...before, seen: `${before.seen}; ${detail.seen}` };
  };
  return {
    fail: (rule, detail) => write('fail', rule, detail),
    warn: (rule, detail) => write('warn', rule, detail),
    note: (rule, detail) => write('note', rule, detail),
    add: write,
    pass: (seen) => write('pass', 'ok', { seen }),
    notRun: (why) => write('not_run', 'not-run', { seen: why }),
    findings: () => findings,
  };
}
