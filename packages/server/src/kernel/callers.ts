import { addressBucket } from './address.ts';
import { clientAddress } from './client-address.ts';
import { createNetworks } from './networks.ts';

/** Whose request it is, for limits alone: nothing else may depend on an address. */
export interface Caller {
  /** The name of the address's bucket. */
  readonly address: string;
  /** The listed network of a hosted client that it lies in: the address says little there. */
  readonly sharedEgress: string | undefined;
}

export type CallerOf = (peer: string | undefined, forwardedFor: string | undefined) => Caller;

/** Both lists: addresses and networks without fault (see `faultOfNetwork`). */
export function createCallers(listed: {
  trustedProxies: readonly string[];
  sharedEgress: readonly string[];
}): CallerOf {
  const proxies = createNetworks(listed.trustedProxies);
  const shared = createNetworks(listed.sharedEgress);
  return (peer, forwardedFor) => {
    const address = clientAddress(peer, forwardedFor, proxies);
    return {
      address: addressBucket(address),
      sharedEgress: address === undefined ? undefined : shared.find(address),
    };
  };
}
