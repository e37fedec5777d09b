import { asProcess } from './as-process.ts';
import { stdioCommand } from './command.ts';

/** `name <args>` as the whole work of this process, with its streams, its environment and its signals. */
export async function runStdio(name: string, args: readonly string[]): Promise<void> {
  await asProcess((io) => stdioCommand(name, args, io));
}
