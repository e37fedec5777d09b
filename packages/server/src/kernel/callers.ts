import { addressBucket, plainAddress } from './address.ts';
import { clientAddress } from './client-address.ts';
import { isGloballyRoutable } from './global-address.ts';
import { createNetworks } from './networks.ts';

/** Whose request it is: for limits, and for organisations that answer from some addresses alone (decision 37). */
export interface Caller {
  /** The name of the address's bucket. */
  readonly address: string;
  /** The listed network of a hosted client that it lies in: the address says little there. */
  readonly sharedEgress: string | undefined;
  /** The address itself, in its plain spelling. */
  readonly from: string | undefined;
}

export type CallerOf = (peer: string | undefined, forwardedFor: string | undefined) => Caller;

/**
 * Both lists: addresses and networks without fault (see `faultOfNetwork`). `onUnlistedProxy` hears once of a machine of
 * our own network that names other callers without being listed: they all count as that machine.
 */
export function createCallers(listed: {
  trustedProxies: readonly string[];
  sharedEgress: readonly string[];
  onUnlistedProxy?: (address: string) => void;
}): CallerOf {
  const proxies = createNetworks(listed.trustedProxies);
  const shared = createNetworks(listed.sharedEgress);
  let isTold = false;

  function tell(peer: string | undefined): void {
    const proxy = plainAddress(peer ?? '');
    if (isTold || proxy === undefined || proxies.find(proxy) !== undefined || isGloballyRoutable(proxy))
      return;
    isTold = true;
    listed.onUnlistedProxy?.(proxy);
  }

  return (peer, forwardedFor) => {
    if (forwardedFor !== undefined && !isTold) tell(peer);
    const address = clientAddress(peer, forwardedFor, proxies);
    return {
      address: addressBucket(address),
      sharedEgress: address === undefined ? undefined : shared.find(address),
      from: address,
    };
  };
}
