import { figureOf, latencyOf, NGINX, type Figures } from './compare.ts';
import { judge, spread } from './goals.ts';
import { ratios, spreadOf } from './statistics.ts';

export interface Circumstances {
  readonly machine: string;
  /** `nginx 1.22.1`, and so on. */
  readonly versions: readonly string[];
  readonly options: { readonly rounds: number; readonly seconds: number; readonly latencyRounds: number };
  readonly cores: string;
}

/** The tables, as Markdown. */
export function tablesOf(figures: Figures): string {
  const rates = [...figures.latencies.keys()];
  const rows = [...figures.samples.keys()];
  const number = (values: readonly number[], digits = 0) => spreadOf(values).median.toFixed(digits);
  const throughput = rows.map((row) => {
    const of = (name: Parameters<typeof figureOf>[2]) => figureOf(figures, row, name);
    const isNginx = row === NGINX;
    const database = spreadOf(of('databaseMicros')).median;
    return [
      row,
      Number(number(of('rps'))).toLocaleString('en'),
      isNginx ? '1' : spread(ratios(of('rps'), figureOf(figures, NGINX, 'rps')), (value) => value.toFixed(3)),
      number(of('cpuMicros'), 1),
      isNginx
        ? '1'
        : spread(ratios(of('cpuMicros'), figureOf(figures, NGINX, 'cpuMicros')), (value) => value.toFixed(2)),
      database === 0 ? '' : database.toFixed(1),
      number(of('residentMb')),
    ];
  });
  const latency = rows
    .filter((row) => rates.some((rate) => latencyOf(figures, rate, row, 'p50Ms').length > 0))
    .map((row) => [
      row,
      ...rates.map((rate) => {
        const [p50, p99] = [latencyOf(figures, rate, row, 'p50Ms'), latencyOf(figures, rate, row, 'p99Ms')];
        return p50.length === 0 ? '' : `${number(p50, 2)} / ${number(p99, 2)}`;
      }),
    ]);
  const goals = judge(figures).map(({ found, isMet, text, wanted }) => [
    text,
    wanted,
    found,
    isMet ? 'met' : '**missed**',
  ]);
  return `## Goals

${table(['goal', 'wanted', 'found: median of the rounds (least to most)', ''], goals)}

## One after the other

${table(['', 'calls/s', 'of nginx', 'CPU µs', 'of nginx', 'database µs', 'resident MB'], throughput)}
${
  latency.length === 0
    ? ''
    : `
## At a fixed rate

p50 / p99 in milliseconds, whether answers come or not.

${table(['', ...rates.map((rate) => `${rate.toLocaleString('en')}/s`)], latency)}
`
}`;
}

export function pageOf(figures: Figures, { cores, machine, options, versions }: Circumstances): string {
  return `# Performance

What a tool call costs through Latchkey, beside one nginx worker that only passes requests on, a gateway on Node that does no more than that, and other MCP servers from npm, measured in turns in one run. Rates and times belong to the machine, and so do ratios to nginx: what is quick for nginx is not as quick for Node on every processor ([an earlier run on another one](performance-epyc.md)).

${tablesOf(figures)}
## What was measured

- **The work**: a call of 300 bytes in, 500 bytes of JSON from an nginx worker behind all of them. Latchkey is built and in token mode: each call has an access token that is checked, counts against two limits (set so high that they refuse nothing), gets a credential of its own for the upstream, and is in the audit log. The embedded PostgreSQL has its default durability.
- **Rows**: \`latchkey\` reads; \`again\` is the same once more, so their difference is the noise; \`write\` calls a tool that may change something, whose intent is durable before the upstream is asked; \`declared\` reads what the API's document describes, so that each answer is checked and sent twice, as text and as structured content; \`on its image’s Node\` reads on the Node that the image has, without the image around it; \`no audit\` is the same process while nothing is recorded, which no configuration can bring about.
- **\`node:http and undici\`** is what a gateway on Node costs before it does anything: it passes each body on with \`Pool.dispatch\` and the answer back. No token, no limit, no record, no MCP. What it does not reach of nginx on a machine, nothing that does more by the same parts reaches there.
- **The others** do less: no credential, no limit, no record. \`fastmcp\` is stateless, with plain JSON answers; \`@modelcontextprotocol/server\` is \`createMcpHandler\` with a body of 2026-07-28; \`xmcp\` is the HTTP runtime that its compiled projects carry. Each of these three has one tool, which asks the upstream with \`fetch\`, as their documentation does. \`@ivotoby/openapi-mcp-server\` reads the same OpenAPI document as Latchkey; its answers come on a stream of a session, for which there is no fixed rate here.
- **How**: ${options.rounds} rounds of ${options.seconds} s, each contender once in every round, 64 kept connections, each of which sends its next call when the answer to the last is there (wrk); a second before each is not counted, because whoever stood idle while others had their turns begins cold. Then fixed rates, ${options.latencyRounds} rounds, only where a contender can keep up. A ratio is the median of the rounds' ratios.
- **CPU** is user and system time of the process and its threads for one call. The database's processes are counted apart.
- **Checked after each round**: every answer was 200 and as long as a right one, as many calls reached the upstream as were answered, and at the end as many audit rows were in the database: one for a read, two for a write.
- ${cores}

Written by \`npm run bench\` on ${machine}. ${versions.join(', ')}.
`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
