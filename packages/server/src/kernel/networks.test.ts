import { describe, expect, test } from 'vitest';
import { createCallers } from './callers.ts';
import { clientAddress } from './client-address.ts';
import { createNetworks, faultOfNetwork } from './networks.ts';

describe('networks', () => {
  const networks = createNetworks(['160.79.104.0/21', '10.1.2.3', '2001:db8::/32']);

  test.each([
    ['160.79.104.0', '160.79.104.0/21'],
    ['160.79.111.255', '160.79.104.0/21'],
    ['160.79.112.0', undefined],
    ['160.79.103.255', undefined],
    ['10.1.2.3', '10.1.2.3'],
    ['10.1.2.4', undefined],
    ['2001:db8:ffff:0:0:0:0:1', '2001:db8::/32'],
    ['2001:db9:0:0:0:0:0:1', undefined],
  ])('%s lies in %s', (address, name) => {
    expect(networks.find(address)).toBe(name);
  });

  test.each(['10.0.0.0/8', '10.0.0.1', '::1', '2001:db8::/32', 'fc00::/7'])('%s is one', (text) => {
    expect(faultOfNetwork(text)).toBeUndefined();
  });

  test.each([
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '2001:db8::/129',
    '::ffff:10.0.0.0/104',
    'localhost',
    'private',
    '*',
    '',
    '0.0.0.0/0',
    '::/0',
  ])('%s is none that could be listed, and the sentence says it', (text) => {
    expect(faultOfNetwork(text)).toContain(`"${text}"`);
  });
});

describe('64: the address of a caller', () => {
  const proxies = createNetworks(['10.0.0.0/8', '127.0.0.1', '::1', '2001:db8:aaaa::/48']);

  test.each([
    ['no header: the peer', '203.0.113.7', undefined, '203.0.113.7'],
    ['a forged one from an unlisted peer: the peer', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['a forged one that names a listed proxy', '203.0.113.7', '198.51.100.1, 10.0.0.1', '203.0.113.7'],
    ['a listed proxy: whom it names', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    [
      'what the caller sent along is to the left',
      '10.0.0.1',
      '1.1.1.1, 2.2.2.2, 198.51.100.1',
      '198.51.100.1',
    ],
    [
      'what the caller sent along names proxies',
      '10.0.0.1',
      '1.1.1.1, 10.0.0.2, 198.51.100.1',
      '198.51.100.1',
    ],
    ['two listed proxies', '10.0.0.1', '1.1.1.1, 198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['proxies all the way: the first of them', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['a proxy that does not know', '10.0.0.1', '198.51.100.1, unknown', '10.0.0.1'],
    ['a proxy that hides whom it heard', '10.0.0.1', '198.51.100.1, _hidden', '10.0.0.1'],
    ['an empty header', '10.0.0.1', '', '10.0.0.1'],
    ['commas alone', '10.0.0.1', ',,,', '10.0.0.1'],
    ['with a port', '10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
    ['IPv6 in brackets, with a port', '10.0.0.1', '[2001:db8::1]:4711', '2001:db8:0:0:0:0:0:1'],
    ['IPv6 in brackets', '10.0.0.1', '[2001:db8::1]', '2001:db8:0:0:0:0:0:1'],
    ['IPv6 as it is', '::1', '2001:db8::1', '2001:db8:0:0:0:0:0:1'],
    ['IPv4 dressed as IPv6 in the header', '10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['a proxy that is dressed as IPv6', '::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['IPv4 in hexadecimal is still that proxy', '::ffff:a00:1', '198.51.100.1', '198.51.100.1'],
    ['a host name', '10.0.0.1', 'proxy.test', '10.0.0.1'],
    ['spaces and tabs', '10.0.0.1', ' 1.1.1.1 ,\t198.51.100.1 ', '198.51.100.1'],
    ['no peer', undefined, '198.51.100.1', undefined],
  ])('%s', (_, peer, header, address) => {
    expect(clientAddress(peer, header, proxies)).toBe(address);
  });

  test('a proxy of our own network that is not listed is told of once, a stranger and a listed one never', () => {
    const told: string[] = [];
    const callerOf = createCallers({
      trustedProxies: ['10.0.0.1'],
      sharedEgress: [],
      onUnlistedProxy: (proxy) => told.push(proxy),
    });
    callerOf('10.0.0.2', undefined);
    callerOf('8.8.8.8', '198.51.100.1');
    callerOf('10.0.0.1', '198.51.100.1');
    expect(told).toEqual([]);
    const caller = callerOf('::ffff:10.0.0.2', '198.51.100.1');
    callerOf('10.0.0.3', '198.51.100.1');
    expect(told).toEqual(['10.0.0.2']);
    expect(caller).toEqual({ address: '10.0.0.2', from: '10.0.0.2', sharedEgress: undefined });
  });

  test('nobody is trusted unless listed', () => {
    expect(clientAddress('127.0.0.1', '198.51.100.1', createNetworks([]))).toBe('127.0.0.1');
  });
});
