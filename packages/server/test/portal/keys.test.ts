import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dumpOf } from '../people/open-people.ts';
import { errorOf, itemsOf, openPortal, TOOL_COUNTS, type OpenedPortal } from './open-portal.ts';

const DAY_MS = 86_400_000;

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal({ mcpBaseUrl: 'http://localhost:4800' });
});
afterAll(() => portal.close());

async function owned() {
  const { orgId, slug } = await portal.organisation();
  const owner = await portal.person({ orgId, role: 'owner' });
  return { orgId, slug, owner, base: `/organisations/${slug}` };
}

describe('who and where', () => {
  test('/me names the person and each organisation with the role there', async () => {
    const first = await portal.organisation();
    const second = await portal.organisation();
    await portal.organisation();
    const person = await portal.person(
      { orgId: first.orgId, role: 'viewer' },
      { orgId: second.orgId, role: 'admin' },
    );
    const answer = await person.get('/me');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      user: { id: person.userId, email: person.email, name: expect.any(String) },
      organisations: [
        { slug: first.slug, former_slugs: [], name: expect.any(String), logo: null, role: 'viewer' },
        { slug: second.slug, former_slugs: [], name: expect.any(String), logo: null, role: 'admin' },
      ],
      closed_organisations: [],
      via_company: null,
      is_operator: false,
      sign_out_token: expect.any(String),
    });
  });

  test('the token of /me signs out, once its cookie came with it', async () => {
    const { owner } = await owned();
    const me = await owner.get('/me');
    const browser = me.headers.getSetCookie().map((line) => line.split(';')[0]);
    expect(me.headers.getSetCookie().join()).toMatch(/HttpOnly.*SameSite=Lax/i);
    const signOut = (cookie: string) =>
      portal.app.request(`${portal.baseUrl}/sign-out`, {
        method: 'POST',
        headers: {
          cookie,
          origin: portal.baseUrl,
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ csrf: String(me.body?.['sign_out_token']) }).toString(),
      });
    expect((await signOut(owner.cookie)).status).toBe(403);
    expect((await owner.get('/me')).status).toBe(200);
    expect((await signOut([owner.cookie, ...browser].join('; '))).status).toBe(303);
    expect((await owner.get('/me')).status).toBe(401);
  });

  test('an organisation shows its connector URL at the MCP host, its tools, how they are offered, and the role', async () => {
    const { owner, base, slug } = await owned();
    const answer = await owner.get(base);
    expect(answer.body).toEqual({
      slug,
      name: expect.any(String),
      role: 'owner',
      max_access: 'full',
      connector_url: `http://localhost:4800/mcp/${slug}`,
      tools: TOOL_COUNTS,
      mode: 'full',
      mode_warning: null,
      toolsets: [{ slug: 'daily', url: `http://localhost:4800/mcp/${slug}/t/daily` }],
    });
  });

  test('no answer is kept by a cache, refusals included', async () => {
    const { owner, base } = await owned();
    for (const path of ['/me', base, `${base}/keys`, `${base}/nothing`, '/organisations/none']) {
      const answer = await owner.get(path);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
    }
  });
});

describe('a key made by hand', () => {
  test.each([7, 30, 90, 365])('for %i days is listed with what it is, and expires then', async (days) => {
    const { owner, base } = await owned();
    const made = await owner.post(`${base}/keys`, { name: 'CI', access: 'full', expires_in_days: days });
    expect([made.status, Object.keys(made.body ?? {}).toSorted()]).toEqual([201, ['id', 'secret']]);
    const [key] = itemsOf(await owner.get(`${base}/keys`));
    expect(key).toEqual({
      id: made.body?.['id'],
      name: 'CI',
      access: 'full',
      hint: expect.stringMatching(/^lk_test_.{4}…$/),
      made_by: 'hand',
      holder: owner.email,
      client: null,
      is_yours: true,
      minted_as: 'owner',
      calls_per_minute: null,
      status: 'active',
      is_unused: false,
      created_at: expect.any(String),
      last_used_at: null,
      expires_at: expect.any(String),
      revoked_at: null,
    });
    const lifeMs = Date.parse(String(key?.['expires_at'])) - Date.parse(String(key?.['created_at']));
    expect(Math.round(lifeMs / DAY_MS)).toBe(days);
  });

  test('without expiry has none', async () => {
    const { owner, base } = await owned();
    await owner.post(`${base}/keys`, { name: 'CI', access: 'read', expires_in_days: null });
    expect(itemsOf(await owner.get(`${base}/keys`))).toMatchObject([{ expires_at: null, status: 'active' }]);
  });

  test('opens the door as its holder, with the access that was chosen', async () => {
    const { orgId, owner, base } = await owned();
    const made = await owner.post(`${base}/keys`, { name: 'CI', access: 'read', expires_in_days: 7 });
    expect(await portal.verifyKey(String(made.body?.['secret']))).toMatchObject({
      orgId,
      access: 'read',
      actor: { kind: 'user', id: owner.userId },
    });
  });

  test('has a name that hides nothing: control and bidirectional characters are gone', async () => {
    const { owner, base } = await owned();
    await owner.post(`${base}/keys`, { name: 'C\u202eI\u0007  key', access: 'read', expires_in_days: 7 });
    expect(itemsOf(await owner.get(`${base}/keys`))).toMatchObject([
      { name: expect.stringMatching(/^C ?I key$/) },
    ]);
  });

  test('shows its secret in exactly one answer, and the database does not have it', async () => {
    const { owner, base } = await owned();
    const made = await owner.post(`${base}/keys`, { name: 'CI', access: 'full', expires_in_days: 30 });
    const secret = String(made.body?.['secret']);
    expect(secret).toMatch(/^lk_test_[0-9A-Za-z]{49}$/);
    const later = [
      await owner.get('/me'),
      await owner.get(base),
      await owner.get(`${base}/keys`),
      await owner.get(`${base}/agents`),
      await owner.post(`${base}/keys/${String(made.body?.['id'])}/revoke`),
      await owner.get(`${base}/keys`),
    ];
    for (const answer of later) {
      expect(answer.status).toBe(200);
      // Not even a piece of it that is longer than the hint.
      expect(answer.text).not.toContain(secret.slice('lk_test_'.length + 5, -6));
    }
    expect(await dumpOf(portal.store)).not.toContain(secret.slice('lk_test_'.length + 5));
  });

  test('is over at once when it is revoked, is listed as revoked, and can be revoked once', async () => {
    const { owner, base } = await owned();
    const made = await owner.post(`${base}/keys`, { name: 'CI', access: 'full', expires_in_days: 30 });
    const path = `${base}/keys/${String(made.body?.['id'])}/revoke`;
    const revoked = await owner.post(path);
    expect([revoked.status, revoked.body]).toEqual([200, { id: made.body?.['id'], status: 'revoked' }]);
    expect(await portal.verifyKey(String(made.body?.['secret']))).toBeUndefined();
    expect(itemsOf(await owner.get(`${base}/keys`))).toMatchObject([
      { status: 'revoked', revoked_at: expect.any(String) },
    ]);
    const again = await owner.post(path);
    expect([again.status, errorOf(again).code]).toEqual([410, 'gone']);
  });

  test('leaves who did what in the audit trail, under the request id of the answer', async () => {
    const { orgId, owner, base } = await owned();
    const made = await owner.post(`${base}/keys`, { name: 'CI', access: 'full', expires_in_days: 30 });
    const revoked = await owner.post(`${base}/keys/${String(made.body?.['id'])}/revoke`);
    const trail = await portal.store.audit.list(orgId, { limit: 10 });
    expect(
      trail.map(({ action, actorId, keyId, requestId }) => ({ action, actorId, keyId, requestId })),
    ).toEqual([
      {
        action: 'key.revoked',
        actorId: owner.userId,
        keyId: made.body?.['id'],
        requestId: revoked.headers.get('x-request-id'),
      },
      {
        action: 'key.created',
        actorId: owner.userId,
        keyId: made.body?.['id'],
        requestId: made.headers.get('x-request-id'),
      },
    ]);
  });
});

describe('a key that a connection minted', () => {
  test('names the client and where its access goes', async () => {
    const { orgId, owner, base } = await owned();
    await portal.connection({ orgId, userId: owner.userId });
    expect(itemsOf(await owner.get(`${base}/keys`))).toMatchObject([
      {
        name: 'Claude (MCP connector)',
        made_by: 'connection',
        holder: owner.email,
        client: { name: 'Claude', destination: 'claude.ai' },
        status: 'active',
      },
    ]);
  });

  test('takes its grant with it when it is revoked, and every node is told of both', async () => {
    const { orgId, owner, base } = await owned();
    const { keyId, grantId, secret } = await portal.connection({ orgId, userId: owner.userId });
    const bystander = await portal.connection({ orgId, userId: owner.userId });
    expect((await owner.post(`${base}/keys/${keyId}/revoke`)).status).toBe(200);
    const grant = await portal.store.grants.find(orgId, grantId);
    expect(grant?.revokedAt).toBeInstanceOf(Date);
    expect(await portal.verifyKey(secret)).toBeUndefined();
    const told = (await portal.store.changes.listYoungerThan(600)).map(({ kind, subject }) => [
      kind,
      subject,
    ]);
    expect(told).toContainEqual(['key', keyId]);
    expect(told).toContainEqual(['grant', grantId]);
    // The same client was approved twice: the other approval lives on.
    expect((await portal.store.grants.find(orgId, bystander.grantId))?.revokedAt).toBeNull();
    expect(await portal.verifyKey(bystander.secret)).toBeDefined();
  });
});

describe('an agent', () => {
  test('is listed by name, and its key is listed as its own', async () => {
    const { orgId, owner, base } = await owned();
    const made = await owner.post(`${base}/agents`, { name: 'Reporter', role: 'member' });
    expect(made.status).toBe(201);
    expect(itemsOf(await owner.get(`${base}/agents`))).toEqual([
      {
        id: made.body?.['id'],
        name: 'Reporter',
        role: 'member',
        status: 'active',
        keys: 0,
        full_keys: 0,
        last_used_at: null,
        created_by: owner.email,
        created_at: expect.any(String),
      },
    ]);
    const key = await owner.post(`${base}/agents/${String(made.body?.['id'])}/keys`, {
      name: 'Nightly run',
      access: 'full',
      expires_in_days: 90,
    });
    expect(itemsOf(await owner.get(`${base}/keys`))).toMatchObject([
      { id: key.body?.['id'], name: 'Nightly run', made_by: 'agent', holder: 'Reporter', client: null },
    ]);
    expect(await portal.verifyKey(String(key.body?.['secret']))).toMatchObject({
      orgId,
      actor: { kind: 'agent', id: made.body?.['id'] },
    });
  });

  test('of a name that is taken is 409; another organisation may have the name', async () => {
    const { owner, base } = await owned();
    const other = await owned();
    const agent = { name: 'Reporter', role: 'viewer' };
    expect((await owner.post(`${base}/agents`, agent)).status).toBe(201);
    const again = await owner.post(`${base}/agents`, agent);
    expect([again.status, errorOf(again).code]).toEqual([409, 'conflict']);
    expect((await other.owner.post(`${other.base}/agents`, agent)).status).toBe(201);
  });
});
