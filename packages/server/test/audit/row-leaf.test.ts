import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toAuditRow } from '../../src/audit/entry.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { newId } from '../../src/kernel/ids.ts';
import type { AuditRow } from '../../src/store/queries/audit-events.ts';
import { ROW_LEAF } from '../../src/store/queries/row-leaf.ts';
import { createTestStore } from '../support/database.ts';

let database: Awaited<ReturnType<typeof createTestStore>>;
beforeAll(async () => {
  database = await createTestStore();
});
afterAll(() => database.close());

/** As the first release wrote it, and as chains are sealed: it stands here for good. */
const FIRST_LEAF = sql.raw(`sha256(convert_to(jsonb_build_array(
  id, org_id, (extract(epoch from at) * 1000000)::bigint, phase, action, actor_kind, actor_id, client_id, grant_id,
  key_id, target, request_id, outcome, status, duration_ms, detail)::text, 'UTF8'))`);

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

test('what is hashed of a row is what chains were sealed with from the first day, to the byte', async () => {
  const { store } = database;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(entry, at), { minLength: 1, maxLength: 50 }), async (given) => {
      const rows = given.map(([one, time]): AuditRow => ({
        ...toAuditRow(one, 'event', systemClock),
        at: time,
      }));
      await store.audit.insertMany(rows);
    }),
    { numRuns: 100 },
  );
  const { rows } = await drizzle(store.pool).execute<{ rows: number; changed: number }>(sql`
    select count(*)::int as rows, count(*) filter (where ${ROW_LEAF} is distinct from ${FIRST_LEAF})::int as changed
    from audit_events`);
  expect(rows[0]?.rows).toBeGreaterThan(300);
  expect(rows[0]?.changed).toBe(0);
});
