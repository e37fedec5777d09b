import type { Exchange } from '../../exchange.ts';
import {
  isBlocked,
  isOpen,
  keepAlive,
  openEventStream,
  type EventStream,
} from '../../streams/event-stream.ts';
import type { EventLog, LoggedEvent } from './event-log.ts';

/** Events of one kind of a session: those of a call, or those of none. They outlive the connections that take them. */
export interface EventTrack {
  readonly number: number;
  /** Somebody is there to take them. */
  isAttended(): boolean;
  /** Takes over from the connection before, which ends. `since`: what the caller has not heard yet. */
  attach(exchange: Exchange, since: readonly LoggedEvent[]): void;
  /** A promise: whoever takes them is slow. */
  tell(data: string): void | Promise<void>;
  /** Nothing more comes. */
  finish(): void;
  isFinished(): boolean;
  /** Breaks off, so that nobody takes it for whole. */
  cut(): void;
  /** From time to time: says nothing to who listens. */
  keepUp(): void;
}

/** How long a client waits that has lost its connection. */
const RETRY_MS = 1_000;

/** `primes`: the client of this revision knows events that hold nothing but an id (MCP 2025-11-25, Transports). */
export function createEventTrack(number: number, log: EventLog, primes: boolean): EventTrack {
  let stream: EventStream | undefined;
  let isFinished = false;

  function write(id: string, data: string): void {
    // JSON has no line ends of its own.
    stream?.res.write(`id: ${id}\nevent: message\ndata: ${data}\n\n`);
  }

  function blocked({ res }: EventStream): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        res.off('drain', done);
        res.off('close', done);
        resolve();
      };
      res.once('drain', done);
      res.once('close', done);
    });
  }

  return {
    number,
    isAttended: () => stream !== undefined && isOpen(stream),
    attach(exchange, since) {
      if (stream !== undefined && isOpen(stream)) stream.res.end();
      const opened = openEventStream(exchange, []);
      stream = opened;
      opened.res.on('close', () => {
        if (stream === opened) stream = undefined;
      });
      if (primes && since.length === 0)
        opened.res.write(`id: ${log.endOf(number)}\nretry: ${RETRY_MS}\ndata:\n\n`);
      for (const { data, id } of since) write(id, data);
    },
    tell(data) {
      const { id } = log.add(number, data);
      if (stream === undefined || !isOpen(stream)) return undefined;
      write(id, data);
      return isBlocked(stream) ? blocked(stream) : undefined;
    },
    isFinished: () => isFinished,
    finish() {
      isFinished = true;
      if (stream !== undefined && isOpen(stream)) stream.res.end();
    },
    cut() {
      isFinished = true;
      stream?.res.destroy();
    },
    keepUp() {
      if (stream !== undefined && isOpen(stream) && !isBlocked(stream)) keepAlive(stream);
    },
  };
}
