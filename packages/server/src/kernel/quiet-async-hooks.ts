import { AsyncLocalStorage } from 'node:async_hooks';

/** From here on Node keeps such contexts without looking at each promise. */
const NODE_WITHOUT_HOOKS = 24;

/**
 * Before Node 24 the first `run` of any AsyncLocalStorage makes the process look at each promise and each callback from
 * then on, for ever: pages and sessions use some for a moment, and every call would pay for it, a third of what it
 * costs. With this, those that were used go to rest when the last `run` of all of them is over. For a process that is
 * ours alone: it concerns all that runs in it.
 */
export function quietAsyncHooks(): void {
  if (Number(process.versions.node.split('.', 1)[0]) >= NODE_WITHOUT_HOOKS) return;
  const { prototype } = AsyncLocalStorage;
  const run = prototype.run;
  const used = new Set<AsyncLocalStorage<unknown>>();
  let underWay = 0;

  function over(): void {
    underWay -= 1;
    if (underWay > 0) return;
    for (const storage of used) storage.disable();
    used.clear();
  }

  prototype.run = function counted(
    this: AsyncLocalStorage<unknown>,
    store: unknown,
    work: (...args: unknown[]) => unknown,
    ...args: unknown[]
  ): unknown {
    underWay += 1;
    used.add(this);
    let result: unknown;
    try {
      result = run.call(this, store, () => work(...args));
    } catch (error) {
      over();
      throw error;
    }
    if (result instanceof Promise) result.then(over, over);
    else over();
    return result;
  } as typeof run;
}
