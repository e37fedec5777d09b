import { expect, test } from 'vitest';
import { durationInWords } from './duration-in-words.ts';
import { inBytes } from './in-bytes.ts';

test.each([
  [0, 'less than a minute'],
  [59, 'less than a minute'],
  [60, '1 minute'],
  [3660, '1 hour 1 minute'],
  [2 * 86_400 + 3 * 3600 + 59, '2 days 3 hours'],
])('%i seconds are %j', (seconds, words) => {
  expect(durationInWords(seconds)).toBe(words);
});

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1500, '1.5 kB'],
  [12_900_000, '13 MB'],
  [1_500_000_000, '1.5 GB'],
  [4e15, '4000 TB'],
])('%i bytes are %j', (bytes, words) => {
  expect(inBytes(bytes)).toBe(words);
});
