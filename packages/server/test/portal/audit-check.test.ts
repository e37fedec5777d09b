import { afterAll, beforeAll, expect, test } from 'vitest';
import { toAuditRow } from '../../src/audit/entry.ts';
import { keepTrail } from '../support/keep-trail.ts';
import { openPortal, type OpenedPortal } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

test('a check names what was deleted as a policy deletes, where no policy did', async () => {
  const { orgId, slug } = await portal.organisation();
  const owner = await portal.person({ orgId, role: 'owner' });
  const entry = { orgId, action: 'key.created', actor: { kind: 'system' } } as const;
  await portal.store.audit.insertMany(
    Array.from({ length: 3 }, () => toAuditRow(entry, 'event', portal.clock)),
  );
  await keepTrail(portal.store);
  const ids = (await portal.store.audit.list(orgId, { limit: 100 })).map(({ id }) => id);
  await portal.store.pool.query('delete from audit_events where org_id = $1', [orgId]);
  await portal.store.pool.query('update audit_blocks set ids = null, leaves = null where chain = $1', [
    orgId,
  ]);
  const { body } = await owner.get(`/organisations/${slug}/audit/check`);
  expect(body).toMatchObject({
    result: 'broken',
    events: 0,
    deleted_by_policy: 0,
    broken: {
      event: String(Math.min(...ids)),
      at: null,
      kind: 'wiped',
      last_event: String(Math.max(...ids)),
      block: 1,
    },
    next_cursor: null,
  });
});
