// npm run bench:growth: what one call costs beside little, and beside very much.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from '../../packages/server/test/support/free-port.ts';
import { describeMachine } from '../machine.ts';
import { startChild, type Child } from './child.ts';
import { createLoad, type Load, type Round } from './load.ts';
import { isMissed, type Measured } from './measured.ts';
import { SCENES, type Scene } from './scenes.ts';
import type { Credentials, Spent } from './credentials.ts';
import type { Background, Memory } from './service.ts';
import { largeSizes, SMALL, type Sizes } from './sizes.ts';
import { writeTable } from './table.ts';
import { startUpstream } from './upstream.ts';

const HELP = `npm run bench:growth -- [--quick] [--share 0.01] [--only refresh,dashboard] [--folder path] [--write]

Fills two databases, one with little and one with 10,000 organisations, 1,000,000 keys, 1,000,000 grants, 10,000,000
audit rows and 10,000 tools in one organisation, starts the built service on each, and asks both the same in turns. Says
what a request costs in CPU (the service and its database together), and fails where the large one costs over 20 % more,
where memory grows with what was touched, or where it is not ready 3 seconds after its start.

  --quick    two rounds in place of five, and a hundredth of everything: whether it works, not what it says
  --share    how much of the large database there is (default 1)
  --only     scenes whose names begin with one of these; without memory, background and start
  --folder   where the databases are kept, to be used again; without it they are made anew and deleted (about 20 GB)
  --write    writes docs/growth.md`;

const GB = 2 ** 30;
const FREE_BYTES_MIN = 25 * GB;
const START_SECONDS_MAX = 3;
const TOUCHED_TWICE_MAX = 1.1;

const { values: options } = parseArgs({
  options: {
    help: { type: 'boolean' },
    quick: { type: 'boolean', default: false },
    share: { type: 'string' },
    only: { type: 'string' },
    folder: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
if (options.help === true) console.log(HELP);
else process.exitCode = (await main()) ? 0 : 1;

interface Side {
  readonly name: 'small' | 'large';
  readonly folder: string;
  child: Child;
  load: Load;
  readonly credentials: Credentials;
  /** How many requests each scene has sent: what is new once is not sent again. */
  readonly sent: Map<string, number>;
}

/** What a kept database was filled with, and what calls there. */
interface Filled {
  readonly sizes: Sizes;
  readonly credentials: Credentials;
}

function knownOf(root: string, name: Side['name']): string {
  return join(root, name, 'credentials.json');
}

function say(line: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
}

async function main(): Promise<boolean> {
  const share = Number(options.share ?? (options.quick ? 0.01 : 1));
  const rounds = options.quick ? 2 : 5;
  const only = options.only?.split(',');
  const scenes = SCENES.filter(
    ({ name }) => only === undefined || only.some((one) => name.startsWith(one)),
  ).map((scene) => (options.quick ? { ...scene, requests: Math.ceil(scene.requests / 10) } : scene));
  const machine = describeMachine();
  say(machine);
  const root = options.folder ?? (await mkdtemp(join(tmpdir(), 'latchkey-growth-')));
  await mkdir(root, { recursive: true });
  // Where root measures, the database's own account passes through here.
  await chmod(root, 0o755);
  const { bavail, bsize } = await statfs(root);
  if (!existsSync(knownOf(root, 'large')) && bavail * bsize < FREE_BYTES_MIN * share)
    throw new Error(`${root} has too little room: ${HELP}`);
  const upstream = await startUpstream();
  const sides: Side[] = [];
  try {
    sides.push(await open('small', SMALL), await open('large', largeSizes(share)));
    const measured: Measured[] = [];
    for (const scene of scenes) measured.push(await measure(scene, sides, rounds));
    const [small, large] = sides as [Side, Side];
    const whole = only === undefined ? await whatElse(small, large) : undefined;
    const [{ child }] = sides as [Side];
    const faults = [...faultsOf(measured), ...(whole?.faults ?? [])];
    for (const fault of faults) console.error(`FAULT ${fault}`);
    if (options.write)
      await writeTable({
        machine,
        postgres: child.postgres,
        share,
        sizes: largeSizes(share),
        measured,
        whole,
      });
    return faults.length === 0;
  } finally {
    for (const side of sides) {
      await side.load.close();
      await side.child.stop().catch(() => undefined);
    }
    upstream.close();
    if (options.folder === undefined) await rm(root, { recursive: true, force: true });
  }

  async function open(name: Side['name'], sizes: Sizes): Promise<Side> {
    const folder = join(root, name);
    const known = knownOf(root, name);
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o755);
    const isFilled = existsSync(known);
    const child = await startChild(folder, (line) => say(`${name}: ${line}`));
    const filled = isFilled ? (JSON.parse(await readFile(known, 'utf8')) as Filled) : undefined;
    if (filled !== undefined && JSON.stringify(filled.sizes) !== JSON.stringify(sizes)) {
      await child.stop();
      throw new Error(`${folder} was filled with other sizes: ${JSON.stringify(filled.sizes)}`);
    }
    const credentials: Credentials =
      filled === undefined
        ? await child.ask<Credentials>({ ask: 'seed', sizes, upstream: upstream.url })
        : { ...filled.credentials, ...(await child.ask<Spent>({ ask: 'renew' })) };
    if (filled === undefined) await writeFile(known, JSON.stringify({ sizes, credentials } satisfies Filled));
    else await child.ask({ ask: 'move', upstream: upstream.url });
    return { name, folder, child, load: createLoad(child), credentials, sent: new Map() };
  }
}

/** Both in turns, so that what else the machine does meets both. */
async function measure(scene: Scene, sides: readonly Side[], rounds: number): Promise<Measured> {
  const all: Record<Side['name'], Round[]> = { small: [], large: [] };
  const scripts = sides.map((side) => ({ side, script: scene.script(side.credentials) }));
  // One more that is not counted, in which what is kept in memory is fetched.
  for (let round = 0; round <= Math.min(rounds, (scene.rounds ?? Infinity) - 1); round += 1) {
    for (const { script, side } of scripts) {
      if (script === undefined) continue;
      const sent = side.sent.get(scene.name) ?? 0;
      const took = await side.load.round(script, sent, scene.requests);
      side.sent.set(scene.name, sent + scene.requests);
      if (round > 0) all[side.name].push(took);
    }
  }
  const small = median(all.small.map(({ cpuMicroseconds }) => cpuMicroseconds));
  const large = median(all.large.map(({ cpuMicroseconds }) => cpuMicroseconds));
  const ratio = median(
    all.large.map(
      ({ cpuMicroseconds }, round) => cpuMicroseconds / (all.small[round]?.cpuMicroseconds ?? NaN),
    ),
  );
  const throughput = median(
    all.large.map(({ perSecond }, round) => perSecond / (all.small[round]?.perSecond ?? NaN)),
  );
  say(
    `${scene.name}: ${small.toFixed(0)} -> ${large.toFixed(0)} microseconds of CPU, x${ratio.toFixed(2)};` +
      ` throughput x${throughput.toFixed(2)}`,
  );
  return { scene, small, large, ratio, throughput };
}

function faultsOf(measured: readonly Measured[]): string[] {
  return measured.filter(isMissed).map(({ ratio, scene }) => `${scene.name} costs x${ratio.toFixed(2)}`);
}

export interface Whole {
  readonly background: Readonly<Record<Side['name'], Background>>;
  /** After each time that every organisation was called in. */
  readonly memory: readonly Memory[];
  readonly startSeconds: readonly number[];
  readonly faults: readonly string[];
}

async function whatElse(small: Side, large: Side): Promise<Whole> {
  const faults: string[] = [];
  const background = {
    small: await small.child.ask<Background>({ ask: 'background' }),
    large: await large.child.ask<Background>({ ask: 'background' }),
  };
  for (const [name, ms] of Object.entries(background.large))
    say(`${name}: ${background.small[name]?.toFixed(0)} -> ${ms.toFixed(0)} ms`);

  const memory: Memory[] = [await large.child.ask<Memory>({ ask: 'memory' })];
  const everywhere = SCENES.find(({ name }) => name.includes('another organisation'))?.script(
    large.credentials,
  );
  for (let time = 0; time < 3 && everywhere !== undefined; time += 1) {
    await large.load.send(everywhere, 0, large.credentials.elsewhere.length);
    memory.push(await large.child.ask<Memory>({ ask: 'memory' }));
  }
  say(
    `memory, before and after each time that all organisations called: ${memory.map(inMegabytes).join(', ')}`,
  );
  const [, first, , last] = memory;
  if (first !== undefined && last !== undefined && last.heap > first.heap * TOUCHED_TWICE_MAX)
    faults.push(`the heap grows with each round of calls: ${inMegabytes(first)} -> ${inMegabytes(last)}`);

  await large.load.close();
  await large.child.stop();
  const startSeconds: number[] = [];
  for (let time = 0; time < 3; time += 1) startSeconds.push(await startUp(large.folder));
  say(`ready after ${startSeconds.map((seconds) => seconds.toFixed(2)).join(', ')} s`);
  if (median(startSeconds) > START_SECONDS_MAX)
    faults.push(`a start takes ${median(startSeconds).toFixed(1)} s`);
  large.child = await startChild(large.folder, () => undefined);
  large.load = createLoad(large.child);
  return { background, memory, startSeconds, faults };
}

/** From the start of `latchkey serve` to the first 200 of /readyz. */
async function startUp(folder: string): Promise<number> {
  const cli = fileURLToPath(new URL('../../packages/server/dist/cli.js', import.meta.url));
  const port = await freePort();
  const startedMs = performance.now();
  const settings = { PORT: port, LATCHKEY_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'error' };
  const variables = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const service = spawn('env', [...variables, process.execPath, cli, 'serve'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    for (;;) {
      const isReady = await fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) return (performance.now() - startedMs) / 1000;
      if (service.exitCode !== null || service.signalCode !== null)
        throw new Error('the service did not start');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  } finally {
    if (service.exitCode === null && service.signalCode === null) {
      const ended = once(service, 'exit');
      service.kill('SIGTERM');
      await ended;
    }
  }
}

function inMegabytes({ heap, resident }: Memory): string {
  return `${Math.round(resident / 2 ** 20)} MB (heap ${Math.round(heap / 2 ** 20)})`;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [below = NaN, above = NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (below + above) / 2;
}
