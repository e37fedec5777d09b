import { BlockList, isIPv4 } from 'node:net';
import { plainAddress } from './address.ts';

/** Some networks, each named as it was given. */
export interface Networks {
  /** The name of the first one that the address lies in. `address`: in its plain spelling. */
  find(address: string): string | undefined;
}

/** `text` is no network in CIDR notation (RFC 4632, RFC 4291 section 2.3), nor a single address: what is wrong with it. */
export function faultOfNetwork(text: string): string | undefined {
  const read = readNetwork(text);
  if (read === undefined)
    return `"${text}" is not an address or a network such as 10.0.0.0/8 or 2001:db8::/32`;
  if (read.prefix === 0) return `"${text}" is everybody: name the networks that are meant`;
  return undefined;
}

/** Each of `names` must be without fault. */
export function createNetworks(names: readonly string[]): Networks {
  const lists = names.map((name) => {
    const read = readNetwork(name);
    if (read === undefined) throw new Error(`not a network: ${name}`);
    const list = new BlockList();
    list.addSubnet(read.address, read.prefix, read.family);
    return { name, list, family: read.family };
  });
  return {
    find(address) {
      const family = isIPv4(address) ? 'ipv4' : 'ipv6';
      return lists.find((one) => one.family === family && one.list.check(address, family))?.name;
    },
  };
}

/** Undefined: it is none. */
export function readNetwork(
  text: string,
): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [, given = '', length] = /^([0-9A-Fa-f:.]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = plainAddress(given);
  // IPv4 dressed as IPv6 would have a prefix that means something else than it says.
  if (address === undefined || isIPv4(address) !== isIPv4(given)) return undefined;
  const bits = isIPv4(address) ? 32 : 128;
  const prefix = length === undefined ? bits : Number(length);
  return prefix > bits ? undefined : { address, prefix, family: bits === 32 ? 'ipv4' : 'ipv6' };
}
