import { PassThrough } from 'node:stream';
import type { Readable } from 'node:stream';
import type { StdioIo } from './serve-process.ts';

/** While a server does not serve yet. */
export interface Start {
  /** Fires when there is nobody to serve any more. */
  readonly signal: AbortSignal;
  /** What the client has said, and will. */
  readonly input: Readable;
  /** It serves from now on, and sees for itself when there is nobody. */
  served(): void;
  /** Lets go of the process's own input. */
  end(): void;
}

/**
 * Reads the input from the first moment: only who reads it hears that it has ended. What was asked before that is
 * waited for no longer than a server that serves would, `graceMs`.
 */
export function createStart({ signal, stdin }: Pick<StdioIo, 'signal' | 'stdin'>, graceMs: number): Start {
  const left = new AbortController();
  const input = new PassThrough();
  let grace: NodeJS.Timeout | undefined;
  let isServed = false;

  function ended(): void {
    input.end();
    if (!isServed) grace ??= setTimeout(() => left.abort(), graceMs);
  }

  function served(): void {
    isServed = true;
    clearTimeout(grace);
  }

  stdin.on('end', ended).on('close', ended).on('error', ended).pipe(input, { end: false });
  return {
    signal: AbortSignal.any([signal, left.signal]),
    input,
    served,
    end() {
      served();
      stdin.unpipe(input).off('end', ended).off('close', ended).off('error', ended);
    },
  };
}
