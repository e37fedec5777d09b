import { expect, test } from 'vitest';
import { createFollowers, letGo, type Hold } from './followers.ts';

test('tells who hangs on a subject, until it lets go', () => {
  const followers = createFollowers<string>();
  const first = followers.hang(['org', 'key 1'], 'first');
  followers.hang(['org', 'key 2'], 'second');
  expect(followers.of('org')).toEqual(['first', 'second']);
  expect(followers.of('key 1')).toEqual(['first']);
  expect(followers.of('nobody')).toEqual([]);
  letGo(first);
  letGo(first);
  expect(followers.of('org')).toEqual(['second']);
  expect(followers.of('key 1')).toEqual([]);
});

test('loses nobody among a great many who come and go', () => {
  const followers = createFollowers<number>();
  const stays: Hold<number>[] = [];
  for (let each = 0; each < 10_000; each += 1) {
    const hold = followers.hang(['org', `key ${each}`], each);
    if (each % 5 === 0) stays.push(hold);
    else letGo(hold);
  }
  const wanted = Array.from(stays, (_, index) => index * 5);
  expect(new Set(followers.of('org'))).toEqual(new Set(wanted));
  for (let each = 0; each < 10_000; each += 1)
    expect(followers.of(`key ${each}`)).toEqual(each % 5 === 0 ? [each] : []);
});
