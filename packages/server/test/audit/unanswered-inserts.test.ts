import { expect, onTestFinished, test } from 'vitest';
import { createAudit } from '../../src/audit/audit.ts';
import type { AuditEntry } from '../../src/audit/entry.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { newId, type OrganisationId } from '../../src/kernel/ids.ts';
import { silentLog } from '../../src/kernel/log.ts';
import type { AuditRow } from '../../src/store/queries/audit-events.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestStore } from '../support/database.ts';
import { startWay } from '../support/way-to-database.ts';

/** An audit trail that is written over a way of its own, and how often an insert failed. */
async function setUp() {
  const database = await createTestStore();
  const way = await startWay(database.url);
  const { calls, close } = createStore(way.url, silentLog);
  const seen = { failures: 0 };
  const audit = createAudit({
    store: {
      audit: {
        insertMany: (rows: AuditRow[]) =>
          calls.audit.insertMany(rows).catch((error: unknown) => {
            seen.failures += 1;
            throw error;
          }),
      },
    },
    clock: systemClock,
    log: silentLog,
  });
  onTestFinished(async () => {
    await audit.close();
    way.close();
    await close();
    await database.close();
  });
  const targets = async (orgId: OrganisationId) =>
    (await database.store.audit.list(orgId, { limit: 1000 })).map(({ target }) => target);
  return { audit, database, seen, targets, way };
}

function entryOf(orgId: OrganisationId, target: string): AuditEntry {
  return { orgId, action: 'tool.call', actor: { kind: 'user', id: newId('usr') }, target };
}

test('rows whose insert was never answered are not lost, and do not hold up those that come later', async () => {
  const { audit, targets, way } = await setUp();
  const orgId = newId('org');
  way.leaveUnanswered('{"event"');
  audit.record(entryOf(orgId, 'first'));
  await expect.poll(() => way.hasLeftUnanswered()).toBe(true);
  audit.record(entryOf(orgId, 'second'));
  await expect.poll(async () => new Set(await targets(orgId))).toEqual(new Set(['first', 'second']));
});

test('of a call whose intent was never answered, and may be in the trail, that says that it was not sent', async () => {
  const { audit, database, way } = await setUp();
  const orgId = newId('org');
  way.leaveUnanswered('{"intent"');
  await expect(audit.intent(entryOf(orgId, 'refused'))).rejects.toMatchObject({ code: 'unavailable' });
  await expect
    .poll(() => database.store.audit.list(orgId, { limit: 1000 }))
    .toMatchObject([
      { phase: 'outcome', outcome: 'refused', detail: { reason: 'not_sent' } },
      { phase: 'intent', outcome: null },
    ]);
});

test('rows that the database could not take in time are written once', async () => {
  const { audit, database, seen, targets } = await setUp();
  const orgId = newId('org');
  const holder = await database.store.pool.connect();
  try {
    await holder.query('begin; lock table audit_events in exclusive mode');
    audit.record(entryOf(orgId, 'held up'));
    await expect.poll(() => seen.failures).toBeGreaterThan(0);
    await holder.query('commit');
  } finally {
    holder.release();
  }
  await expect.poll(() => targets(orgId)).not.toEqual([]);
  await audit.close();
  expect(await targets(orgId)).toEqual(['held up']);
});
