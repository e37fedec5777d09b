import type { Clock } from '../kernel/clock.ts';
import type { OrganisationId, UserId } from '../kernel/ids.ts';
import type { FailingConnector } from '../store/queries/overview.ts';
import type { Queries } from '../store/store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
export const UNUSED_DAYS = 90;
export const EXPIRING_DAYS = 3;

export interface Overview {
  /** Somebody is connected at this moment. */
  readonly connected: boolean;
  /** Something was called in the last thirteen months. */
  readonly called: boolean;
  readonly unusedKeys: number;
  readonly expiringConnections: number;
  readonly failingConnectors: readonly FailingConnector[];
  /** At which nothing arrives; `isOff`: and nothing is sent any more because of it. */
  readonly troubledWebhooks: readonly {
    readonly host: string;
    readonly description: string;
    readonly isOff: boolean;
  }[];
}

/** How an organisation is doing, and what needs somebody's care. */
export function createOverview({
  store,
  clock,
}: {
  store: Pick<Queries, 'overview' | 'webhooks'>;
  clock: Clock;
}) {
  return async function overview(
    orgId: OrganisationId,
    {
      ownedBy,
      withUsage,
      withWebhooks,
    }: { ownedBy: UserId | undefined; withUsage: boolean; withWebhooks: boolean },
  ): Promise<Overview> {
    const nowMs = clock.nowMs();
    const { expiring, ...counted } = await store.overview.of(orgId, ownedBy, {
      now: new Date(nowMs),
      unusedSince: new Date(nowMs - UNUSED_DAYS * DAY_MS),
      expiringBefore: new Date(nowMs + EXPIRING_DAYS * DAY_MS),
    });
    const troubled = withWebhooks ? await store.webhooks.inTrouble(orgId) : [];
    const since = new Date(nowMs - 24 * HOUR_MS);
    return {
      ...counted,
      expiringConnections: expiring,
      failingConnectors: withUsage ? await store.overview.failing(orgId, ownedBy, since) : [],
      troubledWebhooks: troubled.map(({ description, disabledAt, url }) => ({
        host: new URL(url).host,
        description,
        isOff: disabledAt !== null,
      })),
    };
  };
}

export type ReadOverview = ReturnType<typeof createOverview>;
