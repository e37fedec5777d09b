import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CORPUS = new URL('./corpus/', import.meta.url);

export interface CorpusFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The cases of a parser, in the order of their names. */
export function readCorpus(target: string): CorpusFile[] {
  const folder = new URL(`${target}/`, CORPUS);
  if (!existsSync(folder)) throw new Error(`there is no corpus: ${fileURLToPath(folder)}`);
  return readdirSync(folder)
    .toSorted()
    .map((name) => ({ name, bytes: readFileSync(new URL(name, folder)) }));
}
