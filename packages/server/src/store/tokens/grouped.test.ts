import { expect, test } from 'vitest';
import { createGrouped } from './grouped.ts';

test('callers of a moment share one run, those that come during it the next, and each gets its own outcome', async () => {
  const groups: number[][] = [];
  let release = () => {};
  let begin = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const began = new Promise<void>((resolve) => (begin = resolve));
  const double = createGrouped(async (items: readonly number[]) => {
    groups.push([...items]);
    begin();
    if (groups.length === 1) await released;
    return items.map((item) => item * 2);
  });
  const first = [double(1), double(2), double(3)];
  await began;
  const second = [double(4), double(5)];
  release();
  expect(await Promise.all([...first, ...second])).toEqual([2, 4, 6, 8, 10]);
  expect(groups).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
  expect(await double(6)).toBe(12);
});

test('what is wrong with one fails that one alone', async () => {
  const parse = createGrouped((items: readonly string[]) =>
    Promise.resolve(items.map((item): unknown => JSON.parse(item))),
  );
  const settled = await Promise.allSettled([parse('1'), parse('{'), parse('3')]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await parse('4')).toBe(4);
});

test('a run that loses outcomes gives none of them to the wrong caller', async () => {
  const lossy = createGrouped((items: readonly number[]) =>
    Promise.resolve(items.length > 1 ? items.slice(1) : items),
  );
  expect(await Promise.all([lossy(1), lossy(2), lossy(3)])).toEqual([1, 2, 3]);
});

test('many more than fit into one run are all served', async () => {
  let largest = 0;
  const echo = createGrouped((items: readonly number[]) => {
    largest = Math.max(largest, items.length);
    return Promise.resolve(items);
  });
  const all = Array.from({ length: 1000 }, (_, index) => index);
  expect(await Promise.all(all.map(echo))).toEqual(all);
  expect(largest).toBeLessThanOrEqual(128);
});
