import type pg from 'pg';

/**
 * The connections of a pool. After a network was silent for a while they may be held by the other side no more, and
 * nobody would ever say so: what waits on one would wait until the system gives it up, which takes a quarter of an hour.
 */
export function openConnections(pool: pg.Pool): { endAll(): void } {
  const open = new Set<pg.PoolClient>();
  pool.on('connect', (client) => open.add(client));
  pool.on('remove', (client) => open.delete(client));
  return {
    /** What waits on them fails, and the next query gets a new one. */
    endAll() {
      for (const client of open) streamOf(client)?.destroy();
    },
  };
}

/** The socket: the library's types leave it out. */
function streamOf(client: pg.PoolClient): { destroy(): void } | undefined {
  return (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream;
}
