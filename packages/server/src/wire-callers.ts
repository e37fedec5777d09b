import type { AppOptions } from './app-options.ts';
import { createCallers } from './kernel/callers.ts';

/** Who is asking, by the address that only listed proxies can vouch for. */
export function wireCallers({
  log,
  sharedEgress = [],
  trustedProxies = [],
}: Pick<AppOptions, 'log' | 'sharedEgress' | 'trustedProxies'>) {
  return createCallers({
    trustedProxies,
    sharedEgress,
    onUnlistedProxy: (proxy) =>
      log.warn(
        { proxy },
        'X-Forwarded-For comes from a proxy that TRUSTED_PROXIES does not list: all who come through it share its limits',
      ),
  });
}
