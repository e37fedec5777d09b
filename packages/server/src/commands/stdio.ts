import { runStdio } from '@latchkey/tools/stdio';

/** `latchkey stdio`: the program of its own, under our name. Opens no database and reads no configuration. */
export function stdio(args: string[]): Promise<void> {
  return runStdio('latchkey stdio', args);
}
