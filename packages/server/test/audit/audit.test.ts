import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAudit, type AuditStore } from '../../src/audit/audit.ts';
import { toAuditRow, type AuditEntry } from '../../src/audit/entry.ts';
import { createUsage } from '../../src/audit/usage.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { newId, type OrganisationId, type UserId } from '../../src/kernel/ids.ts';
import { silentLog } from '../../src/kernel/log.ts';
import type { AuditRow } from '../../src/store/queries/audit-events.ts';
import { createTestStore } from '../support/database.ts';

let database: Awaited<ReturnType<typeof createTestStore>>;

beforeAll(async () => {
  database = await createTestStore();
});
afterAll(() => database.close());

function entryOf(orgId: OrganisationId, more: Partial<AuditEntry> = {}): AuditEntry {
  return { orgId, action: 'tool.call', actor: { kind: 'user', id: newId('usr') }, ...more };
}

/** The real store, with a count of the inserts and, on request, a database that does not answer. */
function observedStore() {
  const seen = { inserts: 0, down: false };
  const store: AuditStore = {
    audit: {
      async insertMany(rows: AuditRow[]) {
        seen.inserts += 1;
        if (seen.down) throw new Error('connection refused');
        await database.store.audit.insertMany(rows);
      },
    },
  };
  return { store, seen };
}

function list(orgId: OrganisationId) {
  return database.store.audit.list(orgId, { limit: 1000 });
}

describe('the audit trail', () => {
  test('an intent is in the database when its promise resolves', async () => {
    const audit = createAudit({ store: database.store, clock: systemClock, log: silentLog });
    const orgId = newId('org');
    await audit.intent(entryOf(orgId, { target: 'publish_bundle' }));
    expect(await list(orgId)).toMatchObject([
      { phase: 'intent', action: 'tool.call', target: 'publish_bundle' },
    ]);
    await audit.close();
  });

  test('intents that arrive together share an insert, and each is durable', async () => {
    const { store, seen } = observedStore();
    const audit = createAudit({ store, clock: systemClock, log: silentLog });
    const orgId = newId('org');
    await Promise.all(Array.from({ length: 100 }, () => audit.intent(entryOf(orgId))));
    expect(await list(orgId)).toHaveLength(100);
    expect(seen.inserts).toBeLessThanOrEqual(2);
    await audit.close();
  });

  test('an intent that cannot be written is refused as unavailable, and the next one works', async () => {
    const { store, seen } = observedStore();
    const audit = createAudit({ store, clock: systemClock, log: silentLog });
    const orgId = newId('org');
    seen.down = true;
    await expect(audit.intent(entryOf(orgId))).rejects.toMatchObject({ code: 'unavailable' });
    seen.down = false;
    await audit.intent(entryOf(orgId));
    expect(await list(orgId)).toHaveLength(1);
    await audit.close();
  });

  test('of a call that was refused while its intent was being written the trail says that it was not sent', async () => {
    const audit = createAudit({ store: database.store, clock: systemClock, log: silentLog });
    const orgId = newId('org');
    const detail = { connector: 'reports' };
    const refused = async (target: string) =>
      expect(audit.intent(entryOf(orgId, { target, detail }))).rejects.toMatchObject({ code: 'unavailable' });
    const holder = await database.store.pool.connect();
    try {
      await holder.query('begin; lock table audit_events in exclusive mode');
      const underWay = refused('under way');
      // The next insert is not begun before that one is over.
      await new Promise(setImmediate);
      await Promise.all([underWay, refused('still waiting')]);
      await holder.query('commit');
    } finally {
      holder.release();
    }
    await audit.close();
    expect(await list(orgId)).toMatchObject([
      {
        phase: 'outcome',
        outcome: 'refused',
        target: 'under way',
        detail: { connector: 'reports', reason: 'not_sent' },
      },
      { phase: 'intent', outcome: null, target: 'under way' },
    ]);
  });

  test('events and outcomes reach the database by themselves', async () => {
    const audit = createAudit({ store: database.store, clock: systemClock, log: silentLog });
    const orgId = newId('org');
    audit.record(entryOf(orgId, { action: 'key.used' }));
    audit.outcome(entryOf(orgId, { outcome: 'ok', status: 200, durationMs: 1.6 }));
    await expect
      .poll(() => list(orgId))
      .toMatchObject([
        { phase: 'outcome', outcome: 'ok', status: 200, durationMs: 2 },
        { phase: 'event', action: 'key.used' },
      ]);
    await audit.close();
  });

  test('closing writes what is still held, although the database fails once', async () => {
    const { store, seen } = observedStore();
    const audit = createAudit({ store, clock: systemClock, log: silentLog });
    const orgId = newId('org');
    for (let call = 0; call < 1500; call += 1) audit.record(entryOf(orgId));
    seen.down = true;
    const closing = audit.close();
    await expect.poll(() => seen.inserts).toBeGreaterThan(0);
    seen.down = false;
    await closing;
    const rows = await database.store.audit.list(orgId, { limit: 5000 });
    expect(rows).toHaveLength(1500);
  });

  test('an entry of any text can be stored: a caller cannot take a batch down with a byte', async () => {
    const orgId = newId('org');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\0', '\ud800', 'a\udc00b', 'x'.repeat(9000)),
      fc.constantFrom('', 'NULL', '"', '\\', '{a,"b"}', '\\"', ' a ', '\n\t'),
    );
    const rows = fc
      .sample(fc.tuple(text, text), 300)
      .map(([target, value]) =>
        toAuditRow(
          entryOf(orgId, { target, action: value, detail: { [target]: value, nested: [{ value }] } }),
          'event',
          systemClock,
        ),
      );
    await database.store.audit.insertMany(rows);
    const stored = (await list(orgId)).map(({ id: _id, ...row }) => row);
    expect(stored.toReversed()).toEqual(rows);
  });
});

describe('the last use of keys', () => {
  async function createKey() {
    const suffix = randomBytes(6).toString('hex');
    const orgId = newId('org');
    const keyId = newId('key');
    const userId: UserId = newId('usr');
    await database.store.pool.query('insert into users (id, name, email) values ($1, $1, $2)', [
      userId,
      `${suffix}@acme.test`,
    ]);
    await database.store.people.createOrganisation({
      id: orgId,
      slug: `o-${suffix}`,
      name: 'O',
      tokenMode: 'token',
    });
    await database.store.keys.create({ id: keyId, orgId, name: 'by hand', access: 'read', userId });
    return { orgId, keyId };
  }

  test('is written without waiting for anything, and an older time never replaces a newer one', async () => {
    const { orgId, keyId } = await createKey();
    const time = { nowMs: 2_000_000_000_000 };
    const usage = createUsage({ store: database.store, clock: { nowMs: () => time.nowMs }, log: silentLog });
    const lastUsedMs = async () => (await database.store.keys.find(orgId, keyId))?.lastUsedAt?.getTime();

    usage.touch(keyId);
    await expect.poll(lastUsedMs, { timeout: 20_000 }).toBe(2_000_000_000_000);
    time.nowMs = 1_900_000_000_000;
    usage.touch(keyId);
    await usage.close();
    expect(await lastUsedMs()).toBe(2_000_000_000_000);
  });

  test('waits for nobody who holds a key, and is written once the key is let go', async () => {
    const [held, free] = [await createKey(), await createKey()];
    const usage = createUsage({
      store: database.store,
      clock: { nowMs: () => 2_000_000_000_000 },
      log: silentLog,
    });
    const lastUsedMs = async ({ keyId, orgId }: typeof held) =>
      (await database.store.keys.find(orgId, keyId))?.lastUsedAt?.getTime();
    const holder = await database.store.pool.connect();
    try {
      await holder.query('begin');
      await holder.query('select from keys where id = $1 for no key update', [held.keyId]);
      usage.touch(held.keyId);
      usage.touch(free.keyId);
      await expect.poll(() => lastUsedMs(free)).toBe(2_000_000_000_000);
      expect(await lastUsedMs(held)).toBeUndefined();
      await holder.query('commit');
    } finally {
      holder.release();
    }
    await expect.poll(() => lastUsedMs(held)).toBe(2_000_000_000_000);
    await usage.close();
  });
});
