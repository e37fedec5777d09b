// npm run chaos: breaks real processes under load and says what held.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { describeMachine } from '../../bench/machine.ts';
import { missedGoals, reportOf, verdictOf, type Skipped } from './report.ts';
import { SCENARIOS } from './scenarios.ts';
import { playScenario, type Played, type Scenario } from './scenario.ts';
import { createWorld, type World } from './world.ts';

const DOCUMENT = new URL('../../docs/resilience.md', import.meta.url);
const MARKS = ['<!-- measured -->', '<!-- /measured -->'] as const;

const HELP = `npm run chaos -- [--only <name>[,<name>]] [--kills <n>] [--write]

Three gateways, a PostgreSQL of its own and the demo API, all real processes, under load: calls that read and write, and
somebody who revokes connections. Things break; after each scenario the database's rows are compared with what callers
were told and what the API saw. Takes about eight minutes. Linux; build first (npm run build).

  --only <names>   these alone, separated by commas
  --kills <n>      how often a node is killed [20]; the database a quarter as often
  --write          put the report into docs/resilience.md; not with --only, which would leave the others out
  --list           say what there is

Status 0: all held, and every goal was met. 1: something did not hold, or nothing was played, or with CI=true not all of
it. 3: all held, and a goal of time was missed.

Scenarios:
${SCENARIOS.map(({ name, title }) => `  ${name.padEnd(18)}${title.replaceAll('`', '')}`).join('\n')}
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    kills: { type: 'string', default: '20' },
    write: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const wanted = values.only?.split(',');
const unknown = wanted?.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name)) ?? [];
const kills = Number(values.kills);
if (values.help || values.list) process.stdout.write(HELP);
else if (values.write && wanted !== undefined) {
  process.stderr.write(`--write is for all scenarios, --only for some\n\n${HELP}`);
  process.exitCode = 2;
} else if (unknown.length > 0 || !Number.isSafeInteger(kills) || kills < 1) {
  process.stderr.write(
    `${unknown.length > 0 ? `no scenario ${unknown.join(', ')}` : '--kills: a number'}\n\n${HELP}`,
  );
  process.exitCode = 2;
} else await main(SCENARIOS.filter(({ name }) => wanted?.includes(name) ?? true));

async function main(scenarios: readonly Scenario[]): Promise<void> {
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  const machine = describeMachine();
  say(machine);
  const played: Played[] = [];
  const skipped: Skipped[] = [];
  const faults: string[] = [];
  let shared: World | undefined;
  let postgres = '';
  const onSignal = () => void endAll().then(() => process.exit(130));
  let endOwn: (() => Promise<void>) | undefined;
  async function endAll(): Promise<void> {
    await shared?.close();
    await endOwn?.();
  }
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    for (const scenario of scenarios) {
      const missing = scenario.missing?.();
      if (missing !== undefined) {
        skipped.push({ scenario, missing });
        say(`\n== ${scenario.name}: SKIPPED: ${missing}`);
        continue;
      }
      say(`\n== ${scenario.name}: ${scenario.how}`);
      try {
        const own = await scenario.world?.();
        // Whether its world comes up or not.
        endOwn = own && (() => own.end());
        const world = own === undefined ? (shared ??= await createWorld()) : await createWorld(own.options);
        if (own !== undefined)
          endOwn = async () => {
            await world.close();
            await own.end();
          };
        postgres ||=
          (await world.query<{ version: string }>(`select current_setting('server_version') as version`))[0]
            ?.version ?? '';
        const one = await playScenario(scenario, world, { kills, say: (text) => say(`   ${text}`) });
        played.push(one);
        tell(one, say);
        faults.push(...one.faults.map((fault) => `${scenario.name}: ${fault}`));
      } catch (error) {
        faults.push(`${scenario.name}: ${error instanceof Error ? error.message : String(error)}`);
        say(`   BROKE OFF: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
        // What it left behind is nothing to begin with.
        await shared?.close();
        shared = undefined;
      } finally {
        await endOwn?.();
        endOwn = undefined;
      }
    }
  } finally {
    await endAll();
  }
  process.off('SIGINT', onSignal);
  process.off('SIGTERM', onSignal);
  const report = reportOf(played, skipped, `${machine}, PostgreSQL ${postgres}.`);
  const goals = played.flatMap(missedGoals);
  say(`\n${report}`);
  for (const goal of goals) say(`MISSED: ${goal}`);
  for (const fault of faults) say(`FAULT: ${fault}`);
  const { line, status } = verdictOf({ played, skipped, faults, goals }, process.env['CI'] === 'true');
  say(`\n${line}`);
  if (values.write) await write(report);
  process.exitCode = status;
}

function tell({ faults, found, readyMs, revocations, seconds }: Played, say: (text: string) => void): void {
  say(
    `   ${found.calls} calls in ${Math.round(seconds)} s: ${found.ok} done, ${found.refused} refused, ${found.broken} without an answer;` +
      ` ${found.acknowledged} acknowledged writes, ${found.withoutIntent} without intent, ${found.madeTwice} made twice`,
  );
  if (revocations.length > 0)
    say(
      `   revoked, last call let through after: ${revocations.map(({ lagMs }) => Math.round(lagMs)).join(', ')} ms`,
    );
  if (readyMs.length > 0) say(`   ready again after: ${readyMs.map(Math.round).join(', ')} ms`);
  for (const fault of faults) say(`   FAULT: ${fault}`);
}

async function write(report: string): Promise<void> {
  const text = await readFile(DOCUMENT, 'utf8');
  const [begin, end] = MARKS.map((mark) => text.indexOf(mark));
  if (begin === undefined || end === undefined || begin < 0 || end < begin)
    throw new Error('docs/resilience.md has no place for it');
  await writeFile(DOCUMENT, `${text.slice(0, begin + MARKS[0].length)}\n\n${report}\n${text.slice(end)}`);
}
