// What a burst of calls makes of those after it, with and without decision 53: `npm run bench:burst`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeMachine } from '../machine.ts';
import { READ, startLatchkeyContender } from './latchkey.ts';
import { measure } from './measure.ts';
import { startUpstream } from './nginx.ts';
import { needsPrograms } from './programs.ts';
import { spreadOf } from './statistics.ts';
import { runWrk } from './wrk.ts';

const BURST_CONNECTIONS = 120;
const BURST_SECONDS = 3;
const ROUNDS = 5;
const ROUND_SECONDS = 2;
/** What V8 does with a process is partly chance, so there are several of each kind. */
const PROCESSES_EACH = 4;
const KINDS = [
  { kind: 'everything begins young', nodeOptions: [] },
  { kind: 'as V8 does by itself', nodeOptions: ['--allocation-site-pretenuring'] },
] as const;

needsPrograms();
console.log(describeMachine());

const folder = mkdtempSync(join(tmpdir(), 'latchkey-burst-'));
const open: { close(): Promise<void> }[] = [];
try {
  const upstream = await startUpstream(folder);
  open.unshift(upstream);
  const processes = [];
  for (let count = 0; count < PROCESSES_EACH; count += 1)
    for (const { kind, nodeOptions } of KINDS) {
      const contender = await startLatchkeyContender(upstream.url, { name: READ, nodeOptions });
      open.unshift(contender);
      const row = contender.rows.find(({ name }) => name === READ);
      if (row === undefined) throw new Error('there is no such row');
      await row.begin?.();
      await runWrk(folder, row.wire(), BURST_SECONDS, BURST_CONNECTIONS);
      processes.push({ kind, contender, row, cpuMicros: [] as number[] });
    }
  for (let round = 0; round < ROUNDS; round += 1)
    for (const { contender, cpuMicros, row } of processes)
      cpuMicros.push((await measure(folder, upstream, contender, row, ROUND_SECONDS)).cpuMicros);
  for (const { kind } of KINDS) {
    const medians = processes
      .filter((each) => each.kind === kind)
      .map(({ cpuMicros }) => spreadOf(cpuMicros).median.toFixed(1));
    console.log(`${kind}: ${medians.join(', ')} µs of processor time a call (each a process)`);
  }
} finally {
  for (const one of open) await one.close();
  rmSync(folder, { recursive: true, force: true });
}
