import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { CheckpointKey } from '../../audit/checkpoint-key.ts';
import { readCheckpoint, type Checkpoint, type TokenFault } from '../../audit/checkpoint-token.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';

const WORDS: Readonly<Record<TokenFault, string>> = {
  not_a_checkpoint: 'this is not a checkpoint',
  unknown_key: 'it was signed with a key that this installation does not have',
  forged: 'its signature does not hold',
};

/** The checkpoints of a file, a line each; `-` is the standard input. Fails with a sentence for each line that is none. */
export async function readKeptCheckpoints(
  file: string | undefined,
  keys: ReadonlyMap<string, CheckpointKey>,
): Promise<Result<Checkpoint[], string[]>> {
  if (file === undefined) return ok([]);
  let content: string;
  try {
    content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    return fail([`${file}: ${error instanceof Error ? error.message : 'could not be read'}`]);
  }
  const checkpoints: Checkpoint[] = [];
  const faults: string[] = [];
  for (const [index, line] of content.split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = readCheckpoint(line.trim(), keys);
    if (typeof read === 'string') faults.push(`${file}, line ${index + 1}: ${WORDS[read]}.`);
    else checkpoints.push(read);
  }
  return faults.length > 0 ? fail(faults) : ok(checkpoints);
}
