import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Contender, Row } from './contender.ts';
import type { Nginx } from './nginx.ts';
import type { OpenLoopResult, OpenLoopTask } from './open-loop.ts';
import { costOf } from './processes.ts';
import { CORES } from './programs.ts';
import { runWrk, type Load } from './wrk.ts';
import { callOnce } from './work.ts';

/** Of one row in one round. */
export interface Sample {
  readonly rps: number;
  /** Processor time of the contender for one call, in microseconds. */
  readonly cpuMicros: number;
  /** Of the database that belongs to it; 0 where there is none. */
  readonly databaseMicros: number;
  readonly residentMb: number;
  readonly p99Ms: number;
  /** With those of the time before it counts. */
  readonly answers: number;
}

/** What was sent and not answered when the load ended reaches the upstream all the same: one for each connection. */
const UNDER_WAY_MAX = 2 * 64;
const SETTLED_MS = 100;
const UNCOUNTED_SECONDS = 1;
/** Answers differ by a few digits of ids and counters. */
const LENGTH_SLACK = 0.03;

/** Loads one row for so long, and looks whether all that was answered was right and had reached the upstream. */
export async function measure(
  folder: string,
  upstream: Nginx,
  { pid }: Pick<Contender, 'pid'>,
  row: Row,
  seconds: number,
): Promise<Sample> {
  await row.begin?.();
  const wire = row.wire();
  const loadFor = (duration: number) =>
    row.isStreamed === true
      ? inOwnProcess<Load>('streamed-load.ts', [JSON.stringify(wire), String(duration)])
      : runWrk(folder, wire, duration);
  // Whoever stood idle while others had their turns begins cold.
  const first = await loadFor(UNCOUNTED_SECONDS);
  const one = row.isStreamed === true ? undefined : await callOnce(wire);
  const answeredBefore = await settled(upstream);
  const before = costOf(pid);
  const load = await loadFor(seconds);
  const after = costOf(pid);
  const answered = (await settled(upstream)) - answeredBefore;
  if (answered < load.requests || answered > load.requests + UNDER_WAY_MAX)
    throw new Error(
      `${row.name}: ${load.requests} calls were answered, and ${answered} reached the upstream`,
    );
  if (one !== undefined && load.bytesEach < one.bytes * (1 - LENGTH_SLACK))
    throw new Error(`${row.name}: answers of ${load.bytesEach} bytes, where a right one has ${one.bytes}`);
  if (load.requests === 0) throw new Error(`${row.name}: no call was answered`);
  const each = (from: number, to: number) => ((to - from) / load.requests) * 1e6;
  return {
    rps: load.requests / load.seconds,
    cpuMicros: each(before.own.cpuSeconds, after.own.cpuSeconds),
    databaseMicros: each(before.database.cpuSeconds, after.database.cpuSeconds),
    residentMb: after.own.residentBytes / 2 ** 20,
    p99Ms: load.p99Ms,
    answers: first.requests + (one === undefined ? 0 : 1) + load.requests,
  };
}

/** Once nothing more comes: what the load before this one left behind is not counted here. */
async function settled(upstream: Nginx): Promise<number> {
  for (let before = -1; ;) {
    const answered = await upstream.answered();
    if (answered === before) return answered;
    before = answered;
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  }
}

/** Latency at a fixed rate. */
export async function measureOpenLoop(task: OpenLoopTask): Promise<OpenLoopResult> {
  const result = await inOwnProcess<OpenLoopResult>('open-loop.ts', [JSON.stringify(task)]);
  if (result.faults > 0) throw new Error(`${result.faults} wrong or missing answers at ${task.rate}/s`);
  return result;
}

async function inOwnProcess<T>(file: string, args: readonly string[]): Promise<T> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { stdout } = await promisify(execFile)('taskset', [
    '-c',
    CORES.generator,
    process.execPath,
    '--import',
    'tsx',
    path,
    ...args,
  ]);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
}
