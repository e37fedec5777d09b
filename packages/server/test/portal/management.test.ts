import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Access, Role } from '../../src/kernel/access.ts';
import { newId, type KeyId } from '../../src/kernel/ids.ts';
import { ownApiUrl } from '../../src/own-connector.ts';
import { errorOf, itemsOf, openPortal, createCaller, type OpenedPortal, type Person } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

/** As a program sends it: nothing that a browser would add. */
const bare = { cookie: undefined, 'sec-fetch-site': undefined, origin: undefined };

type Headers = Record<string, string | undefined>;

function program(credential: Headers) {
  const { send } = createCaller(portal.app, portal.baseUrl, undefined);
  const headers = { ...bare, 'content-type': 'application/json', ...credential };
  return {
    get: (path: string, more: Headers = {}) => send('GET', path, { headers: { ...headers, ...more } }),
    post: (path: string, body: unknown = {}, more: Headers = {}) =>
      send('POST', path, { body, headers: { ...headers, ...more } }),
    put: (path: string, body: unknown) => send('PUT', path, { body, headers }),
  };
}

const bearing = (secret: string) => program({ authorization: `Bearer ${secret}` });

async function madeBy(person: Person, base: string, access: Access) {
  const { body } = await person.post(`${base}/keys`, { name: 'CI', access, expires_in_days: 30 });
  return { id: String(body?.['id']) as KeyId, secret: String(body?.['secret']) };
}

async function holder(role: Role, access: Access) {
  const { orgId, slug } = await portal.organisation();
  const owner = await portal.person({ orgId, role: 'owner' });
  const person = await portal.person({ orgId, role });
  const base = `/organisations/${slug}`;
  const key = await madeBy(person, base, access);
  return { orgId, slug, base, owner, person, key, ...bearing(key.secret) };
}

const codeOf = ({ status, ...answer }: Awaited<ReturnType<Person['get']>>) => [
  status,
  errorOf({ status, ...answer }).code,
];

describe('a key of an admin', () => {
  test.each(['Authorization', 'X-API-Key'])('in %s reads what the admin reads', async (header) => {
    const { base, key } = await holder('admin', 'full');
    const caller = program({ [header]: header === 'Authorization' ? `Bearer ${key.secret}` : key.secret });
    const answer = await caller.get(`${base}/keys`);
    expect(answer.status).toBe(200);
    expect(itemsOf(answer).map(({ id }) => id)).toEqual([key.id]);
  });

  test('opens its own organisation under the name -, too', async () => {
    const { get, slug } = await holder('admin', 'read');
    expect((await get('/organisations/-')).body).toMatchObject({ slug, role: 'admin' });
    expect((await get('/organisations/-/keys')).status).toBe(200);
  });

  test('revokes a key, and the audit trail has the act and the key that did it under one request', async () => {
    const { base, key, orgId, owner, person, post } = await holder('admin', 'full');
    const other = await madeBy(owner, base, 'full');
    const answer = await post(`${base}/keys/${other.id}/revoke`);
    expect(answer.status).toBe(200);
    expect(await portal.verifyKey(other.secret)).toBeUndefined();
    const requestId = answer.headers.get('x-request-id');
    const rows = async () =>
      (
        await portal.store.pool.query(
          'select action, phase, actor_id, key_id, target, outcome from audit_events where org_id = $1 and request_id = $2 order by action, phase',
          [orgId, requestId],
        )
      ).rows;
    const own = { actor_id: person.userId, key_id: key.id, target: 'revoke_key' };
    await expect
      .poll(rows)
      .toEqual([
        expect.objectContaining({ action: 'key.revoked', actor_id: person.userId, key_id: other.id }),
        { action: 'management.call', phase: 'intent', outcome: null, ...own },
        { action: 'management.call', phase: 'outcome', outcome: 'ok', ...own },
      ]);
  });

  test('leaves what it was refused on record, with the key and why', async () => {
    const { base, get, key, person, post } = await holder('member', 'read');
    const refused = [await get(`${base}/agents`), await post(`${base}/keys`)];
    const rows = async () =>
      (
        await portal.store.pool.query(
          `select phase, actor_id, key_id, target, outcome, detail from audit_events
           where action = 'management.call' and request_id = any($1) order by target`,
          [refused.map(({ headers }) => headers.get('x-request-id'))],
        )
      ).rows;
    const own = { phase: 'event', actor_id: person.userId, key_id: key.id, outcome: 'refused' };
    await expect.poll(rows).toEqual([
      { target: 'create_key', ...own, detail: { reason: 'person_needed' } },
      { target: 'list_agents', ...own, detail: { reason: 'forbidden' } },
    ]);
  });

  test('carries the limits that the doors have', async () => {
    const { base, get } = await holder('admin', 'read');
    expect((await get(`${base}/keys`)).headers.get('ratelimit')).toMatch(
      /^"key";r=\d+.*"organisation";r=\d+/,
    );
  });

  test('is listed as used just now', async () => {
    const { base, get, key, owner } = await holder('admin', 'read');
    await get(`${base}/keys`);
    const lastUsed = async () =>
      itemsOf(await owner.get(`${base}/keys`)).find(({ id }) => id === key.id)?.['last_used_at'];
    await expect.poll(lastUsed).toEqual(expect.any(String));
  });
});

describe('no key', () => {
  test.each([
    ['POST', '/keys', { name: 'More', access: 'read', expires_in_days: 7 }],
    ['POST', '/agents', { name: 'Nightly', role: 'viewer' }],
    ['POST', '/agents/agt_x/keys', { name: 'More', access: 'read', expires_in_days: 7 }],
    ['POST', '/agents/agt_x/resume', {}],
    ['POST', '/clients', { name: 'More', auth_method: 'client_secret_post', agent_role: 'member' }],
    ['POST', '/clients/cli_x/token-exchange', { allowed: true }],
    ['PUT', '/client-rules', { subject: 'host:claude.ai', rule: 'approved' }],
    ['POST', '/members/usr_x/remove', {}],
    ['PUT', '/members/usr_x/role', { role: 'owner' }],
    ['PUT', '/connectors/x/rules', { tool: '*', confirmation: null }],
    ['POST', '/connectors/x/approvals', { tools: ['x'] }],
    ['POST', '/trusted-issuers', { issuer: 'https://idp.test', access: 'full' }],
    ['POST', '/identity-links', { issuer: 'https://idp.test', subject: 'u', member: 'a@b.test' }],
    ['PUT', '/settings', {}],
  ] as const)(
    'of an owner with full access does %s %s, which gives access or loosens what holds others',
    async (method, path, body) => {
      const { base, ...caller } = await holder('owner', 'full');
      const answer = await (method === 'PUT' ? caller.put : caller.post)(`${base}${path}`, body);
      expect(codeOf(answer)).toEqual([403, 'person_needed']);
    },
  );

  test('opens what is a person’s own', async () => {
    const { get } = await holder('owner', 'full');
    expect(codeOf(await get('/me'))).toEqual([403, 'person_needed']);
  });

  test('opens another organisation of its owner', async () => {
    const { get, person } = await holder('owner', 'full');
    const other = await portal.organisation();
    await portal.store.people.addMember(other.orgId, person.userId, 'owner');
    expect((await person.get(`/organisations/${other.slug}`)).status).toBe(200);
    const [there, nowhere] = [await get(`/organisations/${other.slug}`), await get('/organisations/nobodys')];
    expect(codeOf(there)).toEqual([404, 'not_found']);
    expect(errorOf(there).message).toBe(errorOf(nowhere).message);
  });

  test('of a connection manages anything', async () => {
    const { base, orgId, person } = await holder('owner', 'full');
    const { secret } = await portal.connection({ orgId, userId: person.userId, access: 'full' });
    expect(codeOf(await bearing(secret).get(`${base}/keys`))).toEqual([403, 'forbidden']);
  });
});

describe('a read-only key', () => {
  test.each([
    ['/keys/:key/revoke'],
    ['/agents/agt_x/suspend'],
    ['/agents/agt_x/delete'],
    ['/clients/cli_x/delete'],
    ['/sign-everyone-out'],
  ])('of an owner is refused at POST %s', async (path) => {
    const { base, key, post } = await holder('owner', 'read');
    expect(codeOf(await post(base + path.replace(':key', key.id)))).toEqual([403, 'insufficient_scope']);
    expect(await portal.verifyKey(key.secret)).toBeDefined();
  });

  test('is what a full key of somebody becomes who is a viewer by now', async () => {
    const { base, key, orgId, person, get, post } = await holder('admin', 'full');
    await portal.people.setRole({ orgId, userId: person.userId, role: 'viewer' });
    expect((await get(`${base}/keys`)).status).toBe(200);
    expect(codeOf(await post(`${base}/keys/${key.id}/revoke`))).toEqual([403, 'insufficient_scope']);
  });
});

describe('today’s role', () => {
  test('is what a key has: an admin who is a member now reads a member’s part', async () => {
    const { base, get, orgId, person } = await holder('admin', 'full');
    expect((await get(`${base}/agents`)).status).toBe(200);
    await portal.people.setRole({ orgId, userId: person.userId, role: 'member' });
    await expect.poll(async () => codeOf(await get(`${base}/agents`))).toEqual([403, 'forbidden']);
  });
});

describe('a key that has ended', () => {
  test('by being revoked opens nothing from then on', async () => {
    const { base, get, key, owner } = await holder('admin', 'read');
    expect((await get(`${base}/keys`)).status).toBe(200);
    await owner.post(`${base}/keys/${key.id}/revoke`);
    await expect.poll(async () => codeOf(await get(`${base}/keys`))).toEqual([401, 'unauthenticated']);
  });

  test('with the membership of its owner opens nothing', async () => {
    const { base, get, orgId, person } = await holder('admin', 'read');
    await portal.people.removeMember({ orgId, userId: person.userId });
    await expect.poll(async () => codeOf(await get(`${base}/keys`))).toEqual([401, 'unauthenticated']);
  });

  test('of an organisation that is suspended opens nothing', async () => {
    const { base, get, slug } = await holder('owner', 'full');
    await portal.store.pool.query('update organisations set suspended_at = now() where slug = $1', [slug]);
    expect(codeOf(await get(`${base}/keys`))).toEqual([401, 'unauthenticated']);
  });

  test('of a person who is disabled opens nothing', async () => {
    const { base, get, person } = await holder('owner', 'full');
    await portal.store.pool.query('update users set disabled_at = now() where id = $1', [person.userId]);
    expect(codeOf(await get(`${base}/keys`))).toEqual([401, 'unauthenticated']);
  });

  test('is told so by a challenge, and its answer is kept by no cache', async () => {
    const answer = await bearing('lk_test_nothing').get('/organisations/-');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="portal"');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});

describe('a key and a cookie together', () => {
  test.each([
    ['a key that is not good', 'Bearer lk_test_nothing', 401],
    ['a token of another kind', 'Bearer abc.def.ghi', 401],
    ['a DPoP token', 'DPoP abc.def.ghi', 401],
    ['an empty bearer', 'Bearer', 401],
  ])('are never the session’s request: with %s', async (_what, authorization, status) => {
    const { base, owner } = await holder('member', 'read');
    expect((await owner.get(`${base}/agents`)).status).toBe(200);
    expect((await owner.send('GET', `${base}/agents`, { headers: { authorization } })).status).toBe(status);
  });

  test('are the key’s: what the session may and the key may not is refused', async () => {
    const { base, key, owner } = await holder('member', 'read');
    const headers = { 'x-api-key': key.secret };
    expect(codeOf(await owner.send('GET', `${base}/agents`, { headers }))).toEqual([403, 'forbidden']);
    expect(codeOf(await owner.send('POST', `${base}/keys`, { headers, body: {} }))).toEqual([
      403,
      'person_needed',
    ]);
  });

  test('two credentials at once are refused', async () => {
    const { base, get, key } = await holder('owner', 'full');
    expect((await get(`${base}/keys`, { 'x-api-key': key.secret })).status).toBe(400);
  });

  test('a password that a proxy asked the browser for changes nothing for the session', async () => {
    const { base, owner } = await holder('member', 'read');
    const headers = { authorization: `Basic ${btoa('proxy:password')}` };
    expect((await owner.send('GET', `${base}/agents`, { headers })).status).toBe(200);
  });

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }, 403],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ])('from %s are refused as without a key', async (_where, headers, status) => {
    const { base, key, post } = await holder('owner', 'full');
    expect((await post(`${base}/keys/${key.id}/revoke`, {}, headers)).status).toBe(status);
    expect(await portal.verifyKey(key.secret)).toBeDefined();
  });
});

describe('an agent’s key', () => {
  async function agent(role: 'member' | 'viewer') {
    const { base, orgId, owner } = await holder('member', 'read');
    const made = await owner.post(`${base}/agents`, { name: `Agent ${newId('agt')}`, role });
    const agentId = String(made.body?.['id']);
    const { body } = await owner.post(`${base}/agents/${agentId}/keys`, {
      name: 'Nightly',
      access: 'read',
      expires_in_days: 7,
    });
    return { base, orgId, owner, agentId, ...bearing(String(body?.['secret'])) };
  }

  test('reads what its role reads, as nobody', async () => {
    const { base, get } = await agent('member');
    expect((await get(base)).body).toMatchObject({ role: 'member' });
    const members = await get(`${base}/members`);
    expect(members.status).toBe(200);
    expect(itemsOf(members).filter((member) => member['is_you'] === true)).toEqual([]);
  });

  test('is refused what is a person’s own, and what takes a higher role', async () => {
    const { base, get } = await agent('member');
    expect(codeOf(await get(`${base}/keys`))).toEqual([403, 'person_needed']);
    expect((await get(`${base}/agents`)).status).toBe(403);
  });

  test('opens nothing while the agent is suspended', async () => {
    const { agentId, base, get, owner } = await agent('viewer');
    expect((await get(base)).status).toBe(200);
    await owner.post(`${base}/agents/${agentId}/suspend`);
    await expect.poll(async () => codeOf(await get(base))).toEqual([401, 'unauthenticated']);
  });
});

describe('an assertion of our own gateway', () => {
  let person: Person;
  let orgId: Awaited<ReturnType<OpenedPortal['organisation']>>['orgId'];
  let slug: string;
  beforeEach(async () => {
    ({ orgId, slug } = await portal.organisation());
    person = await portal.person({ orgId, role: 'admin' });
  });

  function asserted({ access = 'full' as Access, audience = ownApiUrl(portal.baseUrl) } = {}) {
    return portal.management.signAssertion({
      audience,
      principal: {
        orgId,
        orgSlug: slug,
        actor: { kind: 'user', id: person.userId },
        role: 'owner',
        access,
        clientId: undefined,
        grantId: undefined,
        keyId: newId('key'),
      },
    });
  }

  test('is good for whom it names, with the role of today and not the one that it says', async () => {
    const { get } = bearing(asserted());
    expect((await get('/organisations/-')).body).toMatchObject({ slug, role: 'admin' });
  });

  test('that says read-only may not write', async () => {
    const { id } = await madeBy(person, `/organisations/${slug}`, 'full');
    const { post } = bearing(asserted({ access: 'read' }));
    expect(codeOf(await post(`/organisations/-/keys/${id}/revoke`))).toEqual([403, 'insufficient_scope']);
  });

  test('for another upstream is good for nothing here', async () => {
    const { get } = bearing(asserted({ audience: 'https://api.example.com' }));
    expect((await get('/organisations/-')).status).toBe(401);
  });

  test('is over after a minute', async () => {
    const jws = asserted();
    portal.pass(61_000);
    expect((await bearing(jws).get('/organisations/-')).status).toBe(401);
  });

  test('with another payload under its signature is good for nothing', async () => {
    const [header = '', payload = '', signature = ''] = asserted({ access: 'read' }).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...claims, access: 'full' })).toString('base64url');
    expect((await bearing(`${header}.${forged}.${signature}`).get('/organisations/-')).status).toBe(401);
  });

  test('signed as an access token is good for nothing', async () => {
    const [, payload = ''] = asserted().split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const token = portal.management.signing.sign('at+jwt', claims);
    expect((await bearing(token).get('/organisations/-')).status).toBe(401);
  });

  test('of who is no member any more opens nothing', async () => {
    await portal.people.removeMember({ orgId, userId: person.userId });
    expect((await bearing(asserted()).get('/organisations/-')).status).toBe(401);
  });

  test('does nothing that is for good or for many, which a key may', async () => {
    const { post } = bearing(asserted());
    expect(codeOf(await post('/organisations/-/sign-everyone-out'))).toEqual([403, 'person_needed']);
    const { secret } = await madeBy(person, `/organisations/${slug}`, 'full');
    expect((await bearing(secret).post('/organisations/-/sign-everyone-out')).status).toBe(200);
  });

  test('mints no key', async () => {
    const { post } = bearing(asserted());
    const body = { name: 'More', access: 'read', expires_in_days: 7 };
    expect(codeOf(await post('/organisations/-/keys', body))).toEqual([403, 'person_needed']);
  });
});
