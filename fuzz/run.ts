// npm run fuzz: every parser that faces the network, fed what it does not expect, in the running service.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkCalls } from './answer-targets.ts';
import { readCorpus } from './corpus.ts';
import { exchange } from './exchange.ts';
import { fuzz, replay, type Finding } from './fuzz-target.ts';
import { TARGETS } from './targets.ts';
import type { Target } from './target.ts';
import { openWorld, type World } from './world.ts';

const HELP = `npm run fuzz -- [--only mcp,token] [--minutes 5] [--seed 1] [--case file]

Starts the service on an embedded PostgreSQL and feeds each parser first its corpus (fuzz/corpus/<parser>/), then what
is made from it, until the time is over, which the parsers share. A fault is an unhandled rejection or exception, an
answer of 500, none at all, or one that takes over a second, a secret that an answer or the log repeats, a line of the
log at level error, and a service that is not well afterwards. What fails is made small and kept in fuzz/found/.

  --only     parsers, separated by commas: ${TARGETS.map(({ name }) => name).join(', ')}
  --minutes  for all of them (default 5)
  --seed     draws the same cases again (default: another one each time, printed)
  --case     one file, for the one parser of --only`;

const NO_END = 1_000_000_000;
const FOUND = fileURLToPath(new URL('./found/', import.meta.url));
/** Where a case is kept while it is tried: should the whole process end, this was why. */
const CURRENT = join(tmpdir(), `latchkey-fuzz-${process.pid}.case`);

const { values: options } = parseArgs({
  options: {
    help: { type: 'boolean' },
    only: { type: 'string' },
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    case: { type: 'string' },
  },
});
if (options.help === true) {
  console.log(HELP);
} else {
  process.exitCode = (await main()) ? 0 : 1;
}

async function main(): Promise<boolean> {
  const only = options.only?.split(',');
  const targets = TARGETS.filter(({ name }) => only === undefined || only.includes(name));
  const unknown = only?.filter((name) => !TARGETS.some((target) => target.name === name)) ?? [];
  if (unknown.length > 0) throw new Error(`there is no parser called ${unknown.join(', ')}; see --help`);
  const seed = Number(options.seed);
  const milliseconds = (Number(options.minutes) * 60_000) / targets.length;
  if (!Number.isInteger(seed) || !(milliseconds > 0))
    throw new Error('--seed and --minutes are numbers; see --help');
  const world = await openWorld();
  try {
    const unwell = await checkCalls(world);
    if (unwell.length > 0) throw new Error(`the service is not well to begin with:\n${unwell.join('\n')}`);
    world.takeFaults();
    if (options.case !== undefined) return await one(world, targets, options.case);
    console.log(`seed ${seed}; the case under way is in ${CURRENT}`);
    let isSound = true;
    for (const target of targets) {
      const findings = await all(world, target, { seed, milliseconds });
      findings.forEach(report);
      isSound &&= findings.length === 0;
    }
    return isSound;
  } finally {
    rmSync(CURRENT, { force: true });
    await world.close();
  }
}

async function all(
  world: World,
  target: Target,
  { milliseconds, seed }: { milliseconds: number; seed: number },
): Promise<Finding[]> {
  const startedMs = performance.now();
  const known = await replay(world, target, { judgesTime: true });
  const { cases, finding } = await fuzz(world, target, {
    seed,
    cases: NO_END,
    milliseconds: Math.max(1, milliseconds - (performance.now() - startedMs)),
    judgesTime: true,
    onCase: (bytes) => writeFileSync(CURRENT, bytes),
  });
  const unwell = await healthOf(world);
  console.log(
    `${target.name}: ${readCorpus(target.name).length} cases of the corpus, ${cases} others,` +
      ` ${((performance.now() - startedMs) / 1000).toFixed(0)} s`,
  );
  return [...known, ...(finding === undefined ? [] : [finding]), ...unwell];
}

async function one(world: World, targets: readonly Target[], file: string): Promise<boolean> {
  const [target] = targets;
  if (target === undefined || targets.length > 1) throw new Error('--case needs --only with one parser');
  const faults = [
    ...(await target.run(world, readFileSync(file), { judgesTime: true })),
    ...world.takeFaults(),
  ];
  console.log(faults.length === 0 ? 'nothing is wrong with it' : faults.join('\n'));
  return faults.length === 0;
}

/** Whether the service still does its work. */
async function healthOf(world: World): Promise<Finding[]> {
  await world.renew();
  const faults = await checkCalls(world);
  for (const path of ['/healthz', '/readyz']) {
    const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const { status } = await exchange(world.port, request);
    if (status !== 200) faults.push(`${path} says ${status}`);
  }
  faults.push(...world.takeFaults());
  return faults.length === 0
    ? []
    : [{ target: 'afterwards', name: undefined, bytes: Buffer.alloc(0), faults }];
}

function report({ bytes, faults, name, target }: Finding): void {
  let where = `fuzz/corpus/${target}/${name}`;
  if (name === undefined) {
    mkdirSync(FOUND, { recursive: true });
    const file = `${target}-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}`;
    writeFileSync(join(FOUND, file), bytes);
    where = `fuzz/found/${file} (${bytes.length} bytes)`;
  }
  console.error(`\nFAULT in ${target}: ${where}\n  ${faults.join('\n  ')}\n`);
}
