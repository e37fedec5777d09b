import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Exchange } from '../exchange.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { Refusal } from '../refusal.ts';
import type { OpenCall } from '../under-way.ts';
import { openEventStream, type EventStream } from './event-stream.ts';

export interface StreamLimits {
  /** Streams that are open at once. */
  readonly perKey: number;
  readonly perOrganisation: number;
  readonly total: number;
  readonly keepAliveMs: number;
  /** How long one may stay open that nothing is asked on. */
  readonly idleMs: number;
  /** How often it is asked whether the caller's right has ended by itself. */
  readonly recheckMs: number;
}

export const STREAM_LIMITS: StreamLimits = {
  perKey: 32,
  perOrganisation: 2_000,
  total: 20_000,
  keepAliveMs: 15_000,
  idleMs: 30 * 60_000,
  recheckMs: 5 * 60_000,
};

/** What a stream is for. */
export interface StreamUse {
  /** Nothing is done on it that takes the access it was opened with. One on which calls are answered breaks off. */
  readonly outlivesLess: boolean;
  /** The list of tools may be another one now. */
  toolsChanged(stream: EventStream): void;
  /** There is something yet to say on it: a restart waits for that. */
  isBusy(): boolean;
  /** The last words, where the end is in order. */
  farewell(stream: EventStream): void;
  /** It is over, whatever the reason. */
  closed(): void;
}

export interface Stream extends EventStream {
  /** Something was asked on it. */
  used(): void;
  /** For a stream that was busy and is no more. */
  rested(): void;
}

export interface Streams {
  /** Answers with a stream that lasts as long as the caller's right, or says why there is none. */
  open(
    request: { exchange: Exchange; call: OpenCall; caller: Caller; headers: readonly string[] },
    use: StreamUse,
  ): Result<Stream, AppError>;
  /** `subject` is an organisation, or `*` for all. */
  toolsChanged(subject: string): void;
  /** Opens no more, and ends those that are not busy; the others as soon as they are not. */
  drain(): void;
}

interface Entry {
  readonly stream: EventStream;
  readonly use: StreamUse;
  readonly caller: Caller;
  readonly check: () => void;
  usedMs: number;
  checkedMs: number;
  /** Bytes that it had not taken when it was last looked at. */
  waitedBytes: number;
}

/** Keep-alives go out in so many rounds rather than all at once. */
const ROUNDS = 15;

/** The streams that are open, and what each of them costs at most. */
export function createStreams({ clock, limits }: { clock: Clock; limits: StreamLimits }): Streams {
  const slots = Array.from({ length: ROUNDS }, () => new Set<Entry>());
  const counts = new Map<string, number>();
  let total = 0;
  let round = 0;
  let opened = 0;
  let isDraining = false;
  let timer: NodeJS.Timeout | undefined;

  function count(name: string, by: 1 | -1): void {
    const left = (counts.get(name) ?? 0) + by;
    if (left === 0) counts.delete(name);
    else counts.set(name, left);
  }

  function isFull({ keyId, orgId }: Caller['principal']): boolean {
    return (
      total >= limits.total ||
      (counts.get(keyId) ?? 0) >= limits.perKey ||
      (counts.get(orgId) ?? 0) >= limits.perOrganisation
    );
  }

  function endInOrder({ stream, use }: Entry): void {
    if (!stream.isOpen()) return;
    use.farewell(stream);
    stream.end();
  }

  function keepUp(entry: Entry, nowMs: number): void {
    const { stream, use } = entry;
    if (nowMs - entry.usedMs >= limits.idleMs && !use.isBusy()) return endInOrder(entry);
    // Nothing was taken for a whole turn: nobody reads this.
    const waitingBytes = stream.waitingBytes();
    if (stream.isBlocked() && entry.waitedBytes > 0 && waitingBytes >= entry.waitedBytes)
      return stream.destroy();
    entry.waitedBytes = waitingBytes;
    if (!stream.isBlocked()) stream.keepAlive();
    if (nowMs - entry.checkedMs < limits.recheckMs) return;
    entry.checkedMs = nowMs;
    entry.check();
  }

  function turn(): void {
    round = (round + 1) % ROUNDS;
    const nowMs = clock.nowMs();
    for (const entry of slots[round] ?? []) keepUp(entry, nowMs);
  }

  function enter(entry: Entry, { keyId, orgId }: Caller['principal']): () => void {
    const slot = slots[(opened += 1) % ROUNDS];
    slot?.add(entry);
    for (const name of [keyId, orgId]) count(name, 1);
    total += 1;
    timer ??= setInterval(turn, limits.keepAliveMs / ROUNDS).unref();
    return () => {
      slot?.delete(entry);
      for (const name of [keyId, orgId]) count(name, -1);
      total -= 1;
      if (total > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }

  return {
    open({ exchange, call, caller, headers }, use) {
      if (isDraining) return fail(CLOSING);
      if (isFull(caller.principal)) return fail(TOO_MANY);
      const nowMs = clock.nowMs();
      const stream = openEventStream(exchange, headers);
      let { access } = caller.principal;
      const right = {
        hangsOn: caller.hangsOn,
        /** Other access is another list of tools. */
        async recheck(): Promise<Refusal | undefined> {
          const left = await caller.accessLeft();
          const refused = left !== undefined && use.outlivesLess ? undefined : await caller.recheck();
          if (refused !== undefined || left === undefined || left === access) return refused;
          access = left;
          use.toolsChanged(stream);
          return undefined;
        },
      };
      const entry: Entry = {
        stream,
        use,
        caller,
        check: () => call.recheck(),
        usedMs: nowMs,
        checkedMs: nowMs,
        waitedBytes: 0,
      };
      const leave = enter(entry, caller.principal);
      exchange.res.once('close', () => {
        leave();
        use.closed();
      });
      call.follow(right, exchange);
      return ok(
        Object.assign(stream, {
          used() {
            entry.usedMs = clock.nowMs();
          },
          rested() {
            if (isDraining && !use.isBusy()) endInOrder(entry);
          },
        }),
      );
    },
    toolsChanged(subject) {
      for (const slot of slots)
        for (const { caller, stream, use } of slot)
          if (subject === '*' || subject === caller.principal.orgId) use.toolsChanged(stream);
    },
    drain() {
      isDraining = true;
      for (const slot of slots) for (const entry of slot) if (!entry.use.isBusy()) endInOrder(entry);
    },
  };
}

const TOO_MANY = new AppError(
  'rate_limited',
  'Too many streams are open: close one, or try again later. Calls need none.',
  { retryAfterSeconds: 30 },
);
const CLOSING = new AppError('unavailable', 'This server is being restarted. Try again.', {
  retryAfterSeconds: 1,
});
