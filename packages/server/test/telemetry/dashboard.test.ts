import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seriesOf, type Series } from './support/promql.ts';
import { startService, type Service } from './support/service.ts';
import { placesOf } from './support/workers.ts';

const ROOT = new URL('../../../../', import.meta.url);

interface Metric {
  readonly kind: string;
  readonly help: string;
  /** What each label can be, `le` left out. */
  readonly labels: Map<string, Set<string>>;
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

let service: Service;
let workers: Service[];
let metrics: Map<string, Metric>;
/** The names of those that there are only where several processes share a port. */
let ofWorkersAlone: string[];
/** The series of two nodes by the name of their metric, as Prometheus has them: of single processes, and of workers. */
let scrapes: Record<'single processes' | 'workers', Map<string, Series[]>>;
beforeAll(async () => {
  service = await startService();
  workers = await Promise.all(placesOf(2).map((worker) => startService({}, { worker })));
  const [text = '', ofWorkers = ''] = await Promise.all(
    [service, ...workers].map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
  );
  const [ofOne, ofSeveral] = [readMetrics(text), readMetrics(ofWorkers)];
  ofWorkersAlone = [...ofSeveral.keys()].filter((name) => !ofOne.has(name));
  metrics = new Map([...ofSeveral, ...ofOne]);
  scrapes = { 'single processes': readSeries(text), workers: readSeries(ofWorkers) };
});
afterAll(() => Promise.all([service, ...workers].map((each) => each.close())));

function readMetrics(text: string): Map<string, Metric> {
  const found = new Map<string, Metric>();
  for (const [, name = '', help = ''] of text.matchAll(/^# HELP (\S+) (.*)$/gm)) {
    const [, kind = ''] = new RegExp(`^# TYPE ${name} (\\S+)$`, 'm').exec(text) ?? [];
    const labels = new Map<string, Set<string>>();
    const samples = text.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?(?:\\{(.*)\\})? \\S+$`, 'gm'));
    for (const [, inBraces = ''] of samples)
      for (const [, label = '', value = ''] of inBraces.matchAll(/(\w+)="([^"]*)"/g))
        if (label !== 'le') labels.set(label, (labels.get(label) ?? new Set()).add(value));
    found.set(name, { kind, help, labels });
  }
  return found;
}

function readSeries(text: string): Map<string, Series[]> {
  const found = new Map<string, Series[]>();
  for (const [, name = '', inBraces = ''] of text.matchAll(/^([a-z]\w*)(?:\{(.*)\})? \S+$/gm)) {
    const pairs = [...inBraces.matchAll(/(\w+)="([^"]*)"/g)];
    const labels = Object.fromEntries(pairs.map(([, label = '', value = '']) => [label, value]));
    for (const instance of ['one', 'other'])
      found.set(name, [...(found.get(name) ?? []), { job: 'latchkey', instance, ...labels }]);
  }
  return found;
}

/** What each line of a panel is called. */
function linesOf({ targets = [] }: Panel, scraped: ReadonlyMap<string, Series[]>): string[] {
  return targets.flatMap(({ expr, legendFormat }) =>
    seriesOf(expr, scraped).map((series) =>
      legendFormat
        .replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => series[label] ?? '')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    ),
  );
}

async function readPanels(): Promise<Panel[]> {
  const text = await readFile(new URL('deploy/grafana/latchkey.json', ROOT), 'utf8');
  return (JSON.parse(text) as { panels: Panel[] }).panels.filter(({ type }) => type !== 'row');
}

/** The metrics that an expression asks for, with the labels that it selects by. */
function asked(expr: string): { name: string; matchers: Map<string, string> }[] {
  return [...expr.matchAll(/\b((?:latchkey|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', inBraces = '']) => ({
      name: metrics.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, ''),
      matchers: new Map(
        [...inBraces.matchAll(/(\w+)=~?"([^"]*)"/g)].map(([, label = '', value = '']) => [label, value]),
      ),
    }),
  );
}

const namesIn = ({ targets = [] }: Panel) =>
  targets.flatMap(({ expr }) => asked(expr)).map(({ name }) => name);

/** Those that Prometheus itself adds. */
const OF_THE_SCRAPER = ['job', 'instance'];
/** That each process has which shares a port with others. */
const OF_WORKERS = 'worker';

/** What an expression asks for and there is not. */
function faultsOf(expr: string): string[] {
  const faults: string[] = [];
  const known = new Set([...OF_THE_SCRAPER, OF_WORKERS, 'le']);
  const wanted = asked(expr);
  if (wanted.length === 0) faults.push(`nothing is asked for: ${expr}`);
  for (const { matchers, name } of wanted) {
    const metric = metrics.get(name);
    if (metric === undefined) faults.push(`there is no ${name}`);
    for (const label of metric?.labels.keys() ?? []) known.add(label);
    for (const [label, pattern] of matchers) {
      if (OF_THE_SCRAPER.includes(label)) continue;
      for (const value of pattern.split('|'))
        if (metric?.labels.get(label)?.has(value) !== true) faults.push(`${name} has no ${label}="${value}"`);
    }
    const grows = new RegExp(`(?:rate|increase)\\(${name}`).test(expr);
    const isByBuckets = new RegExp(`histogram_quantile\\(.*${name}_bucket`).test(expr);
    if (metric?.kind === 'histogram' && !isByBuckets) faults.push(`${name} is a histogram: ${expr}`);
    if (metric?.kind === 'counter' && !grows) faults.push(`${name} is a counter: ${expr}`);
    if (metric?.kind === 'gauge' && grows) faults.push(`${name} is a gauge: ${expr}`);
  }
  for (const [, list = ''] of expr.matchAll(/\b(?:by|on|group_left) \(([^)]*)\)/g))
    for (const label of list.split(','))
      if (!known.has(label.trim())) faults.push(`there is no label ${label.trim()}: ${expr}`);
  return faults;
}

test('each panel asks for metrics that there are, by labels and values that they have, as their kind is asked for', async () => {
  const panels = await readPanels();
  expect(panels.length).toBeGreaterThan(20);
  expect(panels.filter(({ targets = [] }) => targets.length === 0)).toEqual([]);
  const faults = panels.flatMap(({ targets = [], title }) =>
    targets.flatMap(({ expr }) => faultsOf(expr).map((fault) => `${title}: ${fault}`)),
  );
  expect(faults).toEqual([]);
});

test.each(['single processes', 'workers'] as const)(
  'each panel has an answer, and a name of its own for each line, where two nodes are %s',
  async (which) => {
    const isThere = (panel: Panel) =>
      which === 'workers' || !namesIn(panel).some((name) => ofWorkersAlone.includes(name));
    const panels = (await readPanels()).filter(isThere);
    const faults = panels.flatMap((panel) => {
      try {
        const lines = linesOf(panel, scrapes[which]);
        const twice = lines.filter((line, index) => lines.indexOf(line) !== index);
        return [...new Set(twice)].map((line) => `${panel.title}: several lines are "${line}"`);
      } catch (error) {
        return [`${panel.title}: ${(error as Error).message}`];
      }
    });
    expect(faults).toEqual([]);
  },
);

test('series that do not match one to one would be found out', () => {
  const scraped = scrapes.workers;
  const up = 'process_start_time_seconds';
  const asks = (expr: string) => () => seriesOf(expr, scraped);
  expect(asks(`${up} * on (instance) group_left (version) latchkey_build_info`)).toThrow(
    'many series match on the right',
  );
  expect(asks(`${up} * on (instance) sum by (instance) (latchkey_build_info)`)).toThrow(
    'many series match on the left',
  );
  expect(asks(`${up} * latchkey_build_info`)()).toEqual([]);
  expect(asks(`${up} ^ 2`)).toThrow('what is "^ 2"?');
  const both = asks(`sum by (worker) (${up}) / on (worker) sum by (worker) (latchkey_build_info)`)();
  expect(new Set(both.map(({ worker }) => worker))).toEqual(new Set(['1', '2']));
});

test('a panel that asks for what there is not would be found out', () => {
  expect(faultsOf('rate(latchkey_nothing_total[5m])')).toEqual(['there is no latchkey_nothing_total']);
  expect(faultsOf('sum by (tool) (rate(latchkey_calls_total{outcome="odd"}[5m]))')).toEqual([
    'latchkey_calls_total has no outcome="odd"',
    'there is no label tool: sum by (tool) (rate(latchkey_calls_total{outcome="odd"}[5m]))',
  ]);
  expect(faultsOf('latchkey_calls_total')).toEqual([
    'latchkey_calls_total is a counter: latchkey_calls_total',
  ]);
});

test('each metric is on the dashboard, and described in docs/observability.md as the service describes it', async () => {
  const shown = new Set((await readPanels()).flatMap(namesIn));
  expect([...metrics.keys()].filter((name) => !shown.has(name))).toEqual([]);

  const docs = await readFile(new URL('docs/observability.md', ROOT), 'utf8');
  const described = docs
    .split('\n')
    .filter((line) => /^\| `(?:latchkey|process|nodejs)_/.test(line))
    .map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^[|\s]+|[|\s]+$/g, '')));
  const expected = [...metrics].map(([name, { help, kind, labels }]) => [
    `\`${name}\``,
    kind,
    [...labels.keys()].map((label) => `\`${label}\``).join(', '),
    help,
  ]);
  expect(described).toEqual(expected);
});
