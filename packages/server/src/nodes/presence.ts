import { randomOctets } from '../kernel/random.ts';
import type { Log } from '../kernel/log.ts';
import type { NodeFacts, NodeRow } from '../store/queries/nodes.ts';
import type { Store } from '../store/store.ts';

const BEAT_MS = 20_000;
/** Whoever was not seen for so long does not serve any more. */
const ALIVE_SECONDS = 65;
/** So long it is still told of. */
const REMEMBERED_SECONDS = 24 * 60 * 60;

export interface SeenNode extends NodeRow {
  readonly isThis: boolean;
  readonly isAlive: boolean;
}

/** Lets the other nodes, and operators, see that this process is here. */
export function createPresence({
  about,
  hearsChanges,
  log,
  store,
}: {
  store: Pick<Store, 'nodes'>;
  about: Omit<NodeFacts, 'id' | 'hearsChanges'>;
  hearsChanges: () => boolean;
  log: Log;
}) {
  const id = randomOctets(9).toString('base64url');
  let timer: NodeJS.Timeout | undefined;
  let beating: Promise<void> = Promise.resolve();
  let alive = 1;

  async function beat(): Promise<void> {
    try {
      await store.nodes.beat({ ...about, id, hearsChanges: hearsChanges() });
      await store.nodes.deleteUnseenFor(REMEMBERED_SECONDS);
      const seen = await store.nodes.listSeen(ALIVE_SECONDS);
      alive = Math.max(1, seen.filter(({ half }) => half === null || half === about.half).length);
    } catch (error) {
      log.warn(
        { error: error instanceof Error ? error.message : String(error) },
        'this node could not say that it is here',
      );
    }
  }
  /** One after the other: the last must not come after the row was taken away. */
  function beatInTurn(): Promise<void> {
    beating = beating.then(beat);
    return beating;
  }

  return {
    async start(): Promise<void> {
      await beatInTurn();
      timer = setInterval(() => void beatInTurn(), BEAT_MS);
      timer.unref();
    },

    /** How many do the same work as this one, itself among them, as it last heard. */
    alive: () => alive,

    /** The same, asked now; as it last heard, where nobody answers. */
    async countAlive(): Promise<number> {
      await beatInTurn();
      return alive;
    },

    /** Those of the last day, this one among them, as it is now. */
    async list(): Promise<SeenNode[]> {
      await beatInTurn();
      const seen = await store.nodes.listSeen(REMEMBERED_SECONDS);
      return seen.map(({ seenSecondsAgo, ...node }) => ({
        ...node,
        isThis: node.id === id,
        isAlive: seenSecondsAgo < ALIVE_SECONDS,
      }));
    },

    async close(): Promise<void> {
      clearInterval(timer);
      await beating;
      await store.nodes.leave(id).catch(() => undefined);
    },
  };
}

export type Presence = ReturnType<typeof createPresence>;
