import { expect, test } from 'vitest';
import { withLimitOfKey } from './call-limits.ts';

test.each([
  [undefined, undefined, undefined],
  [undefined, 5, { perKey: 5, perOrganisation: null }],
  [{ perKey: null, perOrganisation: 90 }, 5, { perKey: 5, perOrganisation: 90 }],
  [{ perKey: 3, perOrganisation: null }, 5, { perKey: 3, perOrganisation: null }],
  [{ perKey: 30, perOrganisation: null }, 5, { perKey: 5, perOrganisation: null }],
  [{ perKey: 30, perOrganisation: 7 }, null, { perKey: 30, perOrganisation: 7 }],
])('of %j and a limit of the key’s own of %j the smaller holds', (limits, own, both) => {
  expect(withLimitOfKey(limits, own)).toEqual(both);
});
