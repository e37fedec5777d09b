import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createIntentCloser } from '../../src/audit/close-intents.ts';
import { toAuditRow } from '../../src/audit/entry.ts';
import { createTrailKeeper } from '../../src/audit/keep-trail.ts';
import { CALL_MS_MAX } from '../../src/kernel/call-ms-max.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { newId, type OrganisationId, type RequestId } from '../../src/kernel/ids.ts';
import { silentLog } from '../../src/kernel/log.ts';
import type { AuditPhase } from '../../src/store/schema.ts';
import { createTestStore } from '../support/database.ts';

let database: Awaited<ReturnType<typeof createTestStore>>;
let trail: ReturnType<typeof createTrailKeeper>;
beforeAll(async () => {
  database = await createTestStore();
  trail = createTrailKeeper({ store: database.store, log: silentLog });
});
afterAll(async () => {
  await trail.close();
  await database.close();
});

const HOUR = 3_600_000;
let orgId: OrganisationId;
beforeEach(async () => {
  orgId = newId('org');
  // Rows are of the past here: what another test wrote just now would be younger than what follows it.
  await database.store.pool.query('delete from audit_events');
});

async function write(
  phase: AuditPhase,
  requestId: RequestId,
  { target = 'send_report', agoMs = 3 * HOUR } = {},
) {
  const entry = {
    orgId,
    action: 'tool.call',
    actor: { kind: 'user' as const, id: newId('usr') },
    target,
    requestId,
    detail: { connector: 'reports' },
    ...(phase === 'outcome' && { outcome: 'ok' as const }),
  };
  const row = toAuditRow(entry, phase, systemClock);
  await database.store.audit.insertMany([{ ...row, at: new Date(Date.now() - agoMs) }]);
}

async function closeAll(nodes = 1): Promise<void> {
  await trail.step();
  const closers = Array.from({ length: nodes }, () =>
    createIntentCloser({ store: database.store, log: silentLog }),
  );
  await Promise.all(closers.map((closer) => closer.step()));
  await Promise.all(closers.map((closer) => closer.close()));
}

const unknown = async () =>
  (await database.store.audit.list(orgId, { limit: 100 })).filter(({ outcome }) => outcome === 'unknown');

test('a call that was announced and never said to be over is closed as unknown, once by however many nodes', async () => {
  const [lost, done] = [newId('req'), newId('req')];
  await write('intent', lost);
  await write('intent', done);
  await write('outcome', done);
  await closeAll(3);
  expect(await unknown()).toMatchObject([
    {
      phase: 'outcome',
      action: 'tool.call',
      target: 'send_report',
      requestId: lost,
      actorKind: 'user',
      status: null,
      durationMs: null,
      detail: { connector: 'reports', reason: 'no_outcome' },
    },
  ]);
  await closeAll();
  expect(await unknown()).toHaveLength(1);
});

test('a call that may still be under way is left alone, and so is all that began after it', async () => {
  const [young, other] = [newId('req'), newId('req')];
  await write('intent', young, { agoMs: 1.9 * HOUR });
  await write('intent', other);
  await closeAll();
  expect(await unknown()).toEqual([]);
  await database.store.pool.query(`update audit_events set at = at - interval '1 hour' where org_id = $1`, [
    orgId,
  ]);
  await closeAll();
  expect((await unknown()).map(({ requestId }) => requestId)).toEqual(expect.arrayContaining([young, other]));
});

test('a call that lasts as long as any may has one outcome: its own', async () => {
  const long = newId('req');
  await write('intent', long, { agoMs: CALL_MS_MAX + 60_000 });
  await closeAll();
  await write('outcome', long, { agoMs: 0 });
  await closeAll();
  const rows = await database.store.audit.list(orgId, { limit: 100 });
  expect(rows.map(({ outcome, phase }) => `${phase} ${outcome}`).toSorted()).toEqual([
    'intent null',
    'outcome ok',
  ]);
});

test('of several calls of one request as many are closed as nothing is known of', async () => {
  const request = newId('req');
  for (let call = 0; call < 3; call += 1) await write('intent', request);
  await write('intent', request, { target: 'delete_report' });
  await write('outcome', request);
  await closeAll();
  const count = (name: string, rows: { target: string | null }[]) =>
    rows.filter(({ target }) => target === name).length;
  const closed = await unknown();
  expect([count('delete_report', closed), count('send_report', closed)]).toEqual([1, 2]);
});

test('what is closed is sealed and counted like any other outcome', async () => {
  await database.store.people.createOrganisation({
    id: orgId,
    slug: `org-${Date.now()}`,
    name: 'Acme',
    tokenMode: 'token',
  });
  await write('intent', newId('req'));
  await closeAll();
  await trail.step();
  const { rows } = await database.store.pool.query(
    'select calls, failed from usage_hours where org_id = $1',
    [orgId],
  );
  expect(rows).toEqual([{ calls: 1, failed: 1 }]);
});

test('what is written in another organisation is no outcome of a call here', async () => {
  const lost = newId('req');
  await write('intent', lost);
  const ours = orgId;
  orgId = newId('org');
  await write('outcome', lost);
  orgId = ours;
  await closeAll();
  expect(await unknown()).toMatchObject([{ requestId: lost }]);
});
