import type { Finding, Severity } from '../finding.ts';
import { VERSION } from '../version.ts';
import type { Report } from './report.ts';

const MARKS: Readonly<Record<Severity, { mark: string; colour: number }>> = {
  fail: { mark: 'FAIL', colour: 31 },
  warn: { mark: 'warn', colour: 33 },
  note: { mark: 'note', colour: 36 },
  pass: { mark: 'ok', colour: 32 },
  not_run: { mark: '-', colour: 90 },
};
const WIDTH = 100;
const INDENT = ' '.repeat(13);

/** The report for people. `colour`: for a terminal that shows it. */
export function toText(report: Report, { colour }: { colour: boolean }): string {
  const paint = (text: string, code: number): string => (colour ? `\u001B[${code}m${text}\u001B[0m` : text);
  const lines = [`latchkey-doctor ${VERSION}: ${report.url}, as ${report.label}`];
  let stage = '';
  for (const step of report.steps) {
    if (step.stage !== stage) lines.push('', paint(step.stage, 1));
    ({ stage } = step);
    for (const finding of shown(step.findings)) lines.push(...inLines(step.title, finding, paint));
  }
  lines.push('', ...verdictOf(report, paint), '');
  return lines.join('\n');
}

/** That something passed is said only where nothing went wrong. */
function shown(findings: readonly Finding[]): readonly Finding[] {
  const bad = findings.some(({ severity }) => severity === 'fail' || severity === 'warn');
  return bad ? findings.filter(({ severity }) => severity !== 'pass') : findings;
}

function inLines(
  title: string,
  { check, fix, rule, seen, severity, source, userSees, why }: Finding,
  paint: (text: string, code: number) => string,
): string[] {
  const { colour, mark } = MARKS[severity];
  const head = `  ${paint(mark.padEnd(5), colour)}${check.padEnd(6)}`;
  if (severity === 'pass' || severity === 'not_run') {
    return [head + wrap(`${title}: ${severity === 'not_run' ? 'not run, ' : ''}${seen}`)];
  }
  if (severity === 'note') return [head + wrap(`${seen}${fix === undefined ? '' : `. ${fix}`}`)];
  const part = (label: string, text: string | undefined): string[] =>
    text === undefined ? [] : [`${INDENT}${paint(label.padEnd(8), 1)}${wrap(text, INDENT.length + 8)}`];
  return [
    head + wrap(`${title} [${rule}]`),
    ...part('seen', seen),
    ...part('why', why),
    ...part('shown', userSees),
    ...part('fix', fix),
    ...part('source', source),
  ];
}

function wrap(text: string, indent = INDENT.length): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > WIDTH - indent) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

function verdictOf(
  { counts, label, local, signedIn, verdict }: Report,
  paint: (text: string, code: number) => string,
): string[] {
  const count = `${counts.fail} failed, ${counts.warn} warnings, ${counts.note} notes, ${counts.not_run} not run`;
  const said = {
    healthy: paint(`No fault for ${label}.`, 32),
    faults: paint(`${label} fails here.`, 31),
    unreachable: paint('It could not be reached.', 31),
  }[verdict];
  return [
    `${said} ${count}.`,
    ...(signedIn || verdict === 'unreachable' ? [] : ['Nobody signed in: what comes after it is not known.']),
    ...(local ? ['A local address: DNS, TLS and firewalls could not be judged.'] : []),
    'After a change of metadata, wait five minutes: Claude keeps what it read.',
  ];
}
