import type { CallCounts } from './calls.ts';
import type { Held } from './inspector.ts';
import type { ProcessFigures } from './process-figures.ts';
import { growthPerHour, isFlat, type Point } from './slope.ts';
import type { VisitCounts } from './visitors.ts';

export interface State extends ProcessFigures, Held {
  /** To the database. */
  readonly connections: number;
}

export interface Sample extends State {
  readonly atMs: number;
}

export interface Soaked {
  readonly machine: string;
  readonly minutes: number;
  readonly rate: number;
  /** Calls in a second that the machine makes. */
  readonly most: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly counts: CallCounts;
  readonly failures: ReadonlyMap<string, number>;
  readonly visits: VisitCounts;
  readonly samples: readonly Sample[];
  /** When nobody called. */
  readonly before: State;
  readonly after: State;
  readonly tables: readonly { readonly name: string; readonly before: number; readonly after: number }[];
}

const MB = 2 ** 20;
/** What may grow: a tenth in an hour, or as much as samples of it scatter by. */
const RULES = {
  heap: { perHour: 0.1, noise: 4 * MB },
  // The heap's slack comes and goes; what is resident follows it.
  resident: { perHour: 0.2, noise: 40 * MB },
} as const;
/** Sockets that happen to be open when nobody calls, such as the one that asks. */
const DESCRIPTORS_MORE_MAX = 3;
const FAILED_SHARE_MAX = 0.001;

/** After the first third: caches are full by then, and code is compiled. */
const settled = (samples: readonly Sample[]) => samples.slice(Math.floor(samples.length / 3));
const pointsOf = (samples: readonly Sample[], name: 'heap' | 'resident'): Point[] =>
  settled(samples).map((sample) => ({ atMs: sample.atMs, value: sample[name] }));

/** A sentence for each thing that grows, stays open or failed. */
export function judge({ after, before, counts, failures, samples, visits }: Soaked): string[] {
  const faults: string[] = [];
  for (const name of ['heap', 'resident'] as const) {
    const points = pointsOf(samples, name);
    if (points.length < 3) faults.push('it was too short to say anything');
    else if (!isFlat(points, RULES[name]))
      faults.push(`${name} memory grows by ${(growthPerHour(points) / MB).toFixed(1)} MB in an hour`);
  }
  const others = (state: State) => state.descriptors - state.connections;
  if (others(after) > others(before) + DESCRIPTORS_MORE_MAX)
    faults.push(
      `${others(after)} descriptors stay open, ${others(before)} were before, beside connections to the database`,
    );
  const made = counts.ok + counts.failed + counts.limited;
  if (counts.ok === 0 || counts.failed > made * FAILED_SHARE_MAX)
    faults.push(
      `${counts.failed} of ${made} calls failed: ${[...failures].map(([why, count]) => `${count} × ${why}`).join('; ')}`,
    );
  if (visits.connected === 0 || visits.streams === 0 || visits.failed > visits.single * 0.01)
    faults.push(`${visits.failed} visits failed`);
  return faults;
}

export function reportOf(soaked: Soaked): string {
  const { after, before, counts, samples, tables, visits } = soaked;
  const mb = (bytes: number) => (bytes / MB).toFixed(1);
  const middle = samples[Math.floor(samples.length / 2)] ?? after;
  const first = settled(samples)[0] ?? after;
  const last = samples.at(-1) ?? after;
  const row = (name: string, of: (state: State) => string | number) =>
    `| ${[name, ...[before, first, middle, last, after].map(of)].join(' | ')} |`;
  const growth = (name: 'heap' | 'resident') => `${mb(growthPerHour(pointsOf(samples, name)))} MB`;
  return [
    `${soaked.machine}. ${soaked.minutes} minutes at ${soaked.perSecond} calls a second, ${Math.round(soaked.rate * 100)} % of the ${Math.round(soaked.most)} that this machine made; one in five a write.`,
    '',
    '| | before, idle | after a third | half-way | at the end | after, idle |',
    '| --- | --- | --- | --- | --- | --- |',
    row('heap after a collection, MB', ({ heap }) => mb(heap)),
    row('resident, MB', ({ resident }) => mb(resident)),
    row('descriptors', ({ descriptors }) => descriptors),
    row('of them sockets', ({ sockets }) => sockets),
    row('of them to the database', ({ connections }) => connections),
    row('what keeps the loop alive', ({ resources }) =>
      Object.values(resources).reduce((sum, count) => sum + count, 0),
    ),
    '',
    `- After the first third the heap grows by ${growth('heap')} in an hour, what is resident by ${growth('resident')} (median of the slopes between all samples).`,
    `- ${counts.ok} calls were answered, ${counts.limited} met a limit, ${counts.failed} failed, ${counts.leftOut} were not sent because too many were under way. Beside them ${visits.connected} apps connected, ${visits.refreshed} refreshed, ${visits.streams} streams opened and closed, and ${visits.single} requests came on connections of their own.`,
    `- What grew in the database: ${
      tables
        .filter(({ after: bytes, before: from }) => bytes - from > MB)
        .map(({ after: bytes, before: from, name }) => `\`${name}\` by ${mb(bytes - from)} MB`)
        .join(', ') || 'nothing by a megabyte'
    }.`,
    '',
  ].join('\n');
}
