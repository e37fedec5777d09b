import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NEEDS_RECENT_SIGN_IN } from '../../src/portal/recent-sign-in.ts';
import { createAuthenticator } from '../people/authenticator.ts';
import { codeOf, enrol } from '../people/enrol.ts';
import { PASSWORD } from '../people/open-people.ts';
import { errorOf, itemsOf, openPortal, type OpenedPortal, type Person } from './open-portal.ts';

const TEN_MINUTES_MS = 10 * 60_000;

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

/** An owner whose sign-in is ten minutes ago, and a member for them to act on. */
async function left() {
  const { orgId, slug } = await portal.organisation();
  const owner = await portal.person({ orgId, role: 'owner' });
  const member = await portal.person({ orgId, role: 'member' });
  const base = `/organisations/${slug}`;
  const agent = await owner.post(`${base}/agents`, { name: 'Nightly', role: 'viewer' });
  const client = await owner.post(`${base}/clients`, {
    name: 'Warehouse',
    auth_method: 'none',
    redirect_uris: ['https://warehouse.test/callback'],
  });
  const key = await owner.post(`${base}/keys`, { name: 'Deploy', access: 'read', expires_in_days: 7 });
  portal.pass(TEN_MINUTES_MS);
  const fill = (path: string) =>
    path
      .replace(':org', base)
      .replace(':member', member.userId)
      .replace(':agent', String(agent.body?.['id']))
      .replace(':client', String(client.body?.['client_id']))
      .replace(':key', String(key.body?.['id']));
  return { orgId, owner, member, base, fill };
}

const KEY = { name: 'CI', access: 'read', expires_in_days: 30 };
const CODE = 'reauthentication_required';

const DANGEROUS: [string, string, unknown][] = [
  ['POST', ':org/keys', KEY],
  ['POST', ':org/agents', { name: 'Other', role: 'viewer' }],
  ['POST', ':org/agents/:agent/keys', KEY],
  ['POST', ':org/agents/:agent/delete', {}],
  ['POST', ':org/clients', { name: 'Desk', auth_method: 'none', redirect_uris: ['https://desk.test/cb'] }],
  ['POST', ':org/clients/:client/delete', {}],
  ['POST', ':org/clients/:client/token-exchange', { allowed: false }],
  ['POST', ':org/sign-everyone-out', {}],
  ['PUT', ':org/settings/security', {}],
  ['PUT', ':org/members/:member/role', { role: 'admin' }],
  ['POST', ':org/members/:member/remove', {}],
  ['POST', ':org/members/:member/reset-link', {}],
  ['POST', ':org/members/:member/reset-two-factor', {}],
  [
    'POST',
    ':org/trusted-issuers',
    { issuer: 'https://idp.test', access: 'read', jwks_uri: 'https://idp.test/k' },
  ],
  ['POST', ':org/trusted-issuers/remove', { issuer: 'https://idp.test' }],
  ['POST', ':org/identity-links', { issuer: 'https://idp.test', subject: 'u', member: 'x@acme.test' }],
  ['POST', ':org/identity-links/remove', { issuer: 'https://idp.test', subject: 'u' }],
  ['PUT', ':org/company-sign-in', {}],
  ['POST', ':org/company-sign-in/remove', {}],
  ['PUT', ':org/company-sign-in/required', {}],
  ['POST', ':org/company-sign-in/domains', {}],
  ['POST', ':org/company-sign-in/domains/remove', {}],
  ['POST', ':org/company-sign-in/readmit', {}],
  ['POST', ':org/invitations', { role: 'member', expires_in_days: 2 }],
  ['PUT', ':org/connectors/drive/credential', {}],
  ['POST', ':org/connectors/drive/delete', {}],
  ['POST', ':org/agents/:agent/resume', {}],
  ['POST', '/me/two-factor/begin', {}],
  ['POST', '/me/two-factor/confirm', { code: '000000' }],
  ['POST', '/me/two-factor/disable', {}],
  ['POST', '/me/two-factor/backup-codes', {}],
  ['POST', '/me/passkeys/options', {}],
  ['POST', '/me/passkeys/abc/remove', {}],
];

test('every name in the list is a route of the portal', () => {
  const paths = portal.document['paths'] as Record<string, Record<string, { operationId?: string }>>;
  const ids = Object.values(paths).flatMap((item) =>
    Object.values(item).map(({ operationId = '' }) => operationId),
  );
  expect([...NEEDS_RECENT_SIGN_IN].filter((id) => !ids.includes(id))).toEqual([]);
});

describe('a session whose sign-in is ten minutes ago', () => {
  let owner: Person;
  let slug: string;
  beforeAll(async () => {
    const organisation = await portal.organisation();
    ({ slug } = organisation);
    owner = await portal.person({ orgId: organisation.orgId, role: 'owner' });
    await portal.store.operators.add(owner.userId, { declared: false });
    portal.pass(TEN_MINUTES_MS);
  });

  test.each([...NEEDS_RECENT_SIGN_IN])('may not %s', async (id) => {
    const paths = portal.document['paths'] as Record<string, Record<string, { operationId?: string }>>;
    const [found] = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).flatMap(([method, route]) =>
        route.operationId === id ? [{ path, method: method.toUpperCase() }] : [],
      ),
    );
    if (found === undefined) throw new Error(`no route is called ${id}`);
    // Whatever comes along is not looked at before.
    const path = found.path.replace('{org}', slug).replaceAll(/\{\w+\}/g, 'any');
    const answer = await owner.send(found.method, path, { body: {} });
    expect([answer.status, errorOf(answer).code]).toEqual([403, CODE]);
  });

  test.each(DANGEROUS)('may not %s %s before it is confirmed', async (method, path, body) => {
    const { fill, owner } = await left();
    const answer = await owner.send(method, fill(path), { body });
    expect([answer.status, errorOf(answer).code]).toEqual([403, CODE]);
    expect((await owner.post('/me/confirm', { password: PASSWORD })).status).toBe(200);
    expect(errorOf(await owner.send(method, fill(path), { body })).code).not.toBe(CODE);
  });

  test('still reads, stops a key at once, and changes what gives nobody anything', async () => {
    const { base, fill, owner } = await left();
    expect(itemsOf(await owner.get(`${base}/keys`))).toHaveLength(1);
    expect((await owner.post(fill(':org/keys/:key/revoke'))).status).toBe(200);
    expect((await owner.put('/me/name', { name: 'Ada L.' })).status).toBe(200);
    expect((await owner.post('/me/sessions/end-others')).status).toBe(200);
  });

  test('is told what its role forbids before it is asked to confirm', async () => {
    const { fill, member } = await left();
    const answer = await member.post(fill(':org/agents'), { name: 'Other', role: 'viewer' });
    expect([answer.status, errorOf(answer).code]).toEqual([403, 'forbidden']);
  });

  test('gets nothing done by what it sends along: a made-up confirmation is none', async () => {
    const { fill, owner } = await left();
    const headers = { 'x-confirmed': 'true', 'x-recent-sign-in': '1' };
    const answer = await owner.send('POST', fill(':org/keys'), { body: KEY, headers });
    expect(errorOf(answer).code).toBe(CODE);
    const withBody = await owner.post(fill(':org/keys'), { ...KEY, confirmed: true, password: PASSWORD });
    expect(withBody.text).not.toContain('lk_');
  });
});

describe('confirming', () => {
  async function stale() {
    const person = await portal.person();
    portal.pass(TEN_MINUTES_MS);
    return person;
  }

  const actionsOf = async ({ userId }: Person) => {
    const { rows } = await portal.store.pool.query<{ outcome: string; detail: unknown }>(
      `select outcome, detail from audit_events where action = 'account.confirmed' and actor_id = $1 order by id`,
      [userId],
    );
    return rows;
  };

  test('is on record, whether it was right or not', async () => {
    const person = await stale();
    const wrong = await person.post('/me/confirm', { password: 'not the password' });
    expect([wrong.status, errorOf(wrong).code]).toEqual([400, 'invalid_request']);
    expect(wrong.text).not.toContain('not the password');
    expect((await person.post('/me/confirm', { password: PASSWORD })).status).toBe(200);
    expect(await actionsOf(person)).toEqual([
      { outcome: 'refused', detail: { by: 'password' } },
      { outcome: 'ok', detail: { by: 'password' } },
    ]);
  });

  test("takes nobody else's password, and no password that is none of theirs", async () => {
    const person = await stale();
    for (const password of ['', 'x'.repeat(5000), `${PASSWORD} `])
      expect((await person.post('/me/confirm', { password })).status).toBe(400);
    expect((await person.get('/me/confirm')).body).toEqual({ password: true, code: false, passkey: false });
  });

  test('is limited for the person, whatever they try it with', async () => {
    const person = await stale();
    // At one moment: one more is allowed every six seconds.
    const attempts = Array.from({ length: 11 }, () =>
      person.post('/me/confirm', { password: 'not the password' }),
    );
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([...Array.from({ length: 10 }, () => 400), 429]);
    const right = await person.post('/me/confirm', { password: PASSWORD });
    expect([right.status, errorOf(right).code]).toEqual([429, 'rate_limited']);
    const told = ['retry-after', 'ratelimit', 'ratelimit-policy'].map((name) => right.headers.get(name));
    expect(told).toEqual([
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^"account";r=0;t=\d+$/),
      '"account";q=10;w=60',
    ]);
    const change = await person.post('/me/password', { current: PASSWORD, next: `${PASSWORD}!` });
    expect(change.status).toBe(429);
  });

  test('is refused to another site, to a form, and without a session', async () => {
    const person = await stale();
    const body = { password: PASSWORD };
    for (const headers of [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { cookie: undefined },
    ]) {
      const answer = await person.send('POST', '/me/confirm', { body, headers });
      expect([401, 403, 415]).toContain(answer.status);
    }
    expect(await actionsOf(person)).toEqual([]);
  });

  test('with a second factor is by a code, once, or by a passkey', async () => {
    const person = await stale();
    const { secret } = await enrol(portal, person);
    expect((await person.get('/me/confirm')).body).toEqual({ password: false, code: true, passkey: false });
    expect((await person.post('/me/confirm', { password: PASSWORD })).status).toBe(400);
    const code = codeOf(secret, portal.clock.nowMs(), 1);
    expect((await person.post('/me/confirm', { code })).status).toBe(200);
    expect((await person.post('/me/confirm', { code })).status).toBe(400);

    const authenticator = createAuthenticator({ origin: portal.baseUrl });
    const made = await person.post('/me/passkeys/options');
    const response = authenticator.register(made.body as never);
    const added = await person.post('/me/passkeys', { name: 'Laptop', response });
    expect([added.status, added.body?.['name']]).toEqual([201, 'Laptop']);
    portal.pass(TEN_MINUTES_MS);
    const asked = await person.post('/me/confirm/passkey');
    const passkey = authenticator.sign(asked.body as never);
    expect((await person.post('/me/confirm', { passkey })).status).toBe(200);
    expect((await person.post('/me/confirm', { passkey })).status).toBe(400);
    expect((await person.post('/me/two-factor/disable')).status).toBe(200);
  });
});
