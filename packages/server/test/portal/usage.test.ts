import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toAuditRow, type AuditEntry } from '../../src/audit/entry.ts';
import type { Role } from '../../src/kernel/access.ts';
import type { OrganisationId, UserId } from '../../src/kernel/ids.ts';
import { keepTrail } from '../support/keep-trail.ts';
import { openPortal, type OpenedPortal, type Person, type PortalAnswer } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

const HOUR_MS = 3_600_000;

async function used() {
  const { orgId, slug } = await portal.organisation();
  const owner = await portal.person({ orgId, role: 'owner' });
  return { orgId, slug, owner, base: `/organisations/${slug}/usage` };
}

type Call = Partial<AuditEntry> & { agoHours?: number };

async function call(orgId: OrganisationId, userId: UserId, ...calls: Call[]): Promise<void> {
  const rows = calls.map(({ agoHours = 0, ...more }) =>
    toAuditRow(
      {
        orgId,
        action: 'tool.call',
        actor: { kind: 'user', id: userId },
        target: 'list_bundles',
        outcome: 'ok',
        status: 200,
        durationMs: 15,
        ...more,
      },
      'event',
      { nowMs: () => portal.clock.nowMs() - agoHours * HOUR_MS },
    ),
  );
  await portal.store.audit.insertMany(rows);
  await keepTrail(portal.store);
}

type Group = { id: string; name: string | null; calls: number };
const callsIn = (answer: PortalAnswer) => (answer.body?.['totals'] as Group | undefined)?.calls;
const groupsOf = async (person: Person, path: string): Promise<Group[]> =>
  ((await person.get(path)).body?.['groups'] ?? []) as Group[];

describe('usage', () => {
  test('says how many calls there were, how they ended and how long they took', async () => {
    const { base, orgId, owner } = await used();
    const ended = (status: number) => ({ outcome: 'failed' as const, status });
    await call(
      orgId,
      owner.userId,
      ...Array.from({ length: 14 }, () => ({})),
      { ...ended(429) },
      { ...ended(404) },
      { ...ended(502) },
      { outcome: 'failed', status: undefined, durationMs: 30_000 },
      { outcome: 'refused', status: undefined, durationMs: undefined },
      { action: 'grant.created' },
    );
    const { body } = await owner.get(base);
    expect(body).toMatchObject({
      whose: 'all',
      step_seconds: 3600,
      totals: {
        calls: 19,
        refused: 1,
        limited: 1,
        client_errors: 1,
        server_errors: 1,
        failed: 1,
        p50_ms: 15,
        p95_ms: 33_000,
      },
    });
    const series = body?.['series'] as { at: string; calls: number; p50_ms: number | null }[];
    expect(series).toHaveLength(24);
    expect(series.findLast(({ calls }) => calls > 0)).toMatchObject({ calls: 19, p50_ms: 15 });
    expect(series[0]).toMatchObject({ calls: 0, p50_ms: null });
  });

  test.each<[string, number, number, number]>([
    ['24h', 24, 3600, 1],
    ['7d', 168, 3600, 2],
    ['30d', 120, 21_600, 3],
    ['90d', 90, 86_400, 4],
  ])('of %s is %i steps of %i seconds, and has what lies in them', async (range, steps, step, calls) => {
    const { base, orgId, owner } = await used();
    await call(
      orgId,
      owner.userId,
      {},
      { agoHours: 100 },
      { agoHours: 20 * 24 },
      { agoHours: 80 * 24 },
      { agoHours: 120 * 24 },
    );
    const answer = await owner.get(`${base}?range=${range}`);
    const { body } = answer;
    const series = body?.['series'] as { at: string; calls: number }[];
    expect([series.length, body?.['step_seconds'], callsIn(answer)]).toEqual([steps, step, calls]);
    expect(series.reduce((sum, point) => sum + point.calls, 0)).toBe(calls);
    expect(series[0]?.at).toBe(body?.['from']);
  });

  test('is grouped by tool, app, person or key, the busiest first, with the names of today', async () => {
    const { base, orgId, owner } = await used();
    const other = await portal.person({ orgId, role: 'member' });
    const { keyId, grantId } = await portal.connection({ orgId, userId: owner.userId });
    const clientId = (await portal.store.grants.find(orgId, grantId))?.clientId;
    const claude = { clientId, grantId, keyId };
    await call(orgId, owner.userId, claude, claude, { ...claude, target: 'get_bundle' });
    await call(orgId, other.userId, { target: 'get_bundle' });
    const counted = async (by: string) =>
      (await groupsOf(owner, `${base}?by=${by}`)).map(({ calls, name }) => [name, calls]);
    expect(await counted('tool')).toEqual([
      ['get_bundle', 2],
      ['list_bundles', 2],
    ]);
    expect(await counted('client')).toEqual([
      ['Claude', 3],
      [null, 1],
    ]);
    expect(await counted('person')).toEqual([
      [owner.email, 3],
      [other.email, 1],
    ]);
    expect(await counted('key')).toEqual([
      ['Claude (MCP connector)', 3],
      [null, 1],
    ]);
    const toTool = await groupsOf(owner, `${base}?by=person&tool=get_bundle`);
    expect(toTool.map(({ calls }) => calls)).toEqual([1, 1]);
    expect(await groupsOf(owner, `${base}?client=${clientId}`)).toHaveLength(2);
    expect(await groupsOf(owner, `${base}?key=${keyId}&person=${other.userId}`)).toEqual([]);
  });

  test.each<[Role, number, string | undefined]>([
    ['owner', 200, 'all'],
    ['admin', 200, 'all'],
    ['member', 200, 'own'],
    ['viewer', 403, undefined],
  ])('answers a %s %i, with %s calls', async (role, status, whose) => {
    const { base, orgId, owner } = await used();
    const person = await portal.person({ orgId, role });
    await call(orgId, owner.userId, { target: 'owners_tool' });
    await call(orgId, person.userId, { target: 'own_tool' });
    const answer = await person.get(base);
    expect([answer.status, answer.body?.['whose']]).toEqual([status, whose]);
    const file = await person.get(`${base}/export`);
    expect(file.status).toBe(status);
    for (const { text } of [answer, file]) {
      expect(text.includes('owners_tool')).toBe(whose === 'all');
      expect(text.includes('own_tool')).toBe(whose !== undefined);
    }
  });

  test('shows a member nothing of somebody else, also when asked for by name', async () => {
    const { base, orgId, owner } = await used();
    const member = await portal.person({ orgId, role: 'member' });
    await call(orgId, owner.userId, { target: 'owners_tool' });
    for (const query of [`person=${owner.userId}`, `tool=owners_tool`, 'by=person', 'by=key']) {
      const answer = await member.get(`${base}?${query}`);
      expect([query, answer.status, callsIn(answer)]).toEqual([query, 200, 0]);
      expect(answer.text).not.toContain(owner.email);
    }
    const file = await member.get(`${base}/export?person=${owner.userId}`);
    expect(file.text.trim().split('\r\n')).toHaveLength(1);
  });

  test('has nothing of another organisation', async () => {
    const theirs = await used();
    await call(theirs.orgId, theirs.owner.userId, { target: 'their_tool' });
    const { base, owner } = await used();
    for (const by of ['tool', 'client', 'person', 'key']) {
      const answer = await owner.get(`${base}?by=${by}&person=${theirs.owner.userId}`);
      expect(answer.text).not.toMatch(/their_tool|person-\d/);
    }
  });

  test('with thousands of tools shows the busiest hundred, and the file has them all', async () => {
    const { base, orgId, owner } = await used();
    await portal.store.pool.query(
      `insert into audit_events (org_id, at, phase, action, actor_kind, actor_id, target, outcome, status, duration_ms)
       select $1, now(), 'event', 'tool.call', 'user', $2, 'tool_' || n % 10000, 'ok', 200, 5
       from generate_series(1, 12000) n`,
      [orgId, owner.userId],
    );
    await keepTrail(portal.store);
    const { body } = await owner.get(base);
    const groups = (body?.['groups'] ?? []) as Group[];
    expect([groups.length, body?.['groups_in_all'], groups[0]?.calls]).toEqual([100, 10_000, 2]);
    const lines = (await owner.get(`${base}/export`)).text.trim().split('\r\n');
    expect(lines[0]).toBe(
      '"tool","id","calls","refused","limited","client_errors","server_errors","failed","p50_ms","p95_ms"',
    );
    expect(new Set(lines).size).toBe(10_001);
  });

  test.each(['range=1y', 'by=organisation', `tool=${'x'.repeat(201)}`, 'key=%00'])(
    'refuses ?%s',
    async (query) => {
      const { base, owner } = await used();
      expect((await owner.get(`${base}?${query}`)).status).toBe(400);
    },
  );
});
