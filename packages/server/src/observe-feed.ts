import { monotonicClock } from './kernel/clock.ts';
import type { Counter, Histogram } from './telemetry/registry.ts';
import type { Store } from './store/store.ts';

const REMEMBERED_MAX = 1000;

/**
 * The store as the change feed reads it, with a watch on how long a change takes: from its commit on this node until
 * the feed brings it back, as it does to every other node.
 */
export function observeFeedStore(
  store: Store,
  { changes, changeSeconds }: { readonly changes: Counter; readonly changeSeconds: Histogram },
): Store {
  // Of each change the one of two moments that came first: told by the writer, or heard on the feed.
  const first = new Map<number, number>();

  function note(id: number): void {
    const nowMs = monotonicClock.nowMs();
    const before = first.get(id);
    if (before !== undefined) {
      first.delete(id);
      changeSeconds.observe((nowMs - before) / 1000);
      return;
    }
    first.set(id, nowMs);
    // Those of other nodes are heard and never told.
    if (first.size <= REMEMBERED_MAX) return;
    const [oldest] = first.keys();
    if (oldest !== undefined) first.delete(oldest);
  }

  store.onOwnChange(({ id }) => note(id));
  return {
    ...store,
    listenForChanges: (handlers) =>
      store.listenForChanges({
        ...handlers,
        onChange(change) {
          changes.value += 1;
          note(change.id);
          handlers.onChange(change);
        },
      }),
  };
}
