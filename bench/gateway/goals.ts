import { figureOf, latencyOf, NGINX, type Figures } from './compare.ts';
import { NO_AUDIT, READ, WRITE } from './latchkey.ts';
import { PEER_NAMES } from './peers.ts';
import { ratios, type Spread } from './statistics.ts';

export interface Goal {
  readonly text: string;
  readonly wanted: string;
  readonly found: string;
  readonly isMet: boolean;
}

const GOAL_RATE = 1000;

/** Each goal of which everything was measured. */
export function judge(figures: Figures): Goal[] {
  const rps = (row: string) => figureOf(figures, row, 'rps');
  const cpu = (row: string) => figureOf(figures, row, 'cpuMicros');
  const over = (name: 'p50Ms' | 'p99Ms') =>
    ratios(
      latencyOf(figures, GOAL_RATE, READ, name),
      latencyOf(figures, GOAL_RATE, NGINX, name),
      (ours, theirs) => ours - theirs,
    );
  const has = (row: string) => figures.samples.has(row);
  const goals: (Goal | undefined)[] = [
    has(READ)
      ? atLeast('reads a second, of nginx', 0.3, ratios(rps(READ), rps(NGINX)), inHundredths)
      : undefined,
    has(WRITE)
      ? atLeast('writes a second, of nginx', 0.22, ratios(rps(WRITE), rps(NGINX)), inHundredths)
      : undefined,
    has(READ)
      ? atMost('processor time of a read, of nginx', 4, ratios(cpu(READ), cpu(NGINX)), times)
      : undefined,
    has(READ) && has(NO_AUDIT)
      ? atMost('reads that the audit costs', 0.1, ratios(rps(READ), rps(NO_AUDIT), lost), inPercent)
      : undefined,
    ...PEER_NAMES.map((peer) =>
      has(READ) && has(peer)
        ? atLeast(`reads a second, of \`${peer}\``, 10, ratios(rps(READ), rps(peer)), times)
        : undefined,
    ),
    ...(['p50Ms', 'p99Ms'] as const).map((name) =>
      (figures.latencies.get(GOAL_RATE)?.get(READ)?.length ?? 0) > 0
        ? atMost(
            `${name === 'p50Ms' ? 'p50' : 'p99'} over nginx at ${GOAL_RATE}/s`,
            name === 'p50Ms' ? 0.3 : 2,
            over(name),
            inMs,
          )
        : undefined,
    ),
  ];
  return goals.filter((goal) => goal !== undefined);
}

type Write = (value: number) => string;

const lost = (withIt: number, without: number) => 1 - withIt / without;
const inHundredths: Write = (value) => value.toFixed(2);
const times: Write = (value) => `${value.toFixed(1)}×`;
const inPercent: Write = (value) => `${(value * 100).toFixed(0)} %`;
const inMs: Write = (value) => `${value.toFixed(2)} ms`;

function atLeast(text: string, wanted: number, found: Spread, write: Write): Goal {
  return { text, wanted: `≥ ${write(wanted)}`, found: spread(found, write), isMet: found.median >= wanted };
}

function atMost(text: string, wanted: number, found: Spread, write: Write): Goal {
  return { text, wanted: `≤ ${write(wanted)}`, found: spread(found, write), isMet: found.median <= wanted };
}

export function spread({ max, median, min }: Spread, write: Write): string {
  return `${write(median)} (${write(min)} to ${write(max)})`;
}
