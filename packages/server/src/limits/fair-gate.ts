import type { Cancellation } from '../kernel/cancellation.ts';

export interface FairGateLimits {
  /** Calls under way at once; whoever comes then waits. */
  readonly underWayMax: number;
  readonly waitingMax: number;
  readonly waitMs: number;
}

/** What becomes of who has to wait. `full`: too many wait; `late`: its turn did not come in time; `gone`: it gave up. */
export type Turn = 'in' | 'full' | 'late' | 'gone';

export interface FairGate {
  /** Undefined: it is in, at once. Whoever is in says `leave` when it is over. */
  enter(party: string, signal?: Cancellation): undefined | Promise<Turn>;
  leave(): void;
  figures(): { readonly underWay: number; readonly waiting: number };
}

interface Waiter {
  readonly tell: (turn: Turn) => void;
}

/**
 * A bound on what is under way, with a queue for each party behind it. Places that become free go to the parties in
 * turn, whatever the length of their queues, so one that asks for very much delays the others by a place at most. Where
 * too many wait, the last of the longest queue gives way. Below the bound nothing is queued and nothing is allocated.
 */
export function createFairGate({ underWayMax, waitingMax, waitMs }: FairGateLimits): FairGate {
  /** In the order of their turns: a party that was served goes to the end. */
  const queues = new Map<string, Waiter[]>();
  let underWay = 0;
  let waiting = 0;

  function enqueue(party: string, signal: Cancellation | undefined): Promise<Turn> {
    return new Promise((resolve) => {
      const tell = (turn: Turn): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        resolve(turn);
      };
      const waiter: Waiter = { tell };
      const quit = (why: Turn): void => {
        if (remove(party, waiter)) tell(why);
      };
      const giveUp = (): void => quit('gone');
      const timer = setTimeout(() => quit('late'), waitMs).unref();
      signal?.addEventListener('abort', giveUp, { once: true });
      const queue = queues.get(party);
      if (queue === undefined) queues.set(party, [waiter]);
      else queue.push(waiter);
      waiting += 1;
    });
  }

  function remove(party: string, waiter: Waiter): boolean {
    const queue = queues.get(party);
    const place = queue?.indexOf(waiter) ?? -1;
    if (queue === undefined || place < 0) return false;
    queue.splice(place, 1);
    if (queue.length === 0) queues.delete(party);
    waiting -= 1;
    return true;
  }

  /** False: the newcomer's own queue is the longest. */
  function makeRoom(newcomer: string): boolean {
    let longest: [string, Waiter[]] | undefined;
    for (const entry of queues) if (entry[1].length > (longest?.[1].length ?? 0)) longest = entry;
    if (longest === undefined || longest[1].length <= (queues.get(newcomer)?.length ?? 0)) return false;
    const [party, queue] = longest;
    const last = queue.at(-1);
    if (last === undefined || !remove(party, last)) return false;
    last.tell('full');
    return true;
  }

  return {
    enter(party, signal) {
      if (underWay < underWayMax) {
        underWay += 1;
        return undefined;
      }
      if (signal?.aborted === true) return Promise.resolve('gone');
      if (waiting >= waitingMax && !makeRoom(party)) return Promise.resolve('full');
      return enqueue(party, signal);
    },
    leave() {
      const [next] = queues;
      if (next === undefined) {
        underWay -= 1;
        return;
      }
      const [party, queue] = next;
      const waiter = queue.shift();
      waiting -= 1;
      queues.delete(party);
      if (queue.length > 0) queues.set(party, queue);
      // The place is handed on: it was never free.
      waiter?.tell('in');
    },
    figures: () => ({ underWay, waiting }),
  };
}
