// One document through our compiler, in a process of its own: `measure-ours.ts <file>` prints one line of JSON.
import { readFileSync } from 'node:fs';
import { compileCatalogue } from '@latchkey/tools';
import { sizesOf, type ListSize } from '../../packages/tools/test/sizes.ts';
import { countTokens } from './judges.ts';

const [file = ''] = process.argv.slice(2);
const source = readFileSync(file);
const startedMs = performance.now();
const compiled = compileCatalogue(source);
const ms = Math.round(performance.now() - startedMs);
const peakMb = Math.round(process.resourceUsage().maxRSS / 1_024);
if (!compiled.ok) throw new Error(compiled.error.message);
const { full, search, curated, ...counts } = sizesOf(compiled.value);
const withTokens = ({ bytes, list }: ListSize) => ({ bytes, tokens: countTokens(list) });
const lists = { full: withTokens(full), search: withTokens(search), curated: withTokens(curated) };
console.log(JSON.stringify({ ...counts, ...lists, ms, peakMb }));
