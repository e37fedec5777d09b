// What becomes of each real document of the corpus: writes bench/catalogue/sizes.json, which a test compares with, and
// docs/catalogue-sizes.md. `npm run bench:catalogue`
import { writeFileSync } from 'node:fs';
import { corpusEntries, corpusPath } from '../../packages/tools/test/corpus.ts';
import { describeMachine } from '../machine.ts';
import { measured } from './children.ts';
import { hasJudges } from './judges.ts';
import { count, table } from './table.ts';

interface List {
  bytes: number;
  tokens: number;
}

interface Row {
  tools: number;
  skipped: number;
  mode: string;
  toolsets: number;
  full: List;
  search: List;
  curated: List;
  ms: number;
  peakMb: number;
}

if (!hasJudges()) throw new Error('The tokenizer is missing: npm ci --prefix bench/judges');
const machine = describeMachine();
const rows: Record<string, Row> = {};
for (const { id, file, kind, operations } of corpusEntries()) {
  if (kind !== 'real' || operations === null) continue;
  const outcome = await measured<Row>('measure-ours.ts', [corpusPath(file)], 120_000);
  if ('fault' in outcome) throw new Error(`${id}: ${outcome.fault}`);
  rows[id] = outcome.value;
  console.log(`${id}: ${outcome.value.tools} tools, ${outcome.value.ms} ms`);
}

const kept = Object.entries(rows).map(([id, { ms: _ms, peakMb: _peakMb, ...same }]) => [id, same]);
writeFileSync(
  new URL('sizes.json', import.meta.url),
  `${JSON.stringify(Object.fromEntries(kept), undefined, 2)}\n`,
);
const size = ({ bytes, tokens }: List): string => `${count(bytes)} / ${count(tokens)}`;
const page = table(
  ['document', 'tools', 'skipped', 'full', 'largest toolset', 'search', 'default', 'ms', 'peak MB'],
  Object.entries(rows).map(([id, row]) => [
    id,
    count(row.tools),
    count(row.skipped),
    size(row.full),
    row.toolsets === 0 ? '' : `${size(row.curated)} (of ${row.toolsets})`,
    size(row.search),
    row.mode,
    count(row.ms),
    count(row.peakMb),
  ]),
);
writeFileSync(
  new URL('../../docs/catalogue-sizes.md', import.meta.url),
  `# What becomes of real documents

Bytes of JSON / tokens (o200k; Claude's own differ) of \`tools/list\` with full access: all tools, the largest toolset, search. Skipped operations are deprecated ones above all. Time and memory are of one process that loads and compiles one document, measured once.

Written by \`npm run bench:catalogue\` on ${machine}. A test fails when a list grows, or a document loses tools, by more than 5 %.

${page}
`,
);
