import { expect, test } from 'vitest';
import { placeOf, type Calls } from './place.ts';
import type { Posted } from './posted.ts';

interface Known {
  id: string | number;
  progressToken?: unknown;
  takesMore?: boolean;
  isAttended?: boolean;
}

function callsOf(known: readonly Known[]): Calls {
  return new Map(
    known.map(({ id, isAttended = true, progressToken, takesMore = true }) => {
      const destination: Posted['destination'] = {
        takesMore,
        isAttended: () => isAttended,
        tell: () => undefined,
        finish: () => undefined,
        cut: () => undefined,
      };
      const ask = { id, progressToken };
      const posted = { destination, open: new Set([ask]), requestId: String(id) } as unknown as Posted;
      return [String(id), { ask, posted }];
    }),
  );
}

const TWO = [{ id: 1, progressToken: 'p' }, { id: 2 }];
const JSON_ONLY = { takesMore: false };
const progress = (progressToken: unknown) => ({
  method: 'notifications/progress',
  params: { progressToken },
});

test.each<[string, object, readonly Known[], string, string | undefined]>([
  ['an answer', { id: 1, result: {} }, TWO, 'answer', '1'],
  ['an error', { id: 2, error: {} }, TWO, 'answer', '2'],
  ['an answer whose id became a text', { id: '1', result: {} }, TWO, 'answer', '1'],
  ['an answer to nothing', { id: 3, result: {} }, TWO, 'nowhere', undefined],
  ['an answer without an id', { result: {} }, TWO, 'nowhere', undefined],
  ['what is neither', { id: 1 }, TWO, 'nowhere', undefined],
  ['nothing', {}, TWO, 'nowhere', undefined],
  ['progress of a call', progress('p'), TWO, 'beside', '1'],
  ['progress of none', progress('q'), TWO, 'nowhere', undefined],
  ['progress without a token, beside calls that have none', progress(undefined), TWO, 'nowhere', undefined],
  [
    'progress for who reads no events',
    progress('p'),
    [{ id: 1, progressToken: 'p', ...JSON_ONLY }],
    'alone',
    undefined,
  ],
  ['a changed list', { method: 'notifications/tools/list_changed' }, TWO, 'alone', undefined],
  ['a changed resource', { method: 'notifications/resources/updated' }, TWO, 'alone', undefined],
  ['a word in between', { method: 'notifications/message' }, TWO, 'beside', '2'],
  ['a question', { id: 1, method: 'sampling/createMessage' }, TWO, 'beside', '2'],
  ['a question when nothing is called', { id: 1, method: 'roots/list' }, [], 'alone', undefined],
  [
    'a question when only others listen',
    { id: 1, method: 'elicitation/create' },
    [{ id: 1 }, { id: 2, isAttended: false }],
    'beside',
    '1',
  ],
  [
    'a question when nobody listens',
    { id: 1, method: 'elicitation/create' },
    [{ id: 2, isAttended: false }],
    'alone',
    undefined,
  ],
  [
    'a question for who reads no events',
    { id: 1, method: 'elicitation/create' },
    [{ id: 2, ...JSON_ONLY }],
    'alone',
    undefined,
  ],
])('%s is heard where it belongs', (_, message, known, kind, requestId) => {
  const place = placeOf({ ...message }, callsOf(known));
  expect([place.kind, 'posted' in place ? place.posted.requestId : undefined]).toEqual([kind, requestId]);
});
