import { expect, test } from 'vitest';
import type { KeyId, OrganisationId } from '../kernel/ids.ts';
import { createAtOnce } from './at-once.ts';

const [org, other] = ['org_a', 'org_b'] as OrganisationId[] as [OrganisationId, OrganisationId];
const [one, two, third] = ['key_1', 'key_2', 'key_3'] as KeyId[] as [KeyId, KeyId, KeyId];

test('a key and an organisation have so many at once, another organisation has its own, and what is over is free again', () => {
  const atOnce = createAtOnce({ perKey: 2, perOrganisation: 3 });
  expect([atOnce.enter(one, org, undefined), atOnce.enter(one, org, undefined)]).toEqual([
    undefined,
    undefined,
  ]);
  expect(atOnce.enter(one, org, undefined)).toEqual({ limit: 'key', places: 2 });
  expect(atOnce.enter(two, org, undefined)).toBeUndefined();
  expect(atOnce.enter(two, org, undefined)).toEqual({ limit: 'organisation', places: 3 });
  expect(atOnce.enter(third, other, undefined)).toBeUndefined();
  atOnce.leave(one, org);
  expect(atOnce.enter(two, org, undefined)).toBeUndefined();
  for (const key of [one, two, two]) atOnce.leave(key, org);
  atOnce.leave(third, other);
  expect(atOnce.size()).toBe(0);
});

test.each([
  [
    { perKey: 1, perOrganisation: null },
    { limit: 'key', places: 1 },
  ],
  [
    { perKey: null, perOrganisation: 1 },
    { limit: 'organisation', places: 1 },
  ],
  [
    { perKey: 9, perOrganisation: 9 },
    { limit: 'key', places: 2 },
  ],
])('of the operator’s and the organisation’s own (%j) the smaller holds', (own, refused) => {
  const atOnce = createAtOnce({ perKey: 2, perOrganisation: 2 });
  let last;
  while ((last = atOnce.enter(one, org, own)) === undefined);
  expect(last).toEqual(refused);
});
