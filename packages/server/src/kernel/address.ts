import { isIPv4, isIPv6 } from 'node:net';

/** An IP address in its one spelling, IPv6 as eight groups and IPv4 inside of it as IPv4; undefined: it is none. */
export function plainAddress(text: string): string | undefined {
  const address = text.replace(/%.*$/, '');
  if (isIPv4(address)) return address;
  const groups = groupsOf(address);
  if (groups === undefined) return undefined;
  const [, , , , , marker, high = 0, low = 0] = groups;
  const isMapped = marker === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (isMapped) return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  return groups.map((group) => group.toString(16)).join(':');
}

/** The caller's address as a bucket for rate limits: IPv4 as it is, IPv6 by the /64 that one site has (RFC 6177). */
export function addressBucket(address: string | undefined): string {
  const plain = plainAddress(address ?? '');
  if (plain === undefined) return 'unknown';
  return isIPv4(plain) ? plain : `${plain.split(':').slice(0, 4).join(':')}::/64`;
}

/** The eight numbers of an IPv6 address, however it is abbreviated. */
function groupsOf(address: string): number[] | undefined {
  if (!isIPv6(address)) return undefined;
  // Written out by the URL parser, which also turns a dotted end into two groups.
  const { hostname } = new URL(`http://[${address}]/`);
  const [head = '', tail = ''] = hostname.slice(1, -1).split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(8 - front.length - back.length).fill('0');
  return [...front, ...zeros, ...back].map((group) => Number.parseInt(group, 16));
}
