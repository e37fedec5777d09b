/** What is closed at the same time, by the words for whoever waits for it in vain. */
type Stage = Readonly<Record<string, () => unknown>>;

/** Closes one stage after the other, and knows what it waits for. */
export function createClosing(stages: readonly Stage[]) {
  const open = new Set<string>();
  return {
    /** Undefined: nothing is being closed. */
    waitsFor: () => (open.size === 0 ? undefined : [...open].join(', ')),
    async close(): Promise<void> {
      for (const stage of stages) {
        for (const what of Object.keys(stage)) open.add(what);
        const closed = Object.entries(stage).map(async ([what, close]) => {
          await close();
          open.delete(what);
        });
        await Promise.all(closed);
      }
    },
  };
}
