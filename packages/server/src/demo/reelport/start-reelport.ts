import { once } from 'node:events';
import { Server } from 'node:http';

import { createAdaptorServer } from '@hono/node-server';

import { systemClock } from '../../kernel/clock.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import { fail } from '../../kernel/result.ts';
import { createVerifyAssertion, type VerifyAssertion } from './assertion.ts';
import { connectReelport } from './database.ts';
import { applyReelportSchema } from './schema.ts';
import { createService } from './service.ts';

const REQUESTS_PER_MINUTE = 3_000;
const DRAIN_MS = 2_000;

export interface ReelportOptions {
  /** A PostgreSQL URL. Reelport keeps to its own schema, `reelport`. */
  databaseUrl: string;
  /** Latchkey's base URL: the `iss` of every assertion. */
  issuer: string;
  /** Reelport's base URL as the connector is configured: the `aud` of every assertion. Absent: where it listens. */
  audience?: string;
  /** Where Latchkey publishes its keys (RFC 7517). Read when the first assertion arrives. */
  jwksUrl: string;
  /** 0 or absent: any free port. */
  port?: number;
  log: Log;
  clock?: Clock;
  /** Per organisation. */
  requestsPerMinute?: number;
}

/** Starts the demo API on 127.0.0.1. It knows Latchkey only as an issuer of assertions. */
export async function startReelport(
  options: ReelportOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const { log, clock = systemClock } = options;
  const database = connectReelport(options.databaseUrl, log);
  let url = '';
  let verify: VerifyAssertion = async () => fail({ reason: 'refused', evidence: 'not listening yet' });
  const service = createService({
    database,
    verify: (token) => verify(token),
    clock,
    log,
    requestsPerMinute: options.requestsPerMinute ?? REQUESTS_PER_MINUTE,
    ownUrl: () => url,
  });
  const server = createAdaptorServer({ fetch: service.fetch, overrideGlobalObjects: false });
  if (!(server instanceof Server)) throw new TypeError('a plain HTTP server was asked for');
  try {
    await applyReelportSchema(database);
    server.listen(options.port ?? 0, '127.0.0.1');
    await once(server, 'listening');
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
  url = urlOf(server);
  verify = createVerifyAssertion({ ...options, audience: options.audience ?? url, clock });
  return {
    url,
    async close() {
      await stop(server);
      await database.close();
    },
  };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server listens on a port');
  return `http://127.0.0.1:${address.port}`;
}

/** Lets the answers under way finish, within limits. */
async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(deadline);
}
