import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toAuditRow } from '../../src/audit/entry.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { newId } from '../../src/kernel/ids.ts';
import type { AuditRow } from '../../src/store/queries/audit-events.ts';
import { leafOf, NEW_LEAF, SEAL_VERSION } from '../../src/store/queries/row-leaf.ts';
import { createTestStore } from '../support/database.ts';
import { FIRST_LEAF } from './support/first-release.ts';
import { recordOf, ROW_AS_TEXT, type RowAsText } from './support/record.ts';

let database: Awaited<ReturnType<typeof createTestStore>>;
const nasty = ['"', '\\', '/', '\b', '\f', '\n', '\r', '\t', '\u007F', '\u2028', 'é', '€', '😀', '<', "'"];
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...nasty), maxLength: 20 }),
);
const entry = fc.record({
  orgId: fc.option(fc.constant(newId('org')), { nil: undefined }),
  action: text,
  actor: fc.record({ kind: fc.constant('client' as const), id: text }),
  target: fc.option(text, { nil: undefined }),
  status: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { nil: undefined }),
  durationMs: fc.option(fc.nat(2 ** 31 - 1), { nil: undefined }),
  detail: fc.option(fc.dictionary(text, fc.jsonValue()) as fc.Arbitrary<Record<string, unknown>>, {
    nil: undefined,
  }),
});
const at = fc.date({ min: new Date('2000-01-01'), max: new Date('2200-01-01'), noInvalidDate: true });

beforeAll(async () => {
  database = await createTestStore();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(entry, at), { minLength: 1, maxLength: 50 }), async (given) => {
      const rows = given.map(([one, time]): AuditRow => ({
        ...toAuditRow(one, 'event', systemClock),
        at: time,
      }));
      await database.store.audit.insertMany(rows);
    }),
    { numRuns: 100 },
  );
});
afterAll(() => database.close());

async function leavesOf<Row>(version: number, columns: string) {
  const { rows } = await drizzle(database.store.pool).execute<Row & { leaf: Buffer }>(sql`
    select ${leafOf('block.version')} as leaf, ${sql.raw(columns)}
    from audit_events, (select ${version}::int as version) block`);
  expect(rows.length).toBeGreaterThan(300);
  return rows;
}

test('blocks of the first version are of what the first release hashed, to the byte', async () => {
  for (const { first, leaf } of await leavesOf<{ first: Buffer }>(1, `${FIRST_LEAF} as first`))
    expect(leaf).toEqual(first);
});

test('those of the second are of the row as a record in binary: each column’s type, length and bytes', async () => {
  for (const { leaf, ...row } of await leavesOf<RowAsText>(2, ROW_AS_TEXT))
    expect(leaf).toEqual(createHash('sha256').update(recordOf(row)).digest());
});

test('what new blocks are sealed with is what they are checked by', async () => {
  const { rows } = await drizzle(database.store.pool).execute<{ other: number }>(sql`
    select count(*) filter (where ${NEW_LEAF} is distinct from ${leafOf('block.version')})::int as other
    from audit_events, (select ${SEAL_VERSION}::int as version) block`);
  expect(rows).toEqual([{ other: 0 }]);
});

test('of a version that nobody knows there is no hash', async () => {
  for (const { leaf } of await leavesOf(SEAL_VERSION + 1, 'id')) expect(leaf).toBeNull();
});
