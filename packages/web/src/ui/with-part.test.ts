import { expect, test } from 'vitest';
import { withPart } from './with-part.ts';

test('two changes of the same moment both hold, and what is empty is in no address', () => {
  interface Search {
    q?: string;
    whose?: 'mine';
  }
  const cleared = withPart<Search>({ q: undefined })({ q: 'nobody' });
  expect(withPart<Search>({ whose: 'mine' })(cleared)).toEqual({ whose: 'mine' });
  expect(withPart<Search>({ q: '' })({ q: 'a', whose: 'mine' })).toEqual({ whose: 'mine' });
});
