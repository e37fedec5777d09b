import type { Caller } from '../pipeline/authenticate.ts';

interface Entry {
  readonly caller: Caller;
  cut(this: void, reason: 'no_longer' | 'closing'): void;
}

/** The calls of the playground that are not over yet: each is cut when the right that it hangs on has ended. */
export function createPlayedUnderWay() {
  const open = new Set<Entry>();

  /** What cannot be found out is refused. */
  function check({ caller, cut }: Entry): void {
    const refused = (): void => cut('no_longer');
    // Whoever hears the same change forgets what it knew first.
    void Promise.resolve()
      .then(() => caller.recheck())
      .then((refusal) => (refusal === undefined ? undefined : refused()), refused);
  }

  return {
    countOf: (keyId: string): number =>
      [...open].filter(({ caller }) => caller.principal.keyId === keyId).length,

    /** For as long as `run` takes. `why` says what cut it, if something did. */
    async follow<T>(
      caller: Caller,
      cancelled: AbortSignal,
      run: (signal: AbortSignal, why: () => 'no_longer' | 'closing' | undefined) => Promise<T>,
    ): Promise<T> {
      const controller = new AbortController();
      let reason: 'no_longer' | 'closing' | undefined;
      const entry: Entry = {
        caller,
        cut(why) {
          reason ??= why;
          controller.abort();
        },
      };
      open.add(entry);
      // What changed since the caller was identified was missed.
      check(entry);
      try {
        return await run(AbortSignal.any([cancelled, controller.signal]), () => reason);
      } finally {
        open.delete(entry);
      }
    },

    /** In the words of the change feed: see `Gateway.changed`. */
    changed(subject: string): void {
      for (const entry of open) if (entry.caller.hangsOn.includes(subject)) check(entry);
    },

    close(): void {
      for (const { cut } of open) cut('closing');
    },
  };
}
