/** An event as it is sent: `id` is `<track>-<number>`. */
export interface LoggedEvent {
  readonly id: string;
  readonly data: string;
}

/** What a session said lately, so that who lost a connection hears the rest of it. Bounded: the oldest goes first. */
export interface EventLog {
  add(track: number, data: string): LoggedEvent;
  /** The id of who has heard all that there is of a track. */
  endOf(track: number): string;
  /** What came later on the track of this event; undefined: not all of that is known any more, or it never was. */
  after(id: string): { readonly track: number; readonly events: readonly LoggedEvent[] } | undefined;
  clear(): void;
}

/** Memory that the logs of all sessions share. */
export interface LogBudget {
  bytes: number;
  readonly bytesMax: number;
}

interface Entry extends LoggedEvent {
  readonly track: number;
  readonly number: number;
}

const EVENTS_MAX = 256;
const TRACKS_MAX = 256;

export function createEventLog(budget: LogBudget, bytesMax: number): EventLog {
  let entries: Entry[] = [];
  let bytes = 0;
  /** Counts the events of all tracks. */
  let latest = 0;
  /** Of each track the last event that is not known any more. */
  const forgotten = new Map<number, number>();
  /** The same of the tracks that are not in there any more. */
  let forgottenAtLeast = 0;

  function isTooMuch(): boolean {
    return entries.length > EVENTS_MAX || bytes > bytesMax || budget.bytes > budget.bytesMax;
  }

  function forgetOldest(): void {
    const entry = entries.shift();
    if (entry === undefined) return;
    bytes -= entry.data.length;
    budget.bytes -= entry.data.length;
    forgotten.delete(entry.track);
    forgotten.set(entry.track, entry.number);
    const [oldest] = forgotten.entries();
    if (forgotten.size <= TRACKS_MAX || oldest === undefined) return;
    forgotten.delete(oldest[0]);
    forgottenAtLeast = oldest[1];
  }

  return {
    add(track, data) {
      latest += 1;
      const entry = { id: `${track}-${latest}`, data, track, number: latest };
      entries.push(entry);
      bytes += data.length;
      budget.bytes += data.length;
      // The latest stays however large it is: it may be all that somebody waits for.
      while (entries.length > 1 && isTooMuch()) forgetOldest();
      return entry;
    },
    endOf: (track) => `${track}-${latest}`,
    after(id) {
      const [, trackText, numberText] = /^(\d{1,12})-(\d{1,12})$/.exec(id) ?? [];
      if (trackText === undefined || numberText === undefined) return undefined;
      const track = Number(trackText);
      const number = Number(numberText);
      if (number > latest || number < (forgotten.get(track) ?? forgottenAtLeast)) return undefined;
      return { track, events: entries.filter((entry) => entry.track === track && entry.number > number) };
    },
    clear() {
      budget.bytes -= bytes;
      bytes = 0;
      entries = [];
    },
  };
}
