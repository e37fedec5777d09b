import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toAuditRow, type AuditEntry } from '../../src/audit/entry.ts';
import { createTrailKeeper } from '../../src/audit/keep-trail.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { newId, type OrganisationId } from '../../src/kernel/ids.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { createTestStore } from '../support/database.ts';

let database: Awaited<ReturnType<typeof createTestStore>>;
beforeAll(async () => {
  database = await createTestStore();
});
afterAll(() => database.close());

const newKeeper = () => createTrailKeeper({ store: database.store, log: silentLog });

function rowOf(orgId: OrganisationId | undefined, more: Partial<AuditEntry> = {}) {
  return toAuditRow(
    { orgId, action: 'key.created', actor: { kind: 'system' }, ...more },
    'event',
    systemClock,
  );
}

async function sealedOf(orgId: string): Promise<number[]> {
  const { rows } = await database.store.pool.query<{ id: string }>(
    'select unnest(ids) as id from audit_blocks where chain = $1 order by seq',
    [orgId],
  );
  return rows.map(({ id }) => Number(id));
}

async function idsOf(orgId: OrganisationId): Promise<number[]> {
  const rows = await database.store.audit.list(orgId, { limit: 50_000 });
  return rows.map(({ id }) => id).toSorted((a, b) => a - b);
}

describe('the chain of audit rows', () => {
  test('takes up each row once, in the order of their ids, a chain for each organisation and one for nobody', async () => {
    const keeper = newKeeper();
    const [one, other] = [newId('org'), newId('org')];
    for (let round = 0; round < 3; round += 1) {
      await database.store.audit.insertMany([rowOf(one), rowOf(other), rowOf(undefined), rowOf(one)]);
      await keeper.step();
    }
    expect(await sealedOf(one)).toEqual(await idsOf(one));
    expect(await sealedOf(other)).toEqual(await idsOf(other));
    expect(await sealedOf(one)).toHaveLength(6);
    expect(await sealedOf('')).toHaveLength(3);
    const { rows } = await database.store.pool.query(
      'select seq::int from audit_blocks where chain = $1 order by seq',
      [one],
    );
    expect(rows).toEqual([{ seq: 1 }, { seq: 2 }, { seq: 3 }]);
    await keeper.close();
  });

  test('waits for a row that is written but not committed, and does not pass it by', async () => {
    const keeper = newKeeper();
    const orgId = newId('org');
    const slow = await database.store.pool.connect();
    try {
      await slow.query('begin');
      await slow.query(
        `insert into audit_events (org_id, at, phase, action, actor_kind) values ($1, now(), 'event', 'slow', 'system')`,
        [orgId],
      );
      await database.store.audit.insertMany([rowOf(orgId)]);
      await keeper.step();
      await keeper.step();
      expect(await sealedOf(orgId)).toEqual([]);
      // Others who begin meanwhile do not make it longer.
      const later = await database.store.pool.connect();
      await later.query('begin');
      await later.query('lock table audit_events in row exclusive mode');
      await slow.query('commit');
      await keeper.step();
      expect(await sealedOf(orgId)).toEqual(await idsOf(orgId));
      expect(await sealedOf(orgId)).toHaveLength(2);
      await later.query('rollback');
      later.release();
    } finally {
      slow.release();
    }
    await keeper.close();
  });

  test('is not held up by ids that were never used', async () => {
    const keeper = newKeeper();
    const orgId = newId('org');
    await database.store
      .transaction(async (queries) => {
        await queries.audit.insertMany([rowOf(orgId)]);
        throw new Error('thought better of it');
      })
      .catch(() => undefined);
    await database.store.audit.insertMany([rowOf(orgId)]);
    await keeper.step();
    expect(await sealedOf(orgId)).toEqual(await idsOf(orgId));
    expect(await sealedOf(orgId)).toHaveLength(1);
    await keeper.close();
  });

  test('is one chain however many nodes write and seal at once', async () => {
    const keepers = Array.from({ length: 4 }, newKeeper);
    const orgId = newId('org');
    const writing = Array.from({ length: 8 }, async () => {
      for (let round = 0; round < 25; round += 1)
        await database.store.audit.insertMany([rowOf(orgId), rowOf(orgId), rowOf(orgId)]);
    });
    const sealing = keepers.map(async (keeper) => {
      for (let round = 0; round < 20; round += 1) await keeper.step();
    });
    await Promise.all([...writing, ...sealing]);
    for (const keeper of keepers) await keeper.step();
    expect(await sealedOf(orgId)).toEqual(await idsOf(orgId));
    expect(await sealedOf(orgId)).toHaveLength(600);
    await Promise.all(keepers.map((keeper) => keeper.close()));
  });

  test('catches up with a trail that was there before it', async () => {
    const orgId = newId('org');
    await database.store.pool.query(
      `insert into audit_events (org_id, at, phase, action, actor_kind)
       select $1, now(), 'event', 'old', 'system' from generate_series(1, 25000)`,
      [orgId],
    );
    const keeper = newKeeper();
    await keeper.step();
    expect(await sealedOf(orgId)).toHaveLength(25_000);
    await keeper.close();
  });
});

describe('the counts of calls', () => {
  test('say how each call ended and how long it took, whatever order the rows came in', async () => {
    const { store } = database;
    const keeper = newKeeper();
    const orgId = newId('org');
    await store.people.createOrganisation({ id: orgId, slug: 'counted', name: 'Counted', tokenMode: 'key' });
    const actor = { kind: 'user', id: newId('usr') } as const;
    const call = { action: 'tool.call', actor, target: 'list_bundles', detail: { connector: 'reelport' } };
    const hour = new Date('2026-03-01T10:00:00Z');
    const at = (
      minutes: number,
      more: Partial<AuditEntry>,
      phase: 'event' | 'intent' | 'outcome' = 'event',
    ) => toAuditRow({ orgId, ...call, ...more }, phase, { nowMs: () => hour.getTime() + minutes * 60_000 });
    const ended = (status: number | undefined, durationMs: number) => ({
      outcome: status !== undefined && status < 400 ? ('ok' as const) : ('failed' as const),
      status,
      durationMs,
    });
    await store.audit.insertMany([
      at(61, ended(200, 40)),
      at(0, ended(200, 12)),
      at(1, {}, 'intent'),
      at(1, ended(201, 900), 'outcome'),
    ]);
    await keeper.step();
    await store.audit.insertMany([
      at(2, { outcome: 'refused' }),
      at(3, ended(429, 3)),
      at(4, ended(404, 3)),
      at(5, ended(503, 3)),
      at(59, ended(undefined, 30_000)),
      at(59, { action: 'key.created', outcome: 'ok' }),
    ]);
    await keeper.step();
    await keeper.step();

    const filter = { orgId, from: hour, to: new Date(hour.getTime() + 2 * 3_600_000) };
    const series = await store.usageHours.series(filter, 3600);
    expect(series.map((counts) => ({ ...counts, durations: [] }))).toEqual([
      {
        atMs: hour.getTime(),
        calls: 7,
        refused: 1,
        limited: 1,
        clientErrors: 1,
        serverErrors: 1,
        failed: 1,
        durations: [],
      },
      {
        atMs: hour.getTime() + 3_600_000,
        calls: 1,
        refused: 0,
        limited: 0,
        clientErrors: 0,
        serverErrors: 0,
        failed: 0,
        durations: [],
      },
    ]);
    const { durations } = await store.usageHours.totals(filter);
    const filled = [...durations.entries()].filter(([, count]) => count > 0);
    // Below 5, 10 to 20, 30 to 50, 750 to 1000, 30 to 60 s; what was refused took no time.
    expect(filled).toEqual([
      [0, 3],
      [2, 1],
      [4, 1],
      [12, 1],
      [21, 1],
    ]);
    await keeper.close();
  });

  test('are the same after two nodes counted at once', async () => {
    const { store } = database;
    const orgId = newId('org');
    await store.people.createOrganisation({ id: orgId, slug: 'raced', name: 'Raced', tokenMode: 'key' });
    const keepers = Array.from({ length: 3 }, newKeeper);
    for (let round = 0; round < 10; round += 1) {
      await store.audit.insertMany([rowOf(orgId, { action: 'api.call', outcome: 'ok', durationMs: 7 })]);
      await Promise.all(keepers.map((keeper) => keeper.step()));
    }
    for (const keeper of keepers) await keeper.step();
    const filter = { orgId, from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 86_400_000) };
    const totals = await store.usageHours.totals(filter);
    expect([totals.calls, totals.durations[1]]).toEqual([10, 10]);
    await Promise.all(keepers.map((keeper) => keeper.close()));
  });
});
