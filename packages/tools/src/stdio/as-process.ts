import type { StdioIo } from './serve-process.ts';

const ENDS_WITHIN_MS = 1_000;

/** Work that is all that this process is for, with its streams, its environment and its signals; it says how that ends. */
export async function asProcess(work: (io: StdioIo) => Promise<number>): Promise<void> {
  const { env, stderr, stdin, stdout } = process;
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.exitCode = await work({ stdin, stdout, stderr, env, signal: stopping.signal });
  process.off('SIGTERM', stop);
  process.off('SIGINT', stop);
  stdin.destroy();
  // Nothing is left to do; whatever still keeps the process must not keep it for long.
  setTimeout(() => process.exit(), ENDS_WITHIN_MS).unref();
}
