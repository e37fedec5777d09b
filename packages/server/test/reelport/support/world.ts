import { randomBytes } from 'node:crypto';
import { silentLog } from '../../../src/kernel/log.ts';
import { startReelport } from '../../../src/demo/reelport/start-reelport.ts';
import { createTestDatabase } from '../../support/database.ts';
import { call, type Answer, type CallInput } from './call.ts';
import {
  AUDIENCE,
  goodClaims,
  ISSUER,
  NOW_SECONDS,
  startIssuer,
  type Claims,
  type Issuer,
} from './issuer.ts';

/** Someone who calls: an organisation's member, with an assertion that is good now. */
export type Caller = (operationId: string, input?: CallInput) => Promise<Answer>;

export interface Organisation {
  id: string;
  full: Caller;
  read: Caller;
}

export interface World {
  url: string;
  databaseUrl: string;
  issuer: Issuer;
  /** Moves the clock of Reelport, not that of anyone else. */
  advanceSeconds(seconds: number): void;
  organisation(): Organisation;
  anonymous: Caller;
  close(): Promise<void>;
}

export interface WorldOptions {
  requestsPerMinute?: number;
  jwksUrl?: string;
  /** Another way to the same database. */
  reach?: (databaseUrl: string) => string;
}

/** Reelport on a database of its own, with an issuer that it trusts. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const [database, issuer] = await Promise.all([createTestDatabase(), startIssuer()]);
  let nowSeconds = NOW_SECONDS;
  const reelport = await startReelport({
    databaseUrl: options.reach?.(database.url) ?? database.url,
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUrl: options.jwksUrl ?? issuer.jwksUrl,
    log: silentLog,
    clock: { nowMs: () => nowSeconds * 1_000 },
    ...(options.requestsPerMinute === undefined ? {} : { requestsPerMinute: options.requestsPerMinute }),
  });
  const caller =
    (claims: Claims): Caller =>
    async (operationId, input) => {
      const times = { iat: nowSeconds, exp: nowSeconds + 60 };
      return call(reelport.url, await issuer.sign(goodClaims({ ...claims, ...times })), operationId, input);
    };
  return {
    url: reelport.url,
    databaseUrl: database.url,
    issuer,
    advanceSeconds(seconds) {
      nowSeconds += seconds;
    },
    organisation() {
      const org = `o-${randomBytes(6).toString('hex')}`;
      const id = `org_${org}`;
      return {
        id,
        full: caller({ org, org_id: id, access: 'full' }),
        read: caller({ org, org_id: id, access: 'read', role: 'viewer' }),
      };
    },
    anonymous: (operationId, input) => call(reelport.url, undefined, operationId, input),
    async close() {
      await reelport.close();
      await issuer.close();
      await database.drop();
    },
  };
}
