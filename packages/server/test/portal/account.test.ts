import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { createAuthenticator } from '../people/authenticator.ts';
import { codeOf, enrol } from '../people/enrol.ts';
import { cookieHeader, PASSWORD, valueOf } from '../people/open-people.ts';
import {
  createCaller,
  errorOf,
  itemsOf,
  openPortal,
  type OpenedPortal,
  type Person,
  type PortalAnswer,
} from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

/** Another browser of theirs. */
async function again({ email }: Person, password = PASSWORD) {
  const headers = new Headers({ 'user-agent': 'Another/1.0' });
  const signedIn = valueOf(await portal.people.signIn({ email, password, headers }));
  const cookie = cookieHeader(signedIn.setCookies).get('cookie') ?? '';
  return createCaller(portal.app, portal.baseUrl, cookie);
}

async function addPasskey(person: Person) {
  const authenticator = createAuthenticator({ origin: portal.baseUrl });
  const options = await person.post('/me/passkeys/options');
  const response = authenticator.register(options.body as never);
  const added = await person.post('/me/passkeys', { name: 'Laptop', response });
  expect(added.status).toBe(201);
  return { authenticator, response, id: String(added.body?.['id']) };
}

const trailOf = async (orgId: string) => {
  const { rows } = await portal.store.pool.query<{ action: string; outcome: string }>(
    'select action, outcome from audit_events where org_id = $1 order by id',
    [orgId],
  );
  return rows.map(({ action, outcome }) => `${action} ${outcome}`);
};

describe('the password', () => {
  test('is changed with the one before, which ends every other session and is seen in each organisation', async () => {
    const { orgId } = await portal.organisation();
    const person = await portal.person({ orgId, role: 'viewer' });
    const other = await again(person);
    const wrong = await person.post('/me/password', { current: 'not it at all', next: 'another password' });
    expect([wrong.status, errorOf(wrong).message]).toEqual([400, 'The current password is not right.']);
    const short = await person.post('/me/password', { current: PASSWORD, next: 'too short' });
    expect(short.status).toBe(400);
    expect((await other.get('/me')).status).toBe(200);

    const changed = await person.post('/me/password', { current: PASSWORD, next: 'another password' });
    expect(changed.body).toEqual({ ended_sessions: 1 });
    expect((await other.get('/me')).status).toBe(401);
    expect((await person.get('/me')).status).toBe(200);
    const former = await portal.people.signIn({
      email: person.email,
      password: PASSWORD,
      headers: new Headers(),
    });
    expect(former.ok).toBe(false);
    expect((await (await again(person, 'another password')).get('/me')).status).toBe(200);
    expect(await trailOf(orgId)).toEqual(['account.password_changed refused', 'account.password_changed ok']);
  });

  test('that was right for a sign-in under way is of no use there once it is changed', async () => {
    const person = await portal.person();
    const { code } = await enrol(portal, person);
    const begun = valueOf(
      await portal.people.signIn({ email: person.email, password: PASSWORD, headers: new Headers() }),
    );
    await person.post('/me/password', { current: PASSWORD, next: 'another password' });
    const finished = await portal.accounts.finishSignIn({
      code: code(),
      remember: false,
      headers: cookieHeader(begun.setCookies),
    });
    expect(finished).toMatchObject({ ok: false, error: { reason: 'over' } });
  });
});

describe('sessions', () => {
  test('are listed with this one marked, ended one by one, and all but this', async () => {
    const person = await portal.person();
    const [one, two] = [await again(person), await again(person)];
    const listed = itemsOf(await person.get('/me/sessions'));
    expect(listed.map((session) => `${String(session['browser'])} ${String(session['is_this'])}`)).toEqual(
      expect.arrayContaining([' true', 'Another/1.0 false']),
    );
    expect(listed).toHaveLength(3);
    expect(listed[0]).toMatchObject({ by: ['pwd'] });
    const first = itemsOf(await one.get('/me/sessions')).find((session) => session['is_this'] === true);
    expect((await person.post(`/me/sessions/${String(first?.['id'])}/end`)).status).toBe(200);
    expect([(await one.get('/me')).status, (await two.get('/me')).status]).toEqual([401, 200]);
    expect((await person.post('/me/sessions/end-others')).body).toEqual({ ended_sessions: 1 });
    expect([(await two.get('/me')).status, (await person.get('/me')).status]).toEqual([401, 200]);
  });

  test('of somebody else cannot be seen or ended, and show nothing that opens them', async () => {
    const [ours, theirs] = [await portal.person(), await portal.person()];
    const { text } = await theirs.get('/me/sessions');
    const id = String(itemsOf(await theirs.get('/me/sessions'))[0]?.['id']);
    const answers = [
      await ours.post(`/me/sessions/${id}/end`),
      await ours.post('/me/sessions/nobodys/end'),
      await ours.post(`/me/sessions/${encodeURIComponent("' or 1=1")}/end`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect((await theirs.get('/me')).status).toBe(200);
    const { rows } = await portal.store.pool.query<{ token: string }>('select token from sessions');
    for (const { token } of rows) expect(text).not.toContain(token);
    const cookie = theirs.cookie.split('=')[1] ?? '';
    expect(text).not.toContain(decodeURIComponent(cookie).split('.')[0]);
  });
});

describe('the second step', () => {
  test('is turned on with a code, gives ten backup codes once, and is turned off again', async () => {
    const person = await portal.person();
    const begun = await person.post('/me/two-factor/begin');
    const secret = String(begun.body?.['secret']);
    expect((await person.post('/me/two-factor/confirm', { code: '000000' })).status).toBe(400);
    const code = codeOf(secret, portal.clock.nowMs());
    const confirmed = await person.post('/me/two-factor/confirm', { code });
    expect(confirmed.body?.['backup_codes']).toHaveLength(10);
    const account = await person.get('/me/account');
    expect(account.body?.['two_factor']).toMatchObject({ enabled: true, backup_codes_left: 10 });
    expect(account.text).not.toContain(secret);
    expect((await person.post('/me/two-factor/begin')).status).toBe(409);
    expect((await person.post('/me/two-factor/disable')).status).toBe(200);
    expect((await person.get('/me/account')).body?.['two_factor']).toMatchObject({ enabled: false });
  });
});

describe("a member's second step", () => {
  async function reset(by: Role, of: Role, elsewhere = false) {
    const { orgId, slug } = await portal.organisation();
    const other = await portal.organisation();
    const actor = await portal.person({ orgId, role: by });
    const member = await portal.person(
      { orgId, role: of },
      ...(elsewhere ? [{ orgId: other.orgId, role: 'viewer' as const }] : []),
    );
    await enrol(portal, member);
    const path = `/organisations/${slug}/members/${member.userId}/reset-two-factor`;
    const answer = await actor.post(path);
    const { isOn } = await portal.accounts.secondFactor.stateOf(member.userId);
    return { orgId, actor, path, answer, isOn };
  }

  test.each<[Role, Role, number]>([
    ['owner', 'owner', 200],
    ['admin', 'member', 200],
    ['admin', 'owner', 403],
    ['member', 'viewer', 403],
    ['viewer', 'viewer', 403],
  ])('is turned off by an %s for an %s: %i', async (by, of, status) => {
    const { answer, isOn } = await reset(by, of);
    expect([answer.status, isOn]).toEqual([status, status !== 200]);
  });

  test('stays for who belongs elsewhere too, and what is done is in the trail', async () => {
    const both = await reset('owner', 'member', true);
    expect([both.answer.status, both.isOn]).toEqual([403, true]);
    const { actor, orgId, path } = await reset('owner', 'member');
    expect((await trailOf(orgId)).at(-1)).toBe('member.two_factor_reset ok');
    expect((await actor.post(path)).status).toBe(409);
    expect((await actor.post(path.replace(/usr_[^/]+/, actor.userId))).status).toBe(409);
    expect((await actor.post(path.replace(/usr_[^/]+/, 'usr_nobody'))).status).toBe(404);
  });
});

describe('passkeys', () => {
  test('are added once, listed by name, renamed and removed by their owner alone', async () => {
    const [ours, theirs] = [await portal.person(), await portal.person()];
    const { id, response } = await addPasskey(ours);
    expect((await ours.post('/me/passkeys', { name: 'Again', response })).status).toBe(400);
    for (const answer of [
      await theirs.put(`/me/passkeys/${id}`, { name: 'Mine' }),
      await theirs.post(`/me/passkeys/${id}/remove`),
    ])
      expect(answer.status).toBe(404);
    expect((await ours.put(`/me/passkeys/${id}`, { name: ' Work\u202e laptop ' })).status).toBe(200);
    const account = await ours.get('/me/account');
    expect(account.body?.['passkeys']).toMatchObject([{ id, name: 'Work laptop', last_used_at: null }]);
    expect((await theirs.get('/me/account')).body?.['passkeys']).toEqual([]);
    expect((await ours.post(`/me/passkeys/${id}/remove`)).status).toBe(200);
    expect((await ours.get('/me/account')).body?.['passkeys']).toEqual([]);
  });

  test.each([
    {},
    { name: 'x', response: {} },
    { name: 'x', response: { id: 'a', rawId: 'a', type: 'public-key' } },
  ])('of no form are 400: %j', async (body) => {
    const person = await portal.person();
    expect((await person.post('/me/passkeys', body)).status).toBe(400);
  });
});

describe("in a session by a company's word", () => {
  /** Whoever runs the organisation's provider can sign in as anybody there. */
  async function byCompany() {
    const { orgId, slug } = await portal.organisation();
    const elsewhere = await portal.organisation();
    const person = await portal.person({ orgId, role: 'member' }, { orgId: elsewhere.orgId, role: 'owner' });
    await addPasskey(person);
    await portal.connection({ orgId: elsewhere.orgId, userId: person.userId });
    await portal.connection({ orgId, userId: person.userId });
    const begun = valueOf(
      await portal.people.beginSession({
        userId: person.userId,
        amr: ['sso'],
        viaOrgId: orgId,
        headers: new Headers(),
      }),
    );
    const cookie = cookieHeader(begun.setCookies).get('cookie') ?? '';
    return { slug, person, company: createCaller(portal.app, portal.baseUrl, cookie) };
  }

  test('nothing of the account can be changed or found out, and only that organisation is seen', async () => {
    const { company, person, slug } = await byCompany();
    const account = await company.get('/me/account');
    expect(account.body).toMatchObject({ via_company: true, passkeys: [], has_password: false });
    const writes: [string, string, unknown][] = [
      ['PUT', '/me/name', { name: 'Mallory' }],
      ['POST', '/me/password', { current: PASSWORD, next: 'another password' }],
      ['POST', '/me/two-factor/begin', {}],
      ['POST', '/me/two-factor/disable', {}],
      ['POST', '/me/passkeys/options', {}],
      ['POST', '/me/sessions/end-others', {}],
      ['POST', '/me/confirm', { password: PASSWORD }],
      ['POST', '/me/confirm/passkey', {}],
    ];
    for (const [method, path, body] of writes) {
      const answer = await company.send(method, path, { body });
      expect([path, answer.status, errorOf(answer).code]).toEqual([path, 403, 'forbidden']);
    }
    expect((await company.get('/me/sessions')).status).toBe(403);
    expect((await company.get('/me/confirm')).body).toEqual({ password: false, code: false, passkey: false });
    const seen = itemsOf(await company.get('/me/connections')).map(({ organisation }) => organisation);
    expect(seen).toMatchObject([{ slug }]);
    expect((await person.get('/me')).body?.['user']).not.toMatchObject({ name: 'Mallory' });
  });
});

test('connections are listed in all organisations, and are gone once disconnected', async () => {
  const [first, second] = [await portal.organisation(), await portal.organisation()];
  const person = await portal.person(
    { orgId: first.orgId, role: 'member' },
    { orgId: second.orgId, role: 'viewer' },
  );
  const other = await portal.person({ orgId: first.orgId, role: 'owner' });
  const { keyId } = await portal.connection({ orgId: first.orgId, userId: person.userId });
  await portal.connection({ orgId: second.orgId, userId: person.userId, access: 'read' });
  await portal.connection({ orgId: first.orgId, userId: other.userId });
  await person.post(`/organisations/${first.slug}/keys`, { name: 'CI', access: 'read', expires_in_days: 7 });
  const slugs = async () =>
    itemsOf(await person.get('/me/connections')).map(
      ({ organisation }) => (organisation as { slug: string }).slug,
    );
  expect((await slugs()).toSorted()).toEqual([first.slug, second.slug].toSorted());
  expect((await person.post(`/organisations/${first.slug}/keys/${keyId}/revoke`)).status).toBe(200);
  expect(await slugs()).toEqual([second.slug]);
});

test('connections come a hundred at a time, each once, whatever organisation they are of, and are found', async () => {
  const [first, second] = [await portal.organisation(), await portal.organisation()];
  const person = await portal.person(
    { orgId: first.orgId, role: 'member' },
    { orgId: second.orgId, role: 'member' },
  );
  const made: string[] = [];
  for (let each = 0; each < 120; each += 1) {
    const { orgId } = each % 3 === 0 ? first : second;
    made.push((await portal.connection({ orgId, userId: person.userId })).keyId);
  }
  const idsOf = (answer: PortalAnswer) =>
    itemsOf(answer).map(({ connection }) => (connection as { id: string }).id);
  const page = await person.get('/me/connections');
  expect(page.body).toMatchObject({ total: 120, next_cursor: expect.any(String) });
  const rest = await person.get(`/me/connections?cursor=${String(page.body?.['next_cursor'])}`);
  expect(rest.body).toMatchObject({ next_cursor: null });
  expect([idsOf(page).length, idsOf(rest).length]).toEqual([100, 20]);
  expect([...idsOf(page), ...idsOf(rest)]).toEqual(made.toReversed());
  const { name } = (await portal.store.people.findOrganisation(first.orgId)) ?? { name: '' };
  const found = await person.get(`/me/connections?q=${encodeURIComponent(name.toUpperCase())}`);
  expect([found.body?.['total'], idsOf(found).length]).toEqual([40, 40]);
  expect((await person.get('/me/connections?q=claude.ai')).body).toMatchObject({ total: 120 });
  expect((await person.get('/me/connections?q=nothing')).body).toMatchObject({ items: [], total: 0 });
  expect((await person.get('/me/connections?cursor=made-up')).status).toBe(400);
});

test('ten thousand connections are counted, and what is looked for among them is all there, each once', async () => {
  const [first, second] = [await portal.organisation(), await portal.organisation()];
  const person = await portal.person(
    { orgId: first.orgId, role: 'member' },
    { orgId: second.orgId, role: 'member' },
  );
  await portal.store.pool.query(
    `insert into clients (id, kind, name, redirect_uris, auth_method)
     select 'cli_crowd' || n, 'dynamic', 'Guest ' || n, '["https://guest.test/callback"]'::jsonb, 'none'
     from generate_series(1, 100) n`,
  );
  await portal.store.pool.query(
    `insert into grants (id, org_id, user_id, client_id, access, resource, destination, token_mode, created_at, expires_at)
     select 'grt_' || md5($3 || n), case when n % 3 = 0 then $1 else $2 end, $3, 'cli_crowd' || (n % 100 + 1), 'read', '/mcp',
            'guest.test', 'key', now() - make_interval(mins => (n / 9)::int), now() + interval '1 day'
     from generate_series(1, 10000) n`,
    [first.orgId, second.orgId, person.userId],
  );
  await portal.store.pool.query(
    `insert into keys (id, org_id, name, access, user_id, grant_id, hint, minted_as, created_at)
     select 'key_' || md5(id), org_id, 'Guest (MCP connector)', 'read', user_id, id, 'lk_test_abcd…', 'member', created_at
     from grants where user_id = $1`,
    [person.userId],
  );
  expect((await person.get('/me/connections')).body).toMatchObject({ total: 10_000 });
  const seen: string[] = [];
  let query: string | undefined = '?q=guest%207';
  while (query !== undefined) {
    const page = await person.get(`/me/connections${query}`);
    expect([page.status, page.body?.['total']]).toEqual([200, 1100]);
    seen.push(...itemsOf(page).map(({ connection }) => (connection as { id: string }).id));
    const next = page.body?.['next_cursor'];
    query = typeof next === 'string' ? `?q=guest%207&cursor=${next}` : undefined;
  }
  expect([seen.length, new Set(seen).size]).toEqual([1100, 1100]);
});

test('a name that cannot be seen is refused, and what is left of a hostile one is shown', async () => {
  const person = await portal.person();
  expect((await person.put('/me/name', { name: ' \u202e\u200b ' })).status).toBe(400);
  expect((await person.put('/me/name', { name: `<b>\u202eAda</b>${'x'.repeat(900)}` })).status).toBe(200);
  const me = await person.get('/me');
  expect(me.body).toMatchObject({ user: { name: `<b>Ada</b>${'x'.repeat(70)}` } });
});

test.each([
  ['GET', '/me/account'],
  ['GET', '/me/sessions'],
  ['GET', '/me/connections'],
  ['GET', '/me/confirm'],
  ['POST', '/me/password'],
  ['POST', '/me/two-factor/begin'],
  ['POST', '/me/passkeys/options'],
  ['POST', '/me/confirm'],
])('%s %s is 401 without a session, and 403 from another site', async (method, path) => {
  const nobody = createCaller(portal.app, portal.baseUrl, undefined);
  const sent = method === 'GET' ? {} : { body: {} };
  expect((await nobody.send(method, path, sent)).status).toBe(401);
  const person = await portal.person();
  const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' };
  expect((await person.send(method, path, { ...sent, headers })).status).toBe(403);
});
