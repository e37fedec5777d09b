import { readFile } from 'node:fs/promises';
import { asProcess } from '../../stdio/as-process.ts';
import { runPacked } from './run-packed.ts';
import type { PackedContent } from './run-packed.ts';

/** What `latchkey pack` wrote beside this file. */
async function read(name: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(name, import.meta.url), 'utf8'));
}

const content = {
  settings: await read('settings.json'),
  snapshot: await read('tools.json'),
} as PackedContent;
await asProcess((io) => runPacked(content, process.argv.slice(2), io));
