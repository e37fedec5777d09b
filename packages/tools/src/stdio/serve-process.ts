import type { Readable, Writable } from 'node:stream';
import { redacted } from '../call/redact.ts';
import type { StdioBackend } from './backend.ts';
import { serveStdio } from './serve-stdio.ts';

/** What a server needs of its process. */
export interface StdioIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Fires when the process is asked to end. */
  readonly signal: AbortSignal;
}

/** Serves whoever started this process, until they go away or ask it to end. `name` begins each line on stderr. */
export async function serveProcess(name: string, backend: StdioBackend, io: StdioIo): Promise<void> {
  const server = serveStdio({
    backend,
    input: io.stdin,
    output: io.stdout,
    onFault: (thrown) => sayFault(name, io, `a fault of this server: ${oneLine(thrown)}`),
  });
  if (io.signal.aborted) server.stop();
  io.signal.addEventListener('abort', server.stop, { once: true });
  await server.over;
  io.signal.removeEventListener('abort', server.stop);
}

/** One line on stderr. */
export function sayFault(name: string, { stderr }: Pick<StdioIo, 'stderr'>, words: string): void {
  stderr.write(`${name}: ${words}\n`);
}

function oneLine(thrown: unknown): string {
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  return redacted(words).split('\n', 1)[0]?.slice(0, 500) ?? '';
}
