import type { AppOptions } from './app-options.ts';
import { USUAL_CALLS } from './config-calls.ts';
import { monotonicClock } from './kernel/clock.ts';
import {
  AUTHORIZATIONS_PER_ADDRESS,
  CONNECTS_PER_PERSON,
  REGISTRATIONS_PER_ADDRESS,
  REGISTRATIONS_PER_SHARED_EGRESS,
  SIGN_INS_PER_ACCOUNT,
  SIGN_INS_PER_ADDRESS,
  UNCONFIRMED_CLIENTS_MAX,
} from './limit-policies.ts';
import { deriveKey } from './kernel/seal.ts';
import type { AskedLimit } from './limits/headers.ts';
import { createLimiter, type LimitPolicy, type LocalLimiter } from './limits/limiter.ts';
import { createRedisBuckets } from './limits/redis-buckets.ts';
import { createSharedLimiter, type SharedLimiter } from './limits/shared-limiter.ts';
import type { Telemetry } from './wire-telemetry.ts';

/** The part of the wiring that is about how much of anything there may be, and of whom it is counted. */
export function wireLimits({
  calls = USUAL_CALLS,
  limits = {
    perKey: inAMinute(calls.perMinutePerKey),
    perOrganisation: inAMinute(calls.perMinutePerOrganisation),
  },
  telemetry,
  unconfirmedClientsMax: unconfirmedMax = UNCONFIRMED_CLIENTS_MAX,
  ...sharing
}: Pick<AppOptions, 'calls' | 'limits' | 'unconfirmedClientsMax'> &
  Omit<Sharing, 'nodes'> & { telemetry: Pick<Telemetry, 'observeLimiter'> }) {
  const local = createLimiter({ clock: monotonicClock });
  let countNodes = (): number => 1;
  const shared = openShared(local, { ...sharing, nodes: () => countNodes() });
  const limiter = telemetry.observeLimiter(shared ?? local, shared);
  async function ask(name: string, bucket: string, policy: LimitPolicy): Promise<AskedLimit> {
    return { name, policy, decision: await limiter.take(bucket, policy) };
  }

  return {
    limiter,
    limits,
    /** `nodes`: how many share the limits, as far as this one knows. */
    async start(nodes: () => number): Promise<void> {
      countNodes = nodes;
      await shared?.start();
    },
    close: async () => shared?.close(),
    /** Whether limits hold for all nodes together now; undefined: there is nothing to share them by. */
    limitsAreShared: () => shared?.isShared(),

    /** Of signing in, by address or by account. */
    limit: (bucket: string) =>
      bucket.startsWith('sign-in:account:')
        ? ask('account', bucket, SIGN_INS_PER_ACCOUNT)
        : ask('address', bucket, SIGN_INS_PER_ADDRESS),
    limitAttempts: (userId: string) => ask('account', `confirm:${userId}`, SIGN_INS_PER_ACCOUNT),
    limitConnects: (userId: string) => ask('account', `connect:${userId}`, CONNECTS_PER_PERSON),
    limitAuthorizations: (address: string) =>
      ask('address', `authorize:${address}`, AUTHORIZATIONS_PER_ADDRESS),
    async limitRegistrations(address: string, egress: string | undefined) {
      return egress === undefined
        ? { asked: await ask('address', `register:${address}`, REGISTRATIONS_PER_ADDRESS), unconfirmedMax }
        : {
            asked: await ask('network', `register:shared:${egress}`, REGISTRATIONS_PER_SHARED_EGRESS),
            unconfirmedMax: 2 * unconfirmedMax,
          };
    },
  };
}

function inAMinute(limit: number): LimitPolicy {
  return { limit, windowSeconds: 60 };
}

type Sharing = Pick<AppOptions, 'log' | 'masterSecret' | 'redisUrl' | 'sharedLimitDeadlineMs' | 'worker'> & {
  nodes: () => number;
};

/** Buckets that others take from, too: in Redis, else in the process that this worker is one of. */
function openShared(
  local: LocalLimiter,
  { log, masterSecret, nodes, redisUrl, sharedLimitDeadlineMs: deadlineMs, worker }: Sharing,
): SharedLimiter | undefined {
  if (redisUrl !== undefined) {
    const remote = createRedisBuckets({ url: redisUrl, key: deriveKey(masterSecret, 'shared limits') });
    return createSharedLimiter({ remote, local, nodes, log, deadlineMs });
  }
  if (worker === undefined) return undefined;
  return createSharedLimiter({ remote: worker.buckets, local, nodes: () => worker.count, log, deadlineMs });
}
