import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAudit } from '../../src/audit/audit.ts';
import { createBounded } from '../../src/audit/bounded.ts';
import type { AuditEntry } from '../../src/audit/entry.ts';
import { newId } from '../../src/kernel/ids.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { createTestStore } from '../support/database.ts';

const REFUSED: AuditEntry = { action: 'client.refused', actor: { kind: 'anonymous' }, outcome: 'refused' };
const counted = (count: number, action = 'client.refused') => ({
  action,
  actor: { kind: 'system' },
  outcome: 'refused',
  detail: { more_like_these: count, within_seconds: 60 },
});

function openBounded() {
  const written: AuditEntry[] = [];
  let nowMs = 1_000_000;
  const bounded = createBounded({ write: (entry) => written.push(entry), clock: { nowMs: () => nowMs } });
  return { written, bounded, pass: (milliseconds: number) => (nowMs += milliseconds) };
}

describe('what anybody can cause, in the audit trail', () => {
  test('ten rows a minute for one source, and the rest is one row with its number', () => {
    const { written, bounded, pass } = openBounded();
    for (let count = 0; count < 1000; count += 1) bounded.add('203.0.113.7', REFUSED);
    expect(written).toEqual(Array.from({ length: 10 }, () => REFUSED));
    pass(60_000);
    bounded.add('203.0.113.7', REFUSED);
    expect(written.slice(10)).toEqual([counted(990), REFUSED]);
  });

  test('a flood from one source does not hide what another one causes', () => {
    const { written, bounded } = openBounded();
    for (let count = 0; count < 1000; count += 1) bounded.add('203.0.113.7', REFUSED);
    const other = { ...REFUSED, requestId: newId('req') };
    bounded.add('198.51.100.1', other);
    expect(written.at(-1)).toEqual(other);
    bounded.add('203.0.113.7', { ...REFUSED, action: 'authorize.refused' });
    expect(written.at(-1)).toMatchObject({ action: 'authorize.refused' });
    bounded.close();
  });

  test('from ever new sources: 300 rows a minute in all, and each action is counted by itself', () => {
    const { written, bounded } = openBounded();
    for (let index = 0; index < 5000; index += 1) bounded.add(`source ${index}`, REFUSED);
    bounded.add('another', { ...REFUSED, action: 'authorize.refused' });
    expect(written).toHaveLength(300);
    bounded.close();
    expect(written.slice(300)).toEqual([counted(4700), counted(1, 'authorize.refused')]);
  });

  test('nothing is added where nothing was left out', () => {
    const { written, bounded, pass } = openBounded();
    bounded.add('203.0.113.7', REFUSED);
    pass(60_000);
    bounded.add('203.0.113.7', REFUSED);
    bounded.close();
    expect(written).toEqual([REFUSED, REFUSED]);
  });
});

describe('through the whole trail', () => {
  let database: Awaited<ReturnType<typeof createTestStore>>;
  beforeAll(async () => {
    database = await createTestStore();
  });
  afterAll(() => database.close());

  test('closing writes the number that is still open', async () => {
    const audit = createAudit({ store: database.store, clock: { nowMs: () => Date.now() }, log: silentLog });
    for (let count = 0; count < 25; count += 1) audit.recordFromAnybody('203.0.113.7', REFUSED);
    await audit.close();
    const { rows } = await database.store.pool.query<{ actor_kind: string; detail: unknown }>(
      `select actor_kind, detail from audit_events where action = 'client.refused' order by id`,
    );
    expect(rows).toHaveLength(11);
    expect(rows.at(-1)).toEqual({
      actor_kind: 'system',
      detail: { more_like_these: 15, within_seconds: 60 },
    });
  });
});
