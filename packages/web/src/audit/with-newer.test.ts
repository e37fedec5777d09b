import { expect, test } from 'vitest';
import { newerThan, withNewer } from './with-newer.ts';

const events = (...ids: number[]) => ids.map((id) => ({ id: String(id) }));

test.each<[number[], number[], number[], boolean]>([
  [[5, 4], [5, 4], [], false],
  [[5, 4], [9, 7, 5], [9, 7], false],
  [[5, 4], [90, 80], [90, 80], true],
  [[], [2, 1], [2, 1], false],
  [[10, 9], [11, 10], [11], false],
  [[5], [], [], false],
])('after %j, %j brings %j', (known, latest, newer, isGap) => {
  const found = newerThan(events(...known), events(...latest));
  expect(found).toEqual({ items: events(...newer), isGap });
  expect(withNewer(events(...known), found.items)).toEqual(events(...newer, ...known));
});
