import type { Gateway } from './gateway/gateway.ts';
import type { ChangeFeed } from './grants/change-feed.ts';

/** The gateway hears what changed after those that forget what they knew, of which each call is then asked about again. */
export function followChanges(feed: ChangeFeed, gateway: Gateway): void {
  feed.on('connector', gateway.toolsChanged);
  for (const kind of [
    'grant',
    'grant_access',
    'key',
    'token',
    'member',
    'agent',
    'client',
    'organisation',
  ] as const)
    feed.on(kind, gateway.changed);
  feed.onMissed(() => {
    gateway.changed('*');
    gateway.toolsChanged('*');
  });
}
