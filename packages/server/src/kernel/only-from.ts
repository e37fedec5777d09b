import { BlockList, isIPv4 } from 'node:net';
import { readNetwork } from './networks.ts';

/** What a list of addresses holds for. `own`: the dashboard and keys, but not apps that people connected. */
export type AddressScope = 'own' | 'all';

/** From where an organisation answers. */
export interface OnlyFrom {
  readonly scope: AddressScope;
  /** `address`: in its plain spelling (see `plainAddress`). Undefined is nowhere. */
  admits(address: string | undefined): boolean;
}

/** Each of `names` must be without fault (see `faultOfNetwork`). Undefined: from everywhere. */
export function createOnlyFrom(names: readonly string[], scope: AddressScope): OnlyFrom | undefined {
  if (names.length === 0) return undefined;
  let list: BlockList | undefined;
  return {
    scope,
    admits(address) {
      if (address === undefined) return false;
      // Read when it is first asked about, and then kept: most of what holds one of these never asks.
      list ??= readAll(names);
      return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
    },
  };
}

function readAll(names: readonly string[]): BlockList {
  const list = new BlockList();
  for (const name of names) {
    const read = readNetwork(name);
    if (read === undefined) throw new Error(`not a network: ${name}`);
    list.addSubnet(read.address, read.prefix, read.family);
  }
  return list;
}
