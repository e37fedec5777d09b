import { plainAddress } from './address.ts';
import type { Networks } from './networks.ts';

/**
 * Whose request it is, behind proxies. `forwardedFor` is `X-Forwarded-For`, to which each proxy adds at the right whom
 * it heard from; anybody can send one along, so it is read from the right and only as far as listed proxies vouch.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  proxies: Networks,
): string | undefined {
  let address = plainAddress(peer ?? '');
  if (address === undefined || forwardedFor === undefined) return address;
  const hops = forwardedFor.split(',');
  while (proxies.find(address) !== undefined) {
    const before = plainAddress(withoutPort(hops.pop() ?? ''));
    // A proxy that cannot say whom it heard from answers for it itself.
    if (before === undefined) break;
    address = before;
  }
  return address;
}

/** Some proxies write `203.0.113.7:4711` and `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  const text = hop.trim();
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(text) ?? [];
  return bracketed ?? dotted ?? text;
}
