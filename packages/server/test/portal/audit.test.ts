import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toAuditRow, type AuditEntry } from '../../src/audit/entry.ts';
import type { Role } from '../../src/kernel/access.ts';
import type { AgentId, GrantId, KeyId, OrganisationId } from '../../src/kernel/ids.ts';
import { keepTrail } from '../support/keep-trail.ts';
import { errorOf, itemsOf, openPortal, type OpenedPortal, type Person } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

async function watched() {
  const { orgId, slug } = await portal.organisation();
  const owner = await portal.person({ orgId, role: 'owner' });
  return { orgId, slug, owner, base: `/organisations/${slug}/audit` };
}

type Given = Partial<AuditEntry> & { agoMs?: number; phase?: 'event' | 'intent' | 'outcome' };

function write(orgId: OrganisationId, ...entries: Given[]): Promise<void> {
  return portal.store.audit.insertMany(
    entries.map(({ agoMs = 0, phase = 'event', ...more }) =>
      toAuditRow({ orgId, action: 'key.created', actor: { kind: 'system' }, ...more }, phase, {
        nowMs: () => portal.clock.nowMs() - agoMs,
      }),
    ),
  );
}

const HOUR_MS = 3_600_000;

/** The targets of a page, in its order. */
const targetsOf = async (person: Person, path: string) =>
  itemsOf(await person.get(path)).map(({ target }) => (target as { text: string } | null)?.text);

/** Over all pages. */
async function allOf(person: Person, path: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let cursor: unknown = ''; ;) {
    const answer = await person.get(`${path}${cursor === '' ? '' : `&cursor=${String(cursor)}`}`);
    expect(answer.status).toBe(200);
    items.push(...itemsOf(answer));
    cursor = answer.body?.['next_cursor'];
    if (cursor === null) return items;
  }
}

describe('the audit log', () => {
  test('names who did what, through which app and with which key, with the names of today', async () => {
    const { base, orgId, owner } = await watched();
    const { keyId, grantId } = await portal.connection({ orgId, userId: owner.userId });
    const grant = await portal.store.grants.find(orgId, grantId);
    await write(
      orgId,
      {
        action: 'tool.call',
        actor: { kind: 'user', id: owner.userId },
        clientId: grant?.clientId,
        grantId,
        keyId,
        target: 'list_bundles',
        outcome: 'ok',
        status: 200,
        durationMs: 12,
        detail: { connector: 'reelport' },
      },
      { action: 'grant.revoked', target: grantId },
      { action: 'key.revoked', target: keyId },
      { action: 'member.removed', target: owner.userId, outcome: 'ok', detail: { from: 'admin' } },
    );
    const [removed, revoked, ended, call] = itemsOf(await owner.get(base));
    expect(removed).toMatchObject({
      action: 'member.removed',
      actor: { kind: 'system', id: null, name: null },
      target: { text: owner.userId, name: owner.email },
      detail: { from: 'admin' },
    });
    expect(revoked).toMatchObject({ target: { text: keyId, name: 'Claude (MCP connector)' } });
    expect(ended).toMatchObject({ target: { text: grantId, name: 'Claude (MCP connector)' } });
    expect(call).toMatchObject({
      action: 'tool.call',
      actor: { kind: 'user', id: owner.userId, name: owner.email },
      client: { name: 'Claude' },
      key: { id: keyId, name: 'Claude (MCP connector)' },
      target: { text: 'list_bundles', name: null },
      result: 'ok',
      status: 200,
      duration_ms: 12,
    });
  });

  test('does not look up the ids that a caller put in the place of a name', async () => {
    const theirs = await watched();
    const { base, orgId, owner } = await watched();
    await write(
      orgId,
      { action: 'prompt.get', target: theirs.owner.userId },
      { action: 'resource.read', target: theirs.owner.userId },
    );
    const answer = await owner.get(base);
    expect(answer.text).toContain(theirs.owner.userId);
    expect(answer.text).not.toContain(theirs.owner.email);
  });

  test('does not name keys and agents of another organisation', async () => {
    const theirs = await watched();
    const { keyId } = await portal.connection({ orgId: theirs.orgId, userId: theirs.owner.userId });
    const made = await theirs.owner.post(`/organisations/${theirs.slug}/agents`, {
      name: 'Their nightly job',
      role: 'viewer',
    });
    const agentId = String(made.body?.['id']) as AgentId;
    const { base, orgId, owner } = await watched();
    await write(
      orgId,
      { action: 'key.revoked', target: keyId, keyId },
      { action: 'agent.deleted', target: agentId, actor: { kind: 'agent', id: agentId } },
    );
    const answer = await owner.get(base);
    expect(answer.status).toBe(200);
    expect(answer.text).not.toMatch(/Their nightly job|MCP connector/);
  });

  test('has nothing of other organisations, whatever is asked for', async () => {
    const theirs = await watched();
    await write(theirs.orgId, { target: 'secret-of-theirs', requestId: 'req_theirs' as never });
    const { base, owner } = await watched();
    for (const query of [
      '',
      '?request_id=req_theirs',
      '?target=secret',
      '?cursor=999999999999',
      '?from=2020-01-01T00:00:00Z',
    ]) {
      const answer = await owner.get(`${base}${query}`);
      expect([query, answer.status, answer.text.includes('theirs')]).toEqual([query, 200, false]);
    }
    const file = await owner.get(`${base}/export?format=ndjson`);
    expect(file.text).not.toContain('theirs');
  });

  test('comes newest first, in pages that hold each event once', async () => {
    const { base, orgId, owner } = await watched();
    await write(orgId, ...Array.from({ length: 25 }, (_, index) => ({ target: `n${index}` })));
    const items = await allOf(owner, `${base}?limit=10`);
    expect(items.map(({ target }) => (target as { text: string }).text)).toEqual(
      Array.from({ length: 25 }, (_, index) => `n${24 - index}`),
    );
  });

  test.each<[string, string[]]>([
    ['action=grant.revoked', ['b']],
    ['action=grant.*', ['c', 'b']],
    ['result=refused', ['c']],
    ['client=cli_x', ['d']],
    ['key=key_x', ['d']],
    ['request_id=req_1', ['b']],
    ['request_id=req_', []],
    ['target=A', ['a']],
    ['actor=system', ['d', 'c', 'b']],
    ['actor=Person', ['a']],
    ['actor=%25', []],
    ['intents=false', ['c', 'b', 'a']],
    ['action=grant.*&result=ok', ['b']],
  ])('shows what fits %s', async (query, expected) => {
    const { base, orgId, owner } = await watched();
    await write(
      orgId,
      { target: 'a', actor: { kind: 'user', id: owner.userId } },
      { target: 'b', action: 'grant.revoked', outcome: 'ok', requestId: 'req_1' as never },
      { target: 'c', action: 'grant.created', outcome: 'refused' },
      {
        target: 'd',
        phase: 'intent',
        clientId: 'cli_x' as never,
        keyId: 'key_x' as KeyId,
        grantId: 'grt_x' as GrantId,
      },
    );
    expect(await targetsOf(owner, `${base}?${query}`)).toEqual(expected);
  });

  test('shows a stretch of time, also where rows came into the database late', async () => {
    const { base, orgId, owner } = await watched();
    const nowMs = portal.clock.nowMs();
    await write(
      orgId,
      ...Array.from({ length: 48 }, (_, index) => ({
        target: `h${48 - index}`,
        agoMs: (48 - index) * HOUR_MS - 1000,
      })),
      // Ten minutes late.
      { target: 'late', agoMs: 10 * 60_000 },
    );
    const at = (hoursAgo: number) => new Date(nowMs - hoursAgo * HOUR_MS).toISOString();
    expect(await targetsOf(owner, `${base}?from=${at(5)}&to=${at(2)}`)).toEqual(['h3', 'h4', 'h5']);
    expect(await targetsOf(owner, `${base}?to=${at(46)}`)).toEqual(['h47', 'h48']);
    expect(await targetsOf(owner, `${base}?from=${at(1)}`)).toEqual(['late', 'h1']);
    expect(await targetsOf(owner, `${base}?from=${at(-1)}`)).toEqual([]);
  });

  test.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'cursor=-1',
    'cursor=1;drop',
    'from=yesterday',
    'to=2026-13-01T00:00:00Z',
    'result=perhaps',
    `actor=${'x'.repeat(201)}`,
  ])('refuses ?%s', async (query) => {
    const { base, owner } = await watched();
    const answer = await owner.get(`${base}?${query}`);
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalid_request']);
  });

  test.each<[string]>([["'; drop table audit_events; --"], ['%'], ['\\'], ['\u0000'], ['\ud800']])(
    'takes %j for a text like any other',
    async (text) => {
      const { base, orgId, owner } = await watched();
      await write(orgId, { target: 'still there' });
      for (const name of ['actor', 'action', 'target', 'client', 'key', 'request_id']) {
        const answer = await owner.get(
          `${base}?${name}=${encodeURIComponent(text.replace('\ud800', '\ufffd'))}`,
        );
        expect([name, [200, 400].includes(answer.status), itemsOf(answer)]).toEqual([name, true, []]);
      }
      expect(await targetsOf(owner, base)).toEqual(['still there']);
    },
  );

  test.each<[Role, number]>([
    ['owner', 200],
    ['admin', 200],
    ['member', 403],
    ['viewer', 403],
  ])('answers a %s %i, its files and the check of its chain too', async (role, status) => {
    const { base, orgId } = await watched();
    await write(orgId, { target: 'only-for-admins' });
    const person = await portal.person({ orgId, role });
    for (const path of [base, `${base}/check`, `${base}/export?format=csv`]) {
      const answer = await person.get(path);
      expect([path, answer.status]).toEqual([path, status]);
      expect([path, answer.text.includes('only-for-admins')]).toEqual([
        path,
        status === 200 && path !== `${base}/check`,
      ]);
    }
  });
});

describe('a long audit log', () => {
  const ROWS = 60_000;
  let long: Awaited<ReturnType<typeof watched>>;
  beforeAll(async () => {
    long = await watched();
    await portal.store.pool.query(
      `insert into audit_events (org_id, at, phase, action, actor_kind, actor_id, target, outcome, request_id, detail)
       select $1, now() - make_interval(secs => $2 - n), 'event', case when n = 5 then 'grant.revoked' else 'tool.call' end,
              'user', $3, 'tool_' || n, 'ok', 'req_' || n, '{"connector": "reelport"}'
       from generate_series(1, $2) n`,
      [long.orgId, ROWS, long.owner.userId],
    );
  });

  test('is searched for what is rare in steps, each of which says how far it came', async () => {
    const { base, owner } = long;
    const first = await owner.get(`${base}?action=grant.revoked`);
    expect(itemsOf(first)).toEqual([]);
    expect(first.body?.['next_cursor']).toEqual(expect.any(String));
    expect(Date.parse(String(first.body?.['searched_back_to']))).toBeLessThan(Date.now());
    const found = await allOf(owner, `${base}?action=grant.revoked`);
    expect(found.map(({ target }) => target)).toEqual([{ text: 'tool_5', name: null }]);
  });

  test('is downloaded as a whole, in order, while no more than a piece of it is in memory', async () => {
    const { base, owner } = long;
    const response = await portal.app.request(
      `${portal.baseUrl}/portal/v1${base}/export?format=ndjson&action=tool.call`,
      { headers: { cookie: owner.cookie, 'sec-fetch-site': 'same-origin' } },
    );
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="audit-${long.slug}.ndjson"`,
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const decoder = new TextDecoder();
    let lines = 0;
    let largest = 0;
    let rest = '';
    let last = Number.POSITIVE_INFINITY;
    for await (const piece of response.body ?? []) {
      largest = Math.max(largest, (piece as Uint8Array).byteLength);
      const parts = (rest + decoder.decode(piece as Uint8Array, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const { id } = JSON.parse(part) as { id: string };
        if (Number(id) >= last) throw new Error(`${id} comes after ${last}`);
        last = Number(id);
        lines += 1;
      }
    }
    expect([lines, rest]).toEqual([ROWS - 1, '']);
    expect(largest).toBeLessThan(1_000_000);
  });

  test('stops being read when nobody takes the file any more', async () => {
    const { base, owner } = long;
    const response = await portal.app.request(`${portal.baseUrl}/portal/v1${base}/export?format=csv`, {
      headers: { cookie: owner.cookie, 'sec-fetch-site': 'same-origin' },
    });
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    const reading = () =>
      portal.store.pool.query(
        `select count(*)::int as active from pg_stat_activity
       where datname = current_database() and backend_type = 'client backend' and state = 'active'
         and query like '%audit_events%' and pid <> pg_backend_pid()`,
      );
    await expect.poll(async () => (await reading()).rows).toEqual([{ active: 0 }]);
  });

  test('has a chain that is checked in parts, and names what was tampered with', async () => {
    const { base, orgId, owner } = long;
    await keepTrail(portal.store);
    const check = async () => {
      let events = 0;
      let parts = 0;
      for (let cursor = ''; ;) {
        const { body } = await owner.get(`${base}/check${cursor === '' ? '' : `?cursor=${cursor}`}`);
        events += Number(body?.['events']);
        parts += 1;
        const next = body?.['next_cursor'];
        if (typeof next !== 'string') return { ...body, events, parts };
        cursor = next;
      }
    };
    const intact = await check();
    expect(intact).toMatchObject({ result: 'intact', broken: null });
    expect(intact.events).toBeGreaterThanOrEqual(ROWS);
    expect(intact.parts).toBeGreaterThan(1);
    const { rows } = await portal.store.pool.query(
      `update audit_events set target = 'nothing' where org_id = $1 and target = 'tool_30000' returning id`,
      [orgId],
    );
    const { id } = (rows as { id: string }[])[0] ?? { id: '' };
    expect(await check()).toMatchObject({ result: 'broken', broken: { event: id, kind: 'changed' } });
    await portal.store.pool.query(`update audit_events set target = 'tool_30000' where id = $1`, [id]);
    expect(await check()).toMatchObject({ result: 'intact' });
  });
});

describe('a file of the audit log', () => {
  test('is CSV that no spreadsheet takes for formulas', async () => {
    const { base, orgId, owner } = await watched();
    await write(orgId, { target: '=HYPERLINK("http://evil.test")', detail: { note: 'a "quoted", word' } });
    const answer = await owner.get(`${base}/export?format=csv`);
    const [head, , row] = answer.text.split('\r\n');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(head).toMatch(/^"id","time","action"/);
    expect(row).toContain(`"'=HYPERLINK(""http://evil.test"")"`);
    expect(row).toContain(String.raw`"{""note"":""a \""quoted\"", word""}"`);
  });

  test('holds what the same filters show, and its download is an event itself', async () => {
    const { base, orgId, owner } = await watched();
    await write(orgId, { target: 'a' }, { target: 'b', outcome: 'refused' });
    const answer = await owner.get(`${base}/export?format=ndjson&result=refused`);
    expect(answer.text.trim().split('\n')).toHaveLength(1);
    const [noted] = itemsOf(await owner.get(base));
    expect(noted).toMatchObject({
      action: 'audit.exported',
      actor: { id: owner.userId },
      detail: { format: 'ndjson', filter: { result: 'refused' } },
    });
  });

  test('of a format that there is not is refused', async () => {
    const { base, owner } = await watched();
    expect((await owner.get(`${base}/export`)).status).toBe(400);
    expect((await owner.get(`${base}/export?format=xlsx`)).status).toBe(400);
  });
});
