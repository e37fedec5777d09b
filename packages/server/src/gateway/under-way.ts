import type { AnyAnswer } from '../kernel/whole-exchange.ts';
import { inside, isThere, put, takeOut, type Bag } from '../kernel/bag.ts';
import { createCancellation, type Cancellation, type Cancelling } from '../kernel/cancellation.ts';
import { toAppError } from '../kernel/errors.ts';
import { respondError, type Exchange } from './exchange.ts';
import { createFollowers, letGo, type Hold } from './followers.ts';
import { refusal, type Refusal } from './refusal.ts';

/** What a caller may do, for as long as it lasts. */
export interface Right {
  /** What the change feed calls all that it hangs on: see `Gateway.changed`. */
  readonly hangsOn: readonly string[];
  /** Asks again. A refusal: it has ended, or there is less of it than there was. */
  recheck(): Promise<Refusal | undefined>;
}

/** A call, or a stream, from its first byte to its last. */
export interface OpenCall {
  /** The caller has gone away, or its right has ended. */
  isOver(): boolean;
  /** Comes when it is over so. Made when it is first asked for: a stream on which nothing happens never asks. */
  signal(): Cancellation;
  /** From here on it lasts no longer than this right; `exchange` is what a refusal is answered on, if nothing was yet. */
  follow(right: Right, exchange: Exchange): void;
  /** Asks again about what it follows: for what lasts so long that a right may have run out meanwhile. */
  recheck(): void;
}

export interface UnderWay {
  readonly isClosed: boolean;
  /** Follows an exchange to its end. */
  open(exchange: Exchange): OpenCall;
  /**
   * Something is no longer what it was (`*`: anything): each call that hangs on it is asked about again, and cut if it is
   * refused.
   */
  changed(subject: string): void;
  close(graceMs: number): Promise<void>;
}

interface Followed {
  readonly res: AnyAnswer;
  /** Asks again about what it follows. */
  check(): void;
}

/** The calls that are not over yet. */
export function createUnderWay(): UnderWay {
  const open: Bag<Followed> = [];
  // Who stays open for long is many at once: what follows one is kept small, and made when it is needed.
  const followers = createFollowers<() => void>();
  let isClosing = false;
  let isClosed = false;
  let changes = 0;
  let onEmpty: (() => void) | undefined;

  return {
    get isClosed() {
      return isClosed;
    },
    open(exchange) {
      const { res } = exchange;
      const changesBefore = changes;
      let cancellation: Cancelling | undefined;
      let isOver = false;
      let followed: Right | undefined;
      let hold: Hold<() => void> = [];
      let answerable = exchange;

      function end(): void {
        isOver = true;
        cancellation?.cancel();
      }

      function check(): void {
        if (followed === undefined) return;
        void refusalOf(followed).then((refused) => {
          if (refused === undefined || !isThere(place)) return;
          cut(answerable, refused);
          end();
        });
      }

      const place = put(open, { res, check });
      // Whoever has a connection still gets an answer on it, and goes elsewhere with the next call.
      if (isClosing) res.shouldKeepAlive = false;
      res.on('close', () => {
        takeOut(place);
        letGo(hold);
        if (!res.writableFinished) end();
        if (open.length === 0) onEmpty?.();
      });
      return {
        isOver: () => isOver,
        signal() {
          cancellation ??= createCancellation();
          if (isOver) cancellation.cancel();
          return cancellation;
        },
        follow(right, answerableBy) {
          if (!isThere(place)) return;
          letGo(hold);
          followed = right;
          answerable = answerableBy;
          hold = followers.hang(right.hangsOn, check);
          // What changed while the caller was being identified may have been missed.
          if (changes !== changesBefore) check();
        },
        recheck: check,
      };
    },
    changed(subject) {
      changes += 1;
      const told = subject === '*' ? inside(open).map(({ check }) => check) : followers.of(subject);
      for (const check of told) check();
    },
    async close(graceMs) {
      isClosing = true;
      if (open.length > 0) {
        for (const { res } of inside(open)) res.shouldKeepAlive = false;
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          onEmpty = resolve;
          timer = setTimeout(resolve, graceMs);
        });
        clearTimeout(timer);
      }
      isClosed = true;
      for (const { res } of inside(open)) res.destroy();
    },
  };
}

/** Whoever hears the same change forgets what it knew first. What cannot be found out is refused. */
async function refusalOf(right: Right): Promise<Refusal | undefined> {
  await Promise.resolve();
  try {
    return await right.recheck();
  } catch (thrown) {
    return refusal(toAppError(thrown));
  }
}

/** An answer that is on its way breaks off, so that nobody takes it for a whole one. */
function cut(exchange: Exchange, { error, headers }: Refusal): void {
  const { res } = exchange;
  if (res.writableEnded) return;
  if (res.headersSent) res.destroy();
  else respondError(exchange, error, headers);
}
