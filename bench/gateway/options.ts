import { parseArgs } from 'node:util';

export interface Options {
  readonly rounds: number;
  /** Of one contender in one round. */
  readonly seconds: number;
  /** Of one contender at one rate in one round. */
  readonly latencySeconds: number;
  readonly latencyRounds: number;
  /** Requests a second. */
  readonly rates: readonly number[];
  /** Names of contenders, beside nginx; undefined: all. */
  readonly only: readonly string[] | undefined;
  /** For the process of Latchkey: what profiles it, say. */
  readonly nodeOptions: readonly string[];
  /** Whether the figures are for the page in docs: a short run, or one of a few contenders, is for the screen alone. */
  readonly writes: boolean;
}

const USAGE = `npm run bench [-- options]

Tool calls through Latchkey, one nginx worker and other MCP servers, in turns. Writes docs/performance.md.

  --rounds <n>     rounds of each contender (default 5)
  --only <names>   these contenders alone, separated by commas, and nginx; writes nothing
  --no-latency     leave out the fixed rates; writes nothing
  --quick          three short rounds and one rate; writes nothing
  --node <option>  an option of Node for Latchkey, such as --node=--cpu-prof; may be repeated
  --help           this

Needs nginx, wrk and, for the other servers, npm ci --prefix bench/judges.
`;

/** Undefined: everything was said already. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      latency: { type: 'boolean', default: true },
      node: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  const { help, latency, only, quick } = values;
  if (help) {
    process.stdout.write(USAGE);
    return undefined;
  }
  const rounds = Number(values.rounds ?? (quick ? 3 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds is a number of rounds');
  return {
    rounds,
    seconds: quick ? 1.5 : 4,
    latencySeconds: quick ? 2 : 4,
    latencyRounds: latency ? (quick ? 2 : rounds) : 0,
    rates: quick ? [1000] : [300, 1000, 3000],
    only: only?.split(',').map((name) => name.trim()),
    nodeOptions: values.node,
    writes: !quick && latency && only === undefined,
  };
}
