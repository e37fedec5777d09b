// The same documents through other compilers from npm: writes docs/side-by-side.md. `npm run bench:peers`
import { readFileSync, writeFileSync } from 'node:fs';
import { corpusEntries, corpusPath } from '../../packages/tools/test/corpus.ts';
import { describeMachine } from '../machine.ts';
import { measured } from './children.ts';
import { hasJudges } from './judges.ts';
import { PEERS } from './peers.ts';
import { count, table } from './table.ts';

interface Outcome {
  tools: number;
  refused: number;
  bytes: number;
  tokens: number | null;
  ms: number;
}

const TIMEOUT_MS = 60_000;
const COMPILERS = ['latchkey', ...PEERS] as const;

if (!hasJudges()) throw new Error('The other compilers are missing: npm ci --prefix bench/judges');
const machine = describeMachine();
const rows: string[][] = [];
for (const { id, file, kind, operations } of corpusEntries()) {
  if (kind !== 'real' || operations === null || operations < 20) continue;
  const cells = [id, count(operations)];
  for (const compiler of COMPILERS) {
    const outcome = await measured<Outcome>('measure-peer.ts', [compiler, corpusPath(file)], TIMEOUT_MS);
    cells.push(cellOf(outcome));
    console.log(`${id}, ${compiler}: ${cells.at(-1)}`);
  }
  rows.push(cells);
}

const versions = PEERS.map((peer) => `\`${peer}\` ${versionOf(peer)}`).join(', ');
writeFileSync(
  new URL('../../docs/side-by-side.md', import.meta.url),
  `# The same documents through other compilers

${versions}, each with its defaults, and this one with deprecated operations included, since the others include them. A cell says: tools, those of them that the rules of the Anthropic API refuse or whose schema is no JSON Schema 2020-12, tokens of the whole list (o200k), and the time to compile it in a process of its own, at most ${TIMEOUT_MS / 1_000} s. The server among them is asked over stdio, as a client would, so its time has its start in it.

What a cell cannot say: whether a call made from the tool reaches the API as the document wants it. For ours, [a mock server that validates requests](../packages/tools/test/judge/prism.test.ts) judges that.

Written by \`npm run bench:peers\` on ${machine}.

${table(['document', 'operations', ...COMPILERS], rows)}
`,
);

function cellOf(outcome: { value: Outcome } | { fault: string }): string {
  if ('fault' in outcome) return outcome.fault;
  const { tools, refused, tokens, ms } = outcome.value;
  const size = tokens === null ? 'over 50 MB' : `${count(tokens)} tokens`;
  return `${count(tools)}, ${refused === 0 ? 'none' : count(refused)} refused, ${size}, ${count(ms)} ms`;
}

function versionOf(peer: string): string {
  const file = new URL(`../judges/node_modules/${peer}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
