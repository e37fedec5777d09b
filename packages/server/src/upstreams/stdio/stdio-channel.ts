// MCP 2025-11-25, Transports, stdio: messages are lines, in both directions.
import { textWithDigits } from '@latchkey/tools';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Channel, ChannelEvents, ChannelFault, WireMessage } from '../channel.ts';
import { faultOf } from '../fault.ts';
import { createIntake } from '../intake.ts';
import { createLineReader } from '../lines.ts';
import { readWire } from '../wire.ts';
import type { ServerProcess } from './server-process.ts';

export interface StdioChannel extends Channel {
  /** Whether the process has said a thing that is a message. */
  hasSpoken(): boolean;
  isClosed(): boolean;
}

/** What a process has not read yet. Past that it is taken for stuck. */
const WAITING_BYTES_MAX = 32 * 1024 * 1024;
const CR = 0x0d;
const BLANK = new Set([0x20, 0x09, CR]);

/** Messages to and from a process. The end of either is the end of both. */
export function createStdioChannel(
  process: ServerProcess,
  { onClose, onMessage }: ChannelEvents,
  { lineBytesMax }: { lineBytesMax: number },
): StdioChannel {
  const { stdin, stdout } = process;
  let fault: ChannelFault | undefined;
  let isOver = false;
  let isClosed = false;
  let hasSpoken = false;

  /** Nothing more is handed on. What still comes is read, as a process that cannot write does not end. */
  function stop(): void {
    isOver = true;
    stdout.resume();
    process.end();
  }

  function die(found: ChannelFault): void {
    if (isOver) return;
    stop();
    onClose(found);
  }

  const take = createIntake({ onMessage, pause: () => stdout.pause(), resume: () => stdout.resume() });
  const lines = createLineReader({
    bytesMax: lineBytesMax,
    endsAtCr: false,
    onLine(line) {
      if (line.every((octet) => BLANK.has(octet))) return true;
      const messages = readWire(line);
      if (!messages.ok) {
        die(messages.error);
        return false;
      }
      hasSpoken = true;
      for (const message of messages.value) if (!isOver) take(message);
      return !isOver;
    },
  });
  stdout.on('data', (chunk: Buffer) => {
    if (isOver) return;
    if (!lines.push(chunk)) die(faultOf('upstream_too_large'));
  });
  // It will never answer again, however long it lives.
  stdout.on('end', process.end);
  void process.over.then(() => die(fault ?? faultOf('upstream_reset', { message: ENDED })));

  return {
    hasSpoken: () => hasSpoken,
    isClosed: () => isClosed,
    async send(message): Promise<Result<void, ChannelFault>> {
      if (isOver || fault !== undefined) return fail(fault ?? faultOf('upstream_reset', { message: ENDED }));
      const line = `${textWithDigits(message satisfies WireMessage)}\n`;
      if (stdin.writableLength + line.length > WAITING_BYTES_MAX) {
        const stuck = faultOf('upstream_timeout', { message: STUCK });
        die(stuck);
        return fail(stuck);
      }
      const error = await new Promise<Error | null | undefined>((resolve) => stdin.write(line, resolve));
      // What a destroyed pipe had not written yet ends without an error.
      if (!error && !stdin.destroyed) return ok(undefined);
      // It may have answered before it ended: what it said is handed on first.
      fault ??= faultOf('upstream_reset', { message: ENDED });
      process.end();
      return fail(fault);
    },
    close() {
      if (isOver) return;
      isClosed = true;
      stop();
    },
  };
}

const ENDED = 'The process of the MCP server ended.';
const STUCK = 'The process of the MCP server does not read what it is sent.';
