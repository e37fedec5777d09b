import { expect, test } from 'vitest';
import { addressBucket, plainAddress } from './address.ts';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:203.0.113.7', '203.0.113.7'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['0:0:0:0:0:ffff:cb00:7107', '203.0.113.7'],
  ['0000:0000:0000:0000:0000:ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:3:4:203.0.113.7', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  [undefined, 'unknown'],
  ['', 'unknown'],
  ['unknown', 'unknown'],
  ['203.0.113.07', 'unknown'],
  ['203.0.113', 'unknown'],
  ['3405803783', 'unknown'],
  ['2001:db8::1::2', 'unknown'],
  ['__proto__', 'unknown'],
])('64: %s and its neighbours share the bucket %s', (address, bucket) => {
  expect(addressBucket(address)).toBe(bucket);
});

test('one IPv6 address has one spelling', () => {
  const spellings = ['2001:db8::1', '2001:DB8:0:0:0:0:0:1', '2001:0db8::0.0.0.1', '2001:db8:0::0:1%en0'];
  expect(new Set(spellings.map(plainAddress))).toEqual(new Set(['2001:db8:0:0:0:0:0:1']));
});
