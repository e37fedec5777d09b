import { expect, test } from 'vitest';
import { compileCatalogue } from './compile.ts';
import { withFormerNames } from './former-names.ts';
import { lockOf } from './lock.ts';
import type { Catalogue } from './types.ts';

const NOW_MS = Date.UTC(2026, 10, 21);

function compiled(operationId: string, lock?: ReturnType<typeof lockOf>): Catalogue {
  const paths = { '/orders': { get: { operationId, responses: {} } } };
  const document = JSON.stringify({ openapi: '3.1.0', info: { title: 'T', version: '1' }, paths });
  const result = compileCatalogue(document, lock === undefined ? {} : { lock });
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

test('who goes back to an earlier catalogue is understood by the names that came later', () => {
  const before = compiled('listOrders');
  const first = lockOf(before, undefined, NOW_MS);
  const after = compiled('findOrders', first);
  const lock = lockOf(after, first, NOW_MS);
  const back = withFormerNames(before, lock);
  expect(back.tools).toMatchObject([{ name: 'list_orders', aliases: ['find_orders'] }]);
  expect(back.hash).not.toBe(before.hash);
  expect(lockOf(back, lock, NOW_MS).names['GET /orders']).toMatchObject({
    name: 'list_orders',
    former: { find_orders: expect.any(String) },
  });
});

test('a catalogue whose names are those of the lock stays what it is', () => {
  const before = compiled('listOrders');
  expect(withFormerNames(before, lockOf(before, undefined, NOW_MS))).toEqual(before);
});
