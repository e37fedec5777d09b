// npm run soak: much load for long, and whether anything grows that should not.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { describeMachine } from '../../bench/machine.ts';
import { createLoad } from './calls.ts';
import { openInspector, type Inspector } from './inspector.ts';
import { figuresOf } from './process-figures.ts';
import { judge, reportOf, type Sample, type Soaked } from './report.ts';
import { startService } from './service.ts';
import { createVisitors } from './visitors.ts';

const DOCUMENT = new URL('../../docs/resilience.md', import.meta.url);
const MARKS = ['<!-- soaked -->', '<!-- /soaked -->'] as const;
const RAMP_MS = 6000;
const SAMPLES = 60;
const SAMPLE_MS_MIN = 5000;
const CALM_MS_MAX = 60_000;

const HELP = `npm run soak -- [--minutes <n>] [--rate <share>] [--write]

The built service as a process of its own, at its own limits, on a PostgreSQL of its own. First it is found out how many
calls a second this machine makes, then a share of that is kept up while apps connect, streams open and close, and
connections come and go. Memory (what is resident, and the heap after a garbage collection), open descriptors,
connections to the database and its tables are looked at all the while. Linux; build first (npm run build).

  --minutes <n>     how long [30]
  --rate <share>    of what the machine makes [0.7]
  --write           put the report into docs/resilience.md

Status 0: memory is flat and nothing stays open. 1: something grows, or calls failed.
`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '0.7' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const minutes = Number(values.minutes);
const rate = Number(values.rate);
if (values.help) process.stdout.write(HELP);
else if (!(minutes > 0) || !(rate > 0 && rate <= 1)) {
  process.stderr.write(`--minutes: above 0; --rate: above 0, at most 1\n\n${HELP}`);
  process.exitCode = 2;
} else process.exitCode = await main();

async function main(): Promise<number> {
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  const machine = describeMachine();
  say(machine);
  const service = await startService();
  const onSignal = () => void service.close().then(() => process.exit(130));
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    const soaked = await soak(service, machine, say);
    const report = reportOf(soaked);
    const faults = judge(soaked);
    say(`\n${report}`);
    for (const fault of faults) say(`FAULT: ${fault}`);
    say(
      faults.length === 0
        ? 'Flat: nothing grows, and nothing stays open.'
        : `${faults.length} things are not as they should be.`,
    );
    if (values.write) await write(report);
    return faults.length === 0 ? 0 : 1;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    await service.close();
  }
}

async function soak(
  service: Awaited<ReturnType<typeof startService>>,
  machine: string,
  say: (text: string) => void,
): Promise<Soaked> {
  const { database, keys, url } = service;
  const inspector = await openInspector(service.inspectPort);
  const load = createLoad(url, keys);
  const visitors = createVisitors(url, keys[0] ?? '');
  const [{ version } = { version: '' }] = await database.admin<{ version: string }>(
    `select current_setting('server_version') as version`,
  );

  // Once of everything, so that what is made at first use is there before it is counted.
  await load.most(RAMP_MS / 2);
  await visitors.come(500);
  const most = await load.most(RAMP_MS);
  const perSecond = Math.max(1, Math.round(most * rate));
  say(`this machine makes ${Math.round(most)} calls a second; ${perSecond} for ${minutes} minutes`);
  await load.close();
  const before = await calm(service, inspector);

  const durationMs = minutes * 60_000;
  const startedMs = performance.now();
  const soaking = createLoad(url, keys);
  const tablesBefore = await tablesOf(database);
  const work = Promise.all([soaking.pour(perSecond, durationMs), visitors.come(durationMs)]);
  const everyMs = Math.max(SAMPLE_MS_MIN, durationMs / SAMPLES);
  const samples: Sample[] = [];
  while (performance.now() - startedMs + everyMs <= durationMs) {
    await pause(everyMs);
    const sample = { atMs: performance.now() - startedMs, ...(await look(service, inspector)) };
    samples.push(sample);
    say(lineOf(sample));
  }
  await work;
  const tablesAfter = await tablesOf(database);
  const seconds = (performance.now() - startedMs) / 1000;
  await soaking.close();
  const after = await calm(service, inspector, before);
  inspector.close();
  return {
    machine: `${machine}, PostgreSQL ${version}`,
    minutes,
    rate,
    most,
    perSecond,
    seconds,
    counts: soaking.counts,
    failures: soaking.failures,
    visits: visitors.counts,
    samples,
    before,
    after,
    tables: [...tablesAfter]
      .map(([name, bytes]) => ({ name, before: tablesBefore.get(name) ?? 0, after: bytes }))
      .toSorted((a, b) => b.after - b.before - (a.after - a.before)),
  };
}

async function look(
  { database, pid }: { database: Awaited<ReturnType<typeof startService>>['database']; pid: number },
  inspector: Inspector,
) {
  const { resident, descriptors, sockets } = figuresOf(pid);
  const { heap, external, resources } = await inspector.look();
  const [{ connections } = { connections: 0 }] = await database.admin<{ connections: number }>(
    `select count(*)::int as connections from pg_stat_activity where application_name like 'latchkey%'`,
  );
  return { resident, descriptors, sockets, heap, external, resources, connections };
}

/** When nobody calls any more: as soon as no more is open than before, or as it is after a minute. */
async function calm(
  service: Parameters<typeof look>[0],
  inspector: Inspector,
  before?: { descriptors: number; connections: number },
) {
  const startedMs = performance.now();
  let last = await look(service, inspector);
  for (;;) {
    await pause(1000);
    const now = await look(service, inspector);
    const othersOf = ({ connections, descriptors }: { descriptors: number; connections: number }) =>
      descriptors - connections;
    const isCalm =
      before === undefined ? now.descriptors === last.descriptors : othersOf(now) <= othersOf(before);
    if (isCalm || performance.now() - startedMs > CALM_MS_MAX) return now;
    last = now;
  }
}

async function tablesOf({
  admin,
}: Awaited<ReturnType<typeof startService>>['database']): Promise<Map<string, number>> {
  const rows = await admin<{ name: string; bytes: string }>(
    `select relname as name, pg_total_relation_size(oid) as bytes from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  );
  return new Map(rows.map(({ bytes, name }) => [name, Number(bytes)]));
}

function lineOf({ atMs, connections, descriptors, heap, resident }: Sample): string {
  const mb = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  return `${(atMs / 60_000).toFixed(1).padStart(5)} min: resident ${mb(resident)} MB, heap ${mb(heap)} MB, ${descriptors} descriptors, ${connections} connections to the database`;
}

async function write(report: string): Promise<void> {
  const text = await readFile(DOCUMENT, 'utf8');
  const [begin, end] = MARKS.map((mark) => text.indexOf(mark));
  if (begin === undefined || end === undefined || begin < 0 || end < begin)
    throw new Error('docs/resilience.md has no place for it');
  await writeFile(DOCUMENT, `${text.slice(0, begin + MARKS[0].length)}\n\n${report}\n${text.slice(end)}`);
}
