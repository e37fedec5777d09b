import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Access } from '../../kernel/access.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Exchange } from '../exchange.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { Refusal } from '../refusal.ts';
import type { OpenCall } from '../under-way.ts';
import { isBlocked, isOpen, keepAlive, openEventStream, type EventStream } from './event-stream.ts';

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

/** What streams of one kind are for; `About` is what one of them is about. */
export interface StreamKind<About> {
  /** The answer to a call, which lasts as long as that: it takes no place from those that are open for long. */
  readonly isCall?: true;
  /** Nothing is done on it that takes the access it was opened with. One on which calls are answered breaks off. */
  readonly outlivesLess: boolean;
  /** The list of tools may be another one now. */
  toolsChanged(stream: Stream<About>): void;
  /** There is something yet to say on it: a restart waits for that. */
  isBusy(stream: Stream<About>): boolean;
  /** The last words, where the end is in order. */
  farewell(stream: Stream<About>): void;
  /** It is over, whatever the reason. */
  closed(stream: Stream<About>): void;
}

export interface Stream<About> extends EventStream {
  readonly kind: StreamKind<About>;
  readonly about: About;
  readonly caller: Caller;
  /** Asks whether the caller's right has ended. */
  readonly recheck: () => void;
  usedMs: number;
  checkedMs: number;
}

export interface Streams {
  /** Answers with a stream that lasts as long as the caller's right, or says why there is none. */
  open<About>(
    request: { exchange: Exchange; call: OpenCall; caller: Caller; headers: readonly string[] },
    kind: StreamKind<About>,
    about: About,
  ): Result<Stream<About>, AppError>;
  /** Something was asked on it. */
  used(stream: Stream<unknown>): void;
  /** For a stream that was busy and is no more. */
  rested(stream: Stream<unknown>): void;
  /** `subject` is an organisation, or `*` for all. */
  toolsChanged(subject: string): void;
  /** Opens no more, and ends those that are not busy; the others as soon as they are not. */
  drain(): void;
  isDraining(): boolean;
}

/** Keep-alives go out in so many rounds rather than all at once. */
const ROUNDS = 15;

/** The streams that are open, and what each of them costs at most. */
export function createStreams({ clock, limits }: { clock: Clock; limits: StreamLimits }): Streams {
  const slots = Array.from({ length: ROUNDS }, () => new Set<Stream<unknown>>());
  const counts = new Map<string, number>();
  let total = 0;
  let all = 0;
  let round = 0;
  let opened = 0;
  let isDraining = false;
  let timer: NodeJS.Timeout | undefined;

  function count(name: string, by: 1 | -1): void {
    const left = (counts.get(name) ?? 0) + by;
    if (left === 0) counts.delete(name);
    else counts.set(name, left);
  }

  function countIn({ caller, kind }: Stream<unknown>, by: 1 | -1): void {
    all += by;
    if (kind.isCall === true) return;
    total += by;
    count(caller.principal.keyId, by);
    count(caller.principal.orgId, by);
  }

  function isFull({ keyId, orgId }: Caller['principal']): boolean {
    return (
      total >= limits.total ||
      (counts.get(keyId) ?? 0) >= limits.perKey ||
      (counts.get(orgId) ?? 0) >= limits.perOrganisation
    );
  }

  function keepUp(stream: Stream<unknown>, nowMs: number): void {
    if (nowMs - stream.usedMs >= limits.idleMs && !stream.kind.isBusy(stream)) return endInOrder(stream);
    if (!isBlocked(stream)) keepAlive(stream);
    if (nowMs - stream.checkedMs < limits.recheckMs) return;
    stream.checkedMs = nowMs;
    stream.recheck();
  }

  function turn(): void {
    round = (round + 1) % ROUNDS;
    const nowMs = clock.nowMs();
    for (const stream of slots[round] ?? []) keepUp(stream, nowMs);
  }

  function enter(stream: Stream<unknown>): void {
    const slot = slots[(opened += 1) % ROUNDS];
    slot?.add(stream);
    countIn(stream, 1);
    timer ??= setInterval(turn, limits.keepAliveMs / ROUNDS).unref();
    // Not `once`, which wraps what it is given: this comes once, and there are many of these.
    stream.res.on('close', () => {
      slot?.delete(stream);
      countIn(stream, -1);
      stream.kind.closed(stream);
      if (all > 0) return;
      clearInterval(timer);
      timer = undefined;
    });
  }

  return {
    open(request, kind, about) {
      const { call, caller, exchange } = request;
      if (isDraining && kind.isCall !== true) return fail(CLOSING);
      if (kind.isCall !== true && isFull(caller.principal)) return fail(TOO_MANY);
      const nowMs = clock.nowMs();
      const { latest, res } = openEventStream(exchange, request.headers);
      const stream = {
        res,
        latest,
        kind,
        about,
        caller,
        recheck: call.recheck,
        usedMs: nowMs,
        checkedMs: nowMs,
      };
      enter(stream);
      call.follow(rightOf(stream), exchange);
      return ok(stream);
    },
    used(stream) {
      stream.usedMs = clock.nowMs();
    },
    rested(stream) {
      if (isDraining && !stream.kind.isBusy(stream)) endInOrder(stream);
    },
    toolsChanged(subject) {
      for (const slot of slots)
        for (const stream of slot)
          if (subject === '*' || subject === stream.caller.principal.orgId) stream.kind.toolsChanged(stream);
    },
    isDraining: () => isDraining,
    drain() {
      isDraining = true;
      for (const slot of slots)
        for (const stream of slot) if (!stream.kind.isBusy(stream)) endInOrder(stream);
    },
  };
}

function endInOrder(stream: Stream<unknown>): void {
  if (!isOpen(stream)) return;
  stream.kind.farewell(stream);
  stream.res.end();
}

/** How long a stream lasts: as long as its caller's right, and other access is another list of tools. */
function rightOf(stream: Stream<unknown>) {
  const { caller, kind } = stream;
  let access: Access = caller.principal.access;
  return {
    hangsOn: caller.hangsOn,
    async recheck(): Promise<Refusal | undefined> {
      const left = await caller.accessLeft();
      const refused = left !== undefined && kind.outlivesLess ? undefined : await caller.recheck();
      if (refused !== undefined || left === undefined || left === access) return refused;
      access = left;
      kind.toolsChanged(stream);
      return undefined;
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
