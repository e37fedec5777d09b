import { expect, test } from 'vitest';
import { randomOctets } from './random.ts';

test('no bytes are handed out twice, and none shares its memory with another', () => {
  const all = Array.from({ length: 2000 }, () => randomOctets(15));
  const texts = all.map((octets) => octets.toString('hex'));
  expect(new Set(texts).size).toBe(2000);
  for (const octets of all) octets.fill(0);
  expect(new Set(Array.from({ length: 2000 }, () => randomOctets(15).toString('hex'))).size).toBe(2000);
  expect(texts.filter((text) => text === '0'.repeat(30))).toEqual([]);
});

test.each([0, 1, 12, 32, 4095, 4096, 4097, 10_000])('%i bytes are as many', (count) => {
  expect(randomOctets(count)).toHaveLength(count);
  expect(randomOctets(count)).toHaveLength(count);
});

test('every bit is as often set as not', () => {
  const counts = Array.from({ length: 8 }, () => 0);
  const octets = Buffer.concat(Array.from({ length: 5000 }, () => randomOctets(32)));
  for (const octet of octets) {
    for (let bit = 0; bit < 8; bit += 1) counts[bit] = (counts[bit] ?? 0) + ((octet >> bit) & 1);
  }
  // Twenty standard deviations (200) of 160,000 fair tosses.
  for (const count of counts) expect(Math.abs(count - 80_000)).toBeLessThan(4000);
});
