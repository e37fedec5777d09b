import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId, type OrganisationId } from '../../src/kernel/ids.ts';
import { errorOf, itemsOf, openPortal, type OpenedPortal, type Person } from './open-portal.ts';

const MANY = 10_000;
/** They say how many there are: more than any page has. */
const LISTS = [
  { name: 'keys', path: '/keys', id: 'id', sorts: ['created', 'used', 'name'] },
  { name: 'agents', path: '/agents', id: 'id', sorts: ['name', 'created'] },
  { name: 'apps made here', path: '/clients', id: 'client_id', sorts: ['created', 'name'] },
  { name: 'apps that came', path: '/clients/seen', id: 'client_id', sorts: ['approved', 'name'] },
  { name: 'rules about apps', path: '/client-rules', id: 'subject', sorts: [] },
  { name: 'linked identities', path: '/identity-links', id: 'subject', sorts: [] },
] as const;

let portal: OpenedPortal;
let owner: Person;
let base: string;
beforeAll(async () => {
  portal = await openPortal();
  const { orgId, slug } = await portal.organisation();
  owner = await portal.person({ orgId, role: 'owner' });
  base = `/organisations/${slug}`;
  await seed(orgId, owner.userId);
  // Of somebody else's there are as many.
  const other = await portal.organisation();
  await seed(other.orgId, (await portal.person({ orgId: other.orgId, role: 'owner' })).userId);
});
afterAll(() => portal.close());

/** Names and times repeat, so that a page ends among equals. */
async function seed(orgId: OrganisationId, userId: string): Promise<void> {
  const run = (statement: string, ...values: unknown[]) => portal.store.pool.query(statement, values);
  const short = newId('req').slice(4, 10);
  await run(
    `insert into agents (id, org_id, name, role, created_by, created_at)
     select 'agt_' || $3 || n, $1, 'Agent ' || n, case when n % 2 = 0 then 'viewer' else 'member' end, $2,
            now() - make_interval(hours => (n / 7)::int)
     from generate_series(1, $4::int) n`,
    orgId,
    userId,
    short,
    MANY,
  );
  await run(
    `insert into keys (id, org_id, name, access, user_id, agent_id, created_at, last_used_at, revoked_at, hint)
     select 'key_' || $3 || n, $1, 'Key ' || n % 500, 'read', case when n % 4 > 0 then $2 end,
            case when n % 4 = 0 then 'agt_' || $3 || n end, now() - make_interval(mins => (n / 9)::int),
            case when n % 3 = 0 then now() - make_interval(days => n % 200) end,
            case when n % 10 = 0 then now() - make_interval(days => n % 120) end, 'lk_live_abcd…'
     from generate_series(1, $4::int) n`,
    orgId,
    userId,
    short,
    MANY,
  );
  await run(
    `insert into clients (id, kind, name, redirect_uris, auth_method, org_id, created_at)
     select 'cli_made' || $2 || n, 'portal', 'App ' || n % 300, '["https://app.test/callback"]'::jsonb, 'none', $1,
            now() - make_interval(mins => (n / 9)::int)
     from generate_series(1, $3::int) n`,
    orgId,
    short,
    MANY,
  );
  await run(
    `insert into clients (id, kind, name, redirect_uris, auth_method)
     select 'cli_came' || $1 || n, 'dynamic', 'Guest ' || n % 300, '["https://guest.test/callback"]'::jsonb, 'none'
     from generate_series(1, $2::int) n`,
    short,
    MANY,
  );
  await run(
    `insert into grants (id, org_id, user_id, client_id, access, resource, destination, token_mode, created_at, expires_at)
     select 'grt_' || $3 || n, $1, $2, 'cli_came' || $3 || n, 'read', '/mcp', 'guest.test', 'token',
            now() - make_interval(mins => (n / 9)::int), now() + interval '1 day'
     from generate_series(1, $4::int) n`,
    orgId,
    userId,
    short,
    MANY,
  );
  await run(
    `insert into client_rules (org_id, subject, rule)
     select $1, 'host:h' || n || '.test', case when n % 2 = 0 then 'approved' else 'blocked' end
     from generate_series(1, $2::int) n`,
    orgId,
    MANY,
  );
  await run(
    `insert into trusted_issuers (org_id, issuer, jwks_uri, access) values ($1, 'https://idp.test', 'https://idp.test/keys', 'read')`,
    orgId,
  );
  await run(
    `insert into identity_links (org_id, issuer, subject, user_id)
     select $1, 'https://idp.test', 'subject-' || n, $2 from generate_series(1, $3::int) n`,
    orgId,
    userId,
    MANY,
  );
  await run('analyze');
}

function totalOf(body: Record<string, unknown> | undefined): unknown {
  return body?.['total'] ?? (body?.['counts'] as Record<string, unknown> | undefined)?.['all'];
}

/** All of a list, page after page. */
async function walk(path: string, query: Record<string, string>, id: string): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const asked = new URLSearchParams({ ...query, ...(cursor === null ? {} : { cursor }) });
    const answer = await owner.get(`${base}${path}?${asked.toString()}`);
    expect(answer.status).toBe(200);
    const items = itemsOf(answer);
    expect(items.length).toBeLessThanOrEqual(100);
    seen.push(...items.map((item) => String(item[id])));
    cursor = answer.body?.['next_cursor'] as string | null;
  } while (cursor !== null);
  return seen;
}

describe.each(LISTS)('ten thousand $name', ({ id, path, sorts }) => {
  test.each(sorts.length === 0 ? ['as it comes'] : [...sorts])(
    'are all there once, a hundred at a time, by order: %s',
    async (sort) => {
      const seen = await walk(path, sorts.length === 0 ? {} : { sort }, id);
      expect(new Set(seen).size).toBe(seen.length);
      const first = await owner.get(`${base}${path}`);
      expect(seen.length).toBe(totalOf(first.body));
      // Of the keys those are left out that ended long ago.
      expect(seen.length).toBeGreaterThan(9_500);
      expect(seen.length).toBeLessThanOrEqual(MANY);
    },
  );

  test('refuse a cursor that was never given out', async () => {
    for (const cursor of ['nonsense', 'W10', Buffer.from('["x","y","z"]').toString('base64url')]) {
      const refused = await owner.get(`${base}${path}?cursor=${cursor}`);
      expect([refused.status, errorOf(refused).code]).toEqual([400, 'invalid_request']);
    }
  });

  test('take any text to search for as text', async () => {
    for (const q of ['%', '_', "' or 1=1 --", '\\', '\u202e']) {
      const answer = await owner.get(`${base}${path}?q=${encodeURIComponent(q)}`);
      expect(answer.status).toBe(200);
    }
  });
});

describe('what is looked for among ten thousand', () => {
  const namesOf = async (query: string, of = 'name') =>
    itemsOf(await owner.get(`${base}${query}`)).map((item) => item[of]);

  test('keys are found by name, holder and app, whatever the case', async () => {
    const byName = await namesOf('/keys?q=KEY%20499');
    expect(new Set(byName)).toEqual(new Set(['Key 499']));
    expect(await namesOf('/keys?q=agent%209876', 'holder')).toEqual(['Agent 9876']);
    expect((await namesOf(`/keys?q=${encodeURIComponent(owner.email)}`, 'holder'))[0]).toBe(owner.email);
  });

  test('keys are kept to one’s own, to a state and to what made them, and counted', async () => {
    const mine = itemsOf(await owner.get(`${base}/keys?whose=mine`));
    expect(mine.length).toBe(100);
    expect(mine.every((key) => key['is_yours'])).toBe(true);
    for (const [status, says] of [
      ['active', { status: 'active' }],
      ['unused', { status: 'active', is_unused: true }],
      ['revoked', { status: 'revoked' }],
    ] as const) {
      const answer = await owner.get(`${base}/keys?status=${status}`);
      const items = itemsOf(answer);
      expect(items.length).toBe(100);
      for (const item of items) expect(item).toMatchObject(says);
    }
    const agents = itemsOf(await owner.get(`${base}/keys?made_by=agent`));
    expect(agents.every((key) => key['made_by'] === 'agent')).toBe(true);
    const { counts } = (await owner.get(`${base}/keys?q=Key%20499`)).body as {
      counts: Record<string, number>;
    };
    expect(counts).toMatchObject({ all: 20, expired: 0, active: counts['all'] });
  });

  test('a key that ended over 90 days ago is listed no more', async () => {
    const revoked = await walk('/keys', { status: 'revoked' }, 'revoked_at');
    expect(revoked.length).toBeGreaterThan(0);
    const longAgo = Date.now() - 90 * 86_400_000;
    expect(revoked.filter((at) => Date.parse(at) <= longAgo)).toEqual([]);
  });

  test('agents by name, role and state; apps by name and id; rules by what they are about; people by their subject', async () => {
    expect(await namesOf('/agents?q=agent%209876')).toEqual(['Agent 9876']);
    const viewers = itemsOf(await owner.get(`${base}/agents?role=viewer`));
    expect(viewers.every(({ role }) => role === 'viewer')).toBe(true);
    expect((await owner.get(`${base}/agents?role=viewer`)).body?.['total']).toBe(MANY / 2);
    expect((await owner.get(`${base}/agents?status=suspended`)).body?.['total']).toBe(0);
    expect(new Set(await namesOf('/clients?q=app%20299'))).toEqual(new Set(['App 299']));
    expect(new Set(await namesOf('/clients/seen?q=guest%20299'))).toEqual(new Set(['Guest 299']));
    expect(await namesOf('/client-rules?q=h9876.', 'subject')).toEqual(['host:h9876.test']);
    expect((await owner.get(`${base}/client-rules?rule=blocked`)).body?.['total']).toBe(MANY / 2);
    expect(await namesOf('/identity-links?q=subject-9876', 'subject')).toEqual(['subject-9876']);
    expect(await namesOf('/identity-links?issuer=https://other.test', 'subject')).toEqual([]);
  });

  test('nothing of another organisation is among them', async () => {
    const { slug, orgId } = await portal.organisation();
    const stranger = await portal.person({ orgId, role: 'owner' });
    for (const { path } of LISTS) {
      const answer = await stranger.get(`/organisations/${slug}${path}`);
      expect([path, itemsOf(answer), totalOf(answer.body)]).toEqual([path, [], 0]);
    }
  });

  test('a member gets their own keys, and no other list', async () => {
    const { orgId, slug } = await portal.organisation();
    const admin = await portal.person({ orgId, role: 'owner' });
    const member = await portal.person({ orgId, role: 'member' });
    await admin.post(`/organisations/${slug}/keys`, { name: 'Theirs', access: 'read', expires_in_days: 7 });
    await member.post(`/organisations/${slug}/keys`, { name: 'Own', access: 'read', expires_in_days: 7 });
    for (const query of ['', '?whose=all', '?q=Theirs', '?status=active&sort=name']) {
      const answer = await member.get(`/organisations/${slug}/keys${query}`);
      expect(answer.text).not.toContain('Theirs');
      expect(totalOf(answer.body)).toBe(query === '?q=Theirs' ? 0 : 1);
    }
    for (const { path } of LISTS.slice(1))
      expect([path, (await member.get(`/organisations/${slug}${path}`)).status]).toEqual([path, 403]);
  });
});
