import { expect, test } from 'vitest';
import { monthAt } from './month.ts';

test.each([
  ['2026-11-21T14:03:07.120Z', '2026-11', '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
  ['2026-12-31T23:59:59.999Z', '2026-12', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['2028-02-29T00:00:00.000Z', '2028-02', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
])('%s is in %s', (at, name, begins, ends) => {
  const month = monthAt(Date.parse(at));
  expect([month.name, new Date(month.beginsMs).toISOString(), new Date(month.endsMs).toISOString()]).toEqual([
    name,
    begins,
    ends,
  ]);
});
