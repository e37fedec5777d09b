import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toAuditRow } from '../../src/audit/entry.ts';
import type { Role } from '../../src/kernel/access.ts';
import type { OrganisationId, UserId } from '../../src/kernel/ids.ts';
import { keepTrail } from '../support/keep-trail.ts';
import { openPortal, type OpenedPortal } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

async function organisation() {
  const { orgId, slug } = await portal.organisation();
  const owner = await portal.person({ orgId, role: 'owner' });
  return { orgId, owner, base: `/organisations/${slug}/overview` };
}

/** Calls through a connector, so many of which failed behind it. */
async function call(orgId: OrganisationId, userId: UserId, connector: string, calls: number, failed: number) {
  const rows = Array.from({ length: calls }, (_, index) =>
    toAuditRow(
      {
        orgId,
        action: 'tool.call',
        actor: { kind: 'user', id: userId },
        target: 'list_bundles',
        outcome: index < failed ? 'failed' : 'ok',
        status: index < failed ? 502 : 200,
        durationMs: 5,
        detail: { connector },
      },
      'event',
      portal.clock,
    ),
  );
  await portal.store.audit.insertMany(rows);
  await keepTrail(portal.store);
}

const NOTHING = {
  connected: false,
  called: false,
  unused_keys: { count: 0, days: 90 },
  expiring_connections: { count: 0, days: 3 },
  failing_connectors: [],
  webhooks_in_trouble: [],
};

describe('the overview', () => {
  test('of a new organisation says that nothing has happened and nothing needs care', async () => {
    const { base, owner } = await organisation();
    expect((await owner.get(base)).body).toEqual({ whose: 'all', ...NOTHING });
  });

  test('names what needs care: keys that nobody uses, connections that end soon, connectors that fail', async () => {
    const { base, orgId, owner } = await organisation();
    const run = (text: string, values: unknown[]) => portal.store.pool.query(text, values);
    const [unused, used, soon] = [
      await portal.connection({ orgId, userId: owner.userId }),
      await portal.connection({ orgId, userId: owner.userId }),
      await portal.connection({ orgId, userId: owner.userId }),
    ];
    await run(`update keys set created_at = now() - interval '91 days' where id = any($1)`, [
      [unused.keyId, used.keyId],
    ]);
    await run(`update keys set last_used_at = now() where id = $1`, [used.keyId]);
    await run(`update grants set expires_at = now() + interval '2 days' where id = $1`, [soon.grantId]);
    await call(orgId, owner.userId, 'shaky', 20, 6);
    await call(orgId, owner.userId, 'busy', 100, 6);
    await call(orgId, owner.userId, 'rare', 4, 4);
    expect((await owner.get(base)).body).toEqual({
      whose: 'all',
      connected: true,
      called: true,
      unused_keys: { count: 1, days: 90 },
      expiring_connections: { count: 1, days: 3 },
      failing_connectors: [{ connector: 'shaky', calls: 20, failed: 6 }],
      webhooks_in_trouble: [],
    });
    await run(`update keys set revoked_at = now() where id = $1`, [unused.keyId]);
    await run(`update grants set revoked_at = now() where id = $1`, [soon.grantId]);
    expect((await owner.get(base)).body).toMatchObject({
      unused_keys: { count: 0 },
      expiring_connections: { count: 0 },
    });
  });

  test.each<[Role, 'all' | 'own']>([
    ['admin', 'all'],
    ['member', 'own'],
    ['viewer', 'own'],
  ])('shows an %s what is of %s', async (role, whose) => {
    const { base, orgId, owner } = await organisation();
    const person = await portal.person({ orgId, role });
    const { keyId, grantId } = await portal.connection({ orgId, userId: owner.userId });
    await portal.store.pool.query(`update keys set created_at = now() - interval '91 days' where id = $1`, [
      keyId,
    ]);
    await portal.store.pool.query(`update grants set expires_at = now() + interval '1 day' where id = $1`, [
      grantId,
    ]);
    await call(orgId, owner.userId, 'shaky', 20, 20);
    const { body } = await person.get(base);
    expect(body).toEqual(
      whose === 'own'
        ? { whose, ...NOTHING }
        : {
            whose,
            connected: true,
            called: true,
            unused_keys: { count: 1, days: 90 },
            expiring_connections: { count: 1, days: 3 },
            failing_connectors: [{ connector: 'shaky', calls: 20, failed: 20 }],
            webhooks_in_trouble: [],
          },
    );
  });

  test('has nothing of another organisation', async () => {
    const theirs = await organisation();
    const { base, orgId, owner } = await organisation();
    await portal.store.people.addMember(theirs.orgId, owner.userId, 'viewer');
    await portal.connection({ orgId: theirs.orgId, userId: owner.userId });
    await call(theirs.orgId, owner.userId, 'shaky', 20, 20);
    expect(orgId).not.toBe(theirs.orgId);
    expect((await owner.get(base)).body).toEqual({ whose: 'all', ...NOTHING });
  });
});
