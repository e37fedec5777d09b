import type { LookupFunction } from 'node:net';
import { buildConnector, Pool } from 'undici';
import { safeToEnd } from './safe-end.ts';
import { createConnections, type Connections } from './wire/connections.ts';
import { INTO_ONE_BUFFER, type Reading } from './wire/one-buffer.ts';

export interface PoolsOptions {
  /** Connections to one origin. Default 128. */
  readonly connectionsMax?: number;
  /** Origins that keep their connections; beyond it the one used longest ago is closed. Default 256. */
  readonly originsMax?: number;
  /** Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** How a host becomes an address: where an address guard stands, so that what was checked is what is connected to. */
  readonly lookup?: LookupFunction;
  /** Makes the connections itself, instead of all that is said above about them. */
  readonly connector?: MakeConnector;
}

/** Makes what makes connections, which read so. */
export type MakeConnector = (reading: Reading) => buildConnector.connector;

export interface Target extends Origin {
  readonly origin: string;
  readonly host: string;
  /** The path of the base URL without a slash at its end. */
  readonly prefix: string;
}

interface Origin {
  readonly pool: Pool;
  /** For what is for every day: see `requestHead`. */
  readonly connections: Connections;
}

interface Base {
  readonly origin: string;
  readonly host: string;
  readonly prefix: string;
}

export interface Pools {
  /** Undefined if this is no URL that a request may go to: http or https, without a user, a query or a fragment. */
  target(baseUrl: string): Target | undefined;
  close(): Promise<void>;
}

export function createPools(options: PoolsOptions): Pools {
  const pools = new Map<string, Origin>();
  const bases = new Map<string, Base>();
  const originsMax = options.originsMax ?? 256;
  const connectionsMax = options.connectionsMax ?? 128;
  const connector: MakeConnector =
    options.connector ??
    ((reading) =>
      buildConnector({
        timeout: options.connectTimeoutMs ?? 10_000,
        ...(options.lookup ? { lookup: options.lookup } : {}),
        ...reading,
      }));
  const connectPool = safeToEnd(connector({}));
  const connectOwn = connector(INTO_ONE_BUFFER);

  const poolOf = (origin: string): Origin => {
    const known = pools.get(origin);
    if (known) {
      // The order of a Map is the order of use.
      if (pools.size > 1) {
        pools.delete(origin);
        pools.set(origin, known);
      }
      return known;
    }
    const pool = new Pool(origin, {
      connections: connectionsMax,
      pipelining: 1,
      // One total timeout is kept by the sender.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: connectPool,
    });
    const connections = createConnections({ connect: connectOwn, connectionsMax, origin: new URL(origin) });
    const made: Origin = { pool, connections };
    pools.set(origin, made);
    for (const [oldest, one] of pools) {
      if (pools.size <= originsMax) break;
      pools.delete(oldest);
      // Requests in flight are finished first; nobody waits for it.
      void one.pool.close().catch(() => undefined);
      one.connections.retire();
    }
    return made;
  };

  return {
    target(baseUrl) {
      let base = bases.get(baseUrl);
      if (!base) {
        base = parsed(baseUrl);
        if (!base) return undefined;
        if (bases.size >= originsMax * 4) bases.clear();
        bases.set(baseUrl, base);
      }
      const { connections, pool } = poolOf(base.origin);
      return { pool, connections, origin: base.origin, host: base.host, prefix: base.prefix };
    },
    async close() {
      const open = [...pools.values()];
      pools.clear();
      for (const { connections } of open) connections.close();
      await Promise.all(open.map(({ pool }) => pool.destroy()));
    },
  };
}

function parsed(baseUrl: string): Base | undefined {
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch {
    return undefined;
  }
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!plain || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  return { origin: url.origin, host: url.host, prefix: url.pathname.replace(/\/+$/, '') };
}
