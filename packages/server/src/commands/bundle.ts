import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleFiles } from '@latchkey/tools';
import { readTree } from './bundle/read-tree.ts';
import { describeRejection } from './compile/describe.ts';
import { refuseToStart, refuseUsage } from './lifecycle.ts';

export const BUNDLE_HELP = `latchkey bundle <entry> [options]

Joins an OpenAPI document of many files into one that needs no other: "latchkey compile", LATCHKEY_CONFIG and every other
tool take it. References between the files become references within it; files that nothing refers to stay out. For files
that you trust: they are read from disk. Nothing outside the folder of <entry> is read, and no address.

  --out <file>    write it there instead of to standard output
  --root <folder> files may be anywhere in this folder, not only beside <entry> and below

References that lead nowhere are said, and stay as they are; "latchkey compile" says what that costs.
Ends with 0; with 1 if there is nothing to write; with 2 if the command was not understood.
`;

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  out: { type: 'string' },
  root: { type: 'string' },
} as const;

const MISSING_SHOWN = 20;

export async function bundle(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  if (values.help === true) return print(BUNDLE_HELP);
  const [entry, ...rest] = positionals;
  if (entry === undefined || rest.length > 0) {
    return refuseUsage('bundle: name one document', BUNDLE_HELP);
  }
  const tree = await readTree(entry, values.root);
  if (!tree.ok) return refuseToStart([tree.error]);
  const bundled = bundleFiles(tree.value.files, tree.value.entry);
  if (!bundled.ok) return refuseToStart([`${entry}: ${describeRejection(bundled.error)}`]);
  const { document, files, missing } = bundled.value;

  const text = `${JSON.stringify(document, undefined, 2)}\n`;
  if (values.out === undefined) print(text);
  else await writeFile(resolve(values.out), text);
  const said = missing
    .slice(0, MISSING_SHOWN)
    .map(({ pointer, reference }) => `REF_MISSING: ${reference} leads nowhere (${pointer})`);
  if (missing.length > said.length) said.push(`and ${missing.length - said.length} more`);
  process.stderr.write([`${files.length} files`, ...said].map((line) => `${line}\n`).join(''));
}

function print(text: string): void {
  process.stdout.write(text);
}
