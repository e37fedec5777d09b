import type { Readable, Writable } from 'node:stream';
import { parseJson } from '../mcp/message.ts';
import { RPC } from '../mcp/rpc.ts';
import type { StdioBackend } from './backend.ts';
import { createLines } from './lines.ts';
import { createSession } from './session.ts';
import type { SessionLimits } from './session.ts';

export interface StdioLimits extends SessionLimits {
  /** Of one message that comes in. */
  readonly lineBytesMax: number;
  /** How long calls under way may last once nothing more comes in. */
  readonly graceMs: number;
}

export const STDIO_LIMITS: StdioLimits = {
  requestsMax: 256,
  batchMax: 50,
  // 10 MB of a file in base64, and what stands around it.
  lineBytesMax: 16 * 1024 * 1024,
  graceMs: 5_000,
};

export interface StdioOptions {
  readonly backend: StdioBackend;
  /** What the client says, in lines. */
  readonly input: Readable;
  /** What it is told. Nothing else may ever be written there. */
  readonly output: Writable;
  /** Where they are not what `STDIO_LIMITS` says. */
  readonly limits?: Partial<StdioLimits> | undefined;
  /** Told of faults of our own; never of a client's. */
  readonly onFault?: ((thrown: unknown) => void) | undefined;
}

export interface StdioServer {
  /** Resolves when there is nothing more to do: the client has gone, or `stop` was called. Never rejects. */
  readonly over: Promise<void>;
  /** Takes back every call under way, at once. */
  stop(): void;
}

/**
 * Serves one client over a pair of streams (MCP, Transports, stdio): messages are lines, in both directions, of every
 * revision. While the client does not read, nothing more is read of it. When it has said all it will, what it asked
 * for is answered, within `graceMs`.
 */
export function serveStdio({ backend, input, limits, onFault, output }: StdioOptions): StdioServer {
  const { graceMs, lineBytesMax, ...ofSession }: StdioLimits = { ...STDIO_LIMITS, ...limits };
  const { promise: over, resolve: finish } = withResolvers();
  let isStopping = false;
  let hasEnded = false;
  let taken = 0;
  let grace: NodeJS.Timeout | undefined;

  const session = createSession({
    backend,
    limits: ofSession,
    onFault: onFault ?? (() => undefined),
    say(json) {
      if (output.destroyed || output.writableEnded) return false;
      if (output.write(`${json}\n`)) return true;
      input.pause();
      return false;
    },
  });
  const lines = createLines({
    bytesMax: lineBytesMax,
    onLine(line) {
      const read = parseJson(line);
      if (!read.ok) return session.refuse(read.error);
      taken += 1;
      void session.take(read.value).then(() => {
        taken -= 1;
        rest();
      });
    },
    onTooLong: () =>
      session.refuse({
        code: RPC.parseError,
        message: `A message has at most ${lineBytesMax} bytes.`,
      }),
  });

  function rest(): void {
    if (hasEnded && taken === 0) stop();
  }

  function goOn(): void {
    if (!isStopping) input.resume();
  }

  function take(chunk: Buffer | string): void {
    lines.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  }

  function ended(): void {
    if (hasEnded) return;
    hasEnded = true;
    lines.end();
    grace = setTimeout(stop, graceMs);
    rest();
  }

  function stop(): void {
    if (isStopping) return;
    isStopping = true;
    clearTimeout(grace);
    input.off('data', take).off('end', ended).off('close', ended).off('error', ended);
    input.pause();
    void session
      .end()
      .catch(() => undefined)
      .then(flushed)
      .then(() => {
        output.off('drain', goOn).off('error', stop).off('close', stop);
        output.on('error', () => undefined);
        finish();
      });
  }

  /** What was written is on its way before anybody ends the process. */
  function flushed(): Promise<void> {
    return new Promise((resolve) => {
      if (output.destroyed || output.writableEnded || output.writableLength === 0) return resolve();
      output.once('close', resolve);
      output.write('', () => resolve());
    });
  }

  input.on('data', take).on('end', ended).on('close', ended).on('error', ended);
  output.on('drain', goOn).on('error', stop).on('close', stop);
  return { over, stop };
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
