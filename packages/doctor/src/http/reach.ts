import { hostOf, isPublicAddress } from './addresses.ts';
import { isLoopbackHost } from './url.ts';

/** Whom the doctor asks besides public addresses. */
export interface Reach {
  /** Whether hosts that a server names may have private addresses. */
  readonly allowPrivate: boolean;
  /** The host that was typed: always asked, and always at the addresses that it had at the start. */
  readonly own?: { readonly host: string; readonly addresses: readonly string[] };
}

/**
 * What was typed may be anywhere. What it names may be in a private network only if all of what was typed is: a host
 * with a public and a private address is still a stranger's.
 */
export function reachOf(url: URL, addresses: readonly string[]): Reach {
  const inside = addresses.length > 0 && addresses.every((address) => !isPublicAddress(address));
  return {
    allowPrivate: inside || isLoopbackHost(url.hostname),
    own: { host: hostOf(url), addresses },
  };
}
