import type { Log } from '../kernel/log.ts';
import type { Change } from '../store/queries/changes.ts';
import type { ChangeKind } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { ACCESS_TOKEN_SECONDS, CLOCK_LEEWAY_SECONDS } from './lifetimes.ts';

/** A change older than this concerns nothing that a node may still hold. */
export const CHANGE_MEMORY_SECONDS = ACCESS_TOKEN_SECONDS + 2 * CLOCK_LEEWAY_SECONDS + 60;

export interface ChangeFeed {
  on(kind: ChangeKind, handler: (subject: string) => void): void;
  /** Resolves once this node has caught up with all that happened before. */
  start(): Promise<void>;
  /** False while this node cannot hear what others revoke: caches must not be trusted then. */
  isCurrent(): boolean;
  close(): Promise<void>;
}

/**
 * Tells this node's caches what is no longer what it was. Every (re)connection reads the whole window again rather
 * than continuing after the last id, because a transaction with a lower id may commit later.
 */
export function createChangeFeed({ store, log }: { store: Store; log: Log }): ChangeFeed {
  const handlers = new Map<ChangeKind, ((subject: string) => void)[]>();
  let current = false;
  let connection: { close(): Promise<void> } | undefined;

  function apply(change: Change): void {
    for (const handler of handlers.get(change.kind) ?? []) handler(change.subject);
  }

  store.onOwnChange(apply);

  return {
    on(kind, handler) {
      handlers.set(kind, [...(handlers.get(kind) ?? []), handler]);
    },
    async start() {
      connection = await store.listenForChanges({
        onChange: apply,
        async catchUp() {
          for (const change of await store.changes.listYoungerThan(CHANGE_MEMORY_SECONDS)) apply(change);
        },
        onCurrent(isCurrent) {
          current = isCurrent;
          if (isCurrent) return;
          log.warn(
            {},
            'the change feed is interrupted: credentials are checked in the database until it is back',
          );
        },
      });
    },
    isCurrent: () => current,
    async close() {
      current = false;
      await connection?.close();
    },
  };
}
