import { percentile } from '../../bench/machine.ts';
import type { Played, Scenario } from './scenario.ts';

/** What could not be tried here, and why. */
export interface Skipped {
  readonly scenario: Pick<Scenario, 'name' | 'title'>;
  readonly missing: string;
}

/** The last line, and the status. What was not tried did not hold; where all of it must run, that is a failure. */
export function verdictOf(
  {
    faults,
    goals,
    played,
    skipped,
  }: Readonly<Record<'faults' | 'goals' | 'played', readonly unknown[]>> & { skipped: readonly Skipped[] },
  mustPlayAll: boolean,
): { line: string; status: 0 | 1 | 3 } {
  const names = skipped.map(({ scenario }) => scenario.name).join(', ');
  const unplayed = skipped.length === 0 ? '' : ` ${skipped.length} SKIPPED: ${names}.`;
  if (faults.length > 0) return { line: `${faults.length} things did not hold.${unplayed}`, status: 1 };
  if (played.length === 0) return { line: `Nothing was played.${unplayed}`, status: 1 };
  const line = `All held in ${played.length} scenarios.${unplayed}`;
  if (skipped.length > 0 && mustPlayAll) return { line, status: 1 };
  return { line, status: goals.length > 0 ? 3 : 0 };
}

/** What was measured, as Markdown: a table, then what to know of each line. */
export function reportOf(played: readonly Played[], skipped: readonly Skipped[], about: string): string {
  const rows = played.map(rowOf);
  const lags = sorted(
    played
      .filter(({ scenario }) => scenario.revokedWithinMs === 1000)
      .flatMap(({ revocations }) => revocations.map(({ lagMs }) => lagMs)),
  );
  const totals = (of: (one: Played) => number) => played.reduce((sum, one) => sum + of(one), 0);
  return [
    about,
    '',
    '| what happens | calls: done / refused / no answer | writes acknowledged | without intent | made twice | revoked: last call, ms | ready again, ms |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `In all: ${totals(({ found }) => found.acknowledged)} acknowledged writes, ${totals(({ found }) => found.withoutIntent)} without their intent; ${totals(({ found }) => found.madeTwice)} calls made twice; ${totals(({ revocations }) => revocations.length)} revocations, ${totals(({ found }) => found.revocationsLost)} lost. ${lags.length === 0 ? '' : `Where nodes hear each other, from the click to the last call that was let through: ${spread(lags)} ms (p50 / p99 / most of ${lags.length}).`} The audit log verified after ${played.filter(({ found }) => found.auditHolds).length} of ${played.length}.`,
    '',
    ...played.map(
      ({ notes, scenario, refusals }) =>
        `- **${scenario.title}**: ${[scenario.how, ...notes].join('; ')}. Refused: ${refusalsIn(refusals)}.`,
    ),
    ...skipped.map(({ missing, scenario }) => `- **${scenario.title}**: SKIPPED: ${missing}.`),
    '',
  ].join('\n');
}

function rowOf({ found, readyMs, revocations, scenario }: Played): string {
  const lags = sorted(revocations.map(({ lagMs }) => lagMs));
  return `| ${[
    scenario.title,
    `${found.ok} / ${found.refused} / ${found.broken}`,
    found.acknowledged,
    found.withoutIntent,
    found.madeTwice,
    lags.length === 0 ? '–' : lags.map(Math.round).join(', '),
    readyMs.length === 0
      ? '–'
      : `${spread(sorted(readyMs))}${readyMs.length > 1 ? ` (${readyMs.length})` : ''}`,
  ].join(' | ')} |`;
}

/** Median, 99th of a hundred, most; one alone where there is one. */
function spread(values: readonly number[]): string {
  if (values.length === 1) return String(Math.round(values[0] ?? 0));
  return [percentile(values, 0.5), percentile(values, 0.99), values.at(-1) ?? 0].map(Math.round).join(' / ');
}

const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);

function refusalsIn(refusals: ReadonlyMap<string, number>): string {
  if (refusals.size === 0) return 'nothing';
  return [...refusals]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 5)
    .map(([why, count]) => `${count} × ${why.replaceAll('|', '/')}`)
    .join(', ');
}

/** A goal that was missed is a sentence; invariants are `faults`. */
export function missedGoals({ readyMs, revocations, scenario }: Played): string[] {
  const slowest = Math.max(0, ...revocations.map(({ lagMs }) => lagMs));
  const goals: string[] = [];
  if (slowest > scenario.revokedWithinMs)
    goals.push(
      `${scenario.name}: a revoked call was let through ${Math.round(slowest)} ms after the click (goal: ${scenario.revokedWithinMs})`,
    );
  const median = percentile(sorted(readyMs), 0.5);
  if (scenario.readyWithinMs !== undefined && median > scenario.readyWithinMs)
    goals.push(
      `${scenario.name}: ready again after ${Math.round(median)} ms (median; goal: ${scenario.readyWithinMs})`,
    );
  return goals;
}
