const ITEMS_PER_GROUP_MAX = 128;

interface Waiting<Item, Outcome> {
  readonly item: Item;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Lets callers that come at about the same time share one statement. One group is under way at a time; who comes
 * meanwhile goes along with the next. `run` gives an outcome for each item, in their order. Where it fails, each item
 * is run by itself, so that none fails for what is wrong with another: it must be possible to run an item again.
 */
export function createGrouped<Item, Outcome>(
  run: (items: readonly Item[]) => Promise<readonly Outcome[]>,
): (item: Item) => Promise<Outcome> {
  let waiting: Waiting<Item, Outcome>[] = [];
  let running = false;

  async function runGroup(group: readonly Waiting<Item, Outcome>[]): Promise<void> {
    try {
      const outcomes = await run(group.map(({ item }) => item));
      if (outcomes.length !== group.length) throw new Error('a group got too few or too many outcomes');
      group.forEach(({ resolve }, index) => resolve(outcomes[index] as Outcome));
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else await Promise.all(group.map((each) => runGroup([each])));
    }
  }

  async function runAll(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting.slice(0, ITEMS_PER_GROUP_MAX);
      waiting = waiting.slice(ITEMS_PER_GROUP_MAX);
      await runGroup(group);
    }
    running = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (running) return;
      running = true;
      // All requests that were read from their sockets in this turn of the event loop go along.
      setImmediate(() => void runAll());
    });
}
