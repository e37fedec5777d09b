import { monotonicClock, systemClock, type Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { Change } from '../store/queries/changes.ts';
import type { ChangeKind } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { ACCESS_TOKEN_SECONDS, CLOCK_LEEWAY_SECONDS } from './lifetimes.ts';

/** A change older than this concerns nothing that a node may still hold. */
export const CHANGE_MEMORY_SECONDS = ACCESS_TOKEN_SECONDS + 2 * CLOCK_LEEWAY_SECONDS + 60;

/** Who was away for longer may have missed what is not told again: half, because clocks differ. */
const AWAY_MS_MAX = (CHANGE_MEMORY_SECONDS * 1000) / 2;

/** Whoever has heard nothing for longer does not know what was revoked. The store's listener asks four times as often. */
const UNHEARD_MS_MAX = 10_000;

export interface ChangeFeed {
  on(kind: ChangeKind, handler: (subject: string) => void): void;
  /** Calls back when this node was away for so long that changes may never be told to it: nothing remembered is good. */
  onMissed(handler: () => void): void;
  /** Resolves once this node has caught up with all that happened before. */
  start(): Promise<void>;
  /** False while this node cannot hear what others revoke: caches must not be trusted then. */
  isCurrent(): boolean;
  /** How long ago something was heard, if only that the feed is there. */
  ageMs(): number;
  close(): Promise<void>;
}

/**
 * Tells this node's caches what is no longer what it was. Every (re)connection reads the whole window again rather
 * than continuing after the last id, because a transaction with a lower id may commit later.
 */
export function createChangeFeed({
  clock = monotonicClock,
  log,
  store,
  wall = systemClock,
}: {
  store: Pick<Store, 'changes' | 'listenForChanges' | 'onOwnChange'>;
  log: Log;
  /** For tests: one that is never set back. */
  clock?: Clock;
  /** For tests. It goes on where the whole machine is held up. */
  wall?: Clock;
}): ChangeFeed {
  const handlers = new Map<ChangeKind, ((subject: string) => void)[]>();
  const missed: (() => void)[] = [];
  let current = false;
  let heardMs = clock.nowMs();
  /** When this node last knew of all that had happened. */
  let complete = { steadyMs: heardMs, wallMs: wall.nowMs() };
  let connection: { close(): Promise<void> } | undefined;

  function apply(change: Change): void {
    for (const handler of handlers.get(change.kind) ?? []) handler(change.subject);
  }

  function hear(): void {
    heardMs = clock.nowMs();
    // While it catches up it hears, and does not know all yet.
    if (current) complete = { steadyMs: heardMs, wallMs: wall.nowMs() };
  }

  function wasAwayTooLong(): boolean {
    const awayMs = Math.max(clock.nowMs() - complete.steadyMs, wall.nowMs() - complete.wallMs);
    return awayMs >= AWAY_MS_MAX;
  }

  store.onOwnChange(apply);

  return {
    on(kind, handler) {
      handlers.set(kind, [...(handlers.get(kind) ?? []), handler]);
    },
    onMissed(handler) {
      missed.push(handler);
    },
    async start() {
      connection = await store.listenForChanges({
        onChange: apply,
        onHeard: hear,
        async catchUp() {
          // Changes are heard again already: what is read from now on is kept true.
          if (wasAwayTooLong()) for (const handler of missed) handler();
          for (const change of await store.changes.listYoungerThan(CHANGE_MEMORY_SECONDS)) apply(change);
        },
        onCurrent(isCurrent) {
          current = isCurrent;
          if (isCurrent) return hear();
          log.warn(
            {},
            'the change feed is interrupted: credentials are checked in the database until it is back',
          );
        },
      });
    },
    // A process that was held up for so long, with all that it listens by, has heard nothing either.
    isCurrent: () => current && clock.nowMs() - heardMs < UNHEARD_MS_MAX,
    ageMs: () => clock.nowMs() - heardMs,
    async close() {
      current = false;
      await connection?.close();
    },
  };
}
