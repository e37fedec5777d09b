import { expect, test } from 'vitest';
import { isGloballyRoutable } from './global-address.ts';

test.each([
  '160.79.104.10',
  '8.8.8.8',
  '172.15.255.255',
  '192.0.1.1',
  '2606:4700::6810:84e5',
  '2a00:1450::8a',
])('%s is on the public internet', (address) => {
  expect(isGloballyRoutable(address)).toBe(true);
});

test.each([
  ['this host', '0.0.0.0'],
  ['loopback', '127.0.0.1'],
  ['loopback, all of it', '127.255.255.254'],
  ['private', '10.1.2.3'],
  ['private', '172.31.0.1'],
  ['private', '192.168.1.1'],
  ['carrier-grade NAT', '100.64.0.1'],
  ['a metadata service', '169.254.169.254'],
  ['documentation', '203.0.113.7'],
  ['benchmarking', '198.19.0.1'],
  ['a 6to4 relay', '192.88.99.1'],
  ['multicast', '224.0.0.1'],
  ['broadcast', '255.255.255.255'],
  ['unspecified', '::'],
  ['loopback', '::1'],
  ['mapped loopback', '::ffff:7f00:1'],
  ['mapped loopback, dotted', '::ffff:127.0.0.1'],
  ['a mapped public address', '::ffff:8.8.8.8'],
  ['compatible', '::7f00:1'],
  ['NAT64', '64:ff9b::7f00:1'],
  ['local NAT64', '64:ff9b:1::a00:1'],
  ['6to4', '2002:7f00:1::'],
  ['Teredo', '2001:0:53aa:64c::1'],
  ['ISATAP', '2606:4700::5efe:7f00:1'],
  ['ISATAP with the universal bit', '2606:4700::200:5efe:10.0.0.1'],
  ['documentation', '2001:db8::1'],
  ['documentation', '3fff::1'],
  ['unique local', 'fd00::1'],
  ['link local', 'fe80::1'],
  ['link local with a zone', 'fe80::1%lo'],
  ['multicast', 'ff02::1'],
  ['segment routing', '5f00::1'],
  ['a name', 'localhost'],
  ['a decimal address', '2130706433'],
  ['nothing', ''],
])('%s is not: %s', (_what, address) => {
  expect(isGloballyRoutable(address)).toBe(false);
});
