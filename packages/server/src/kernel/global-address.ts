import { BlockList, isIPv4, isIPv6 } from 'node:net';

// What the IANA special-purpose registries (RFC 6890) keep from global routing, multicast, and the relays that carry
// an IPv4 address in an IPv6 one: what they lead to cannot be told from here.
const NOT_GLOBAL_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

/** Only 2000::/3 is handed out (RFC 4291 section 2.4): mapped, compatible, NAT64, local and multicast lie outside of it. */
const GLOBAL_UNICAST = ['2000::', 3] as const;
const NOT_GLOBAL_IPV6 = [
  // Teredo, benchmarking, ORCHID and the rest of the protocol assignments.
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4.
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const refused4 = new BlockList();
for (const [network, prefix] of NOT_GLOBAL_IPV4) refused4.addSubnet(network, prefix, 'ipv4');
const refused6 = new BlockList();
for (const [network, prefix] of NOT_GLOBAL_IPV6) refused6.addSubnet(network, prefix, 'ipv6');
const global6 = new BlockList();
global6.addSubnet(...GLOBAL_UNICAST, 'ipv6');

/** Whether a packet to this address leaves for the public internet. What is no plain IP address does not. */
export function isGloballyRoutable(address: string): boolean {
  if (isIPv4(address)) return !refused4.check(address, 'ipv4');
  if (!isIPv6(address) || address.includes('%')) return false;
  return global6.check(address, 'ipv6') && !refused6.check(address, 'ipv6') && !isIsatap(address);
}

/** An interface identifier that is an IPv4 address (RFC 5214 section 6.1), below any prefix. */
function isIsatap(address: string): boolean {
  const { hostname } = new URL(`http://[${address}]/`);
  const [head = '', tail = ''] = hostname.slice(1, -1).split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  const groups = [...front, ...zeros, ...back];
  return (groups[4] === '0' || groups[4] === '200') && groups[5] === '5efe';
}
