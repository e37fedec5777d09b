import { isIPv4 } from 'node:net';
import type { Caller } from '../../kernel/callers.ts';
import { displayName } from '../../kernel/display-name.ts';
import { hmac } from '../../kernel/secret.ts';
import type { Origin } from './steps.ts';

const USER_AGENT_CHARACTERS_MAX = 160;

/** What is kept of where a request came from: the network for people to read, the address only to compare it. */
export function createOrigins(key: Uint8Array) {
  return ({ address, sharedEgress }: Caller, userAgent: string | undefined): Origin => ({
    source: hmac(key, sharedEgress === undefined ? `address ${address}` : `network ${sharedEgress}`),
    network: sharedEgress ?? networkOf(address),
    userAgent: displayName(userAgent, USER_AGENT_CHARACTERS_MAX) ?? '',
    isShared: sharedEgress !== undefined,
  });
}

/** `bucket` as `addressBucket` names it. IPv4 by its /24, IPv6 by its /48. */
export function networkOf(bucket: string): string {
  if (isIPv4(bucket)) {
    return bucket.startsWith('127.') ? 'this computer' : `${bucket.split('.').slice(0, 3).join('.')}.0/24`;
  }
  const groups = bucket.split(':');
  if (!bucket.endsWith('/64') || groups.length < 4) return 'unknown';
  return bucket.startsWith('0:0:0:0') ? 'this computer' : `${groups.slice(0, 3).join(':')}::/48`;
}
