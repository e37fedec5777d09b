import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { newId } from '../../src/kernel/ids.ts';
import { codeOf } from '../people/enrol.ts';
import { createAuthenticator } from '../people/authenticator.ts';
import { PASSWORD, racedBehind } from '../people/open-people.ts';
import { untilBlocked } from '../support/until-blocked.ts';
import { trailOf } from '../support/trail-of.ts';
import { createCaller, errorOf, openPortal, type OpenedPortal, type Person } from './open-portal.ts';

const HOUR_MS = 3_600_000;

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

const NOTHING = {
  second_factor_required: false,
  session_hours: 168,
  client_policy: 'any',
  max_access: 'full',
  addresses: [],
  address_scope: 'own',
  token_mode: 'key',
} as const;

async function asRole(role: Role) {
  const { orgId, slug } = await portal.organisation();
  const person = await portal.person({ orgId, role });
  const base = `/organisations/${slug}`;
  const path = `${base}/settings/security`;
  const trail = () => trailOf(portal.store, orgId, 'actor_id, detail', 'organisation.security_changed');
  const change = (becomes: object, was: object = NOTHING, by: Person = person) =>
    by.put(path, { ...was, ...becomes, was });
  return { orgId, slug, base, person, path, trail, change };
}

/** Turns an authenticator app on, as the account page does it. */
async function enrolBy(person: Person): Promise<void> {
  const begun = await person.post('/me/two-factor/begin');
  const code = codeOf(String(begun.body?.['secret']), portal.clock.nowMs());
  expect((await person.post('/me/two-factor/confirm', { code })).status).toBe(200);
}

describe('security settings', () => {
  test.each<[Role, number]>([
    ['owner', 200],
    ['admin', 200],
    ['member', 403],
    ['viewer', 403],
  ])('a %s who reads or changes them gets %i', async (role, status) => {
    const { change, path, person, trail } = await asRole(role);
    expect((await person.get(path)).status).toBe(status);
    expect((await change({ session_hours: 24 })).status).toBe(status);
    expect(await trail()).toHaveLength(status === 200 ? 1 : 0);
  });

  test('ask nothing at first; a change is one entry of the audit log, with what was and what is', async () => {
    const { change, path, person, trail } = await asRole('owner');
    expect((await person.get(path)).body).toMatchObject(NOTHING);
    const becomes = { session_hours: 12, max_access: 'read' };
    expect((await change(becomes)).body).toMatchObject({ ...NOTHING, ...becomes, ended_connections: 0 });
    expect(await trail()).toEqual([
      {
        actor_id: person.userId,
        detail: {
          from: { sessionHours: 168, maxAccess: 'full' },
          to: { sessionHours: 12, maxAccess: 'read' },
        },
      },
    ]);
    const now = { ...NOTHING, ...becomes };
    expect((await change({}, now)).status).toBe(200);
    expect(await trail()).toHaveLength(1);
  });

  test('what another admin changed meanwhile is not written over, not even what was not touched', async () => {
    const { change, path, person } = await asRole('owner');
    expect((await change({ max_access: 'read' })).status).toBe(200);
    const late = await change({ session_hours: 12 });
    expect([late.status, errorOf(late).code]).toEqual([409, 'conflict']);
    expect((await person.get(path)).body).toMatchObject({ max_access: 'read', session_hours: 168 });
  });

  test('of two admins at the same moment one is told that the other was first', async () => {
    const { change, orgId, trail } = await asRole('owner');
    const other = await portal.person({ orgId, role: 'admin' });
    const answers = await racedBehind(portal.store, 'organisations', [
      () => change({ session_hours: 12 }),
      () => change({ session_hours: 24 }, NOTHING, other),
    ]);
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409]);
    expect(await trail()).toHaveLength(1);
  });

  test('of another organisation are not there', async () => {
    const mine = await asRole('owner');
    const other = await asRole('owner');
    expect((await mine.person.get(other.path)).status).toBe(404);
    expect((await other.change({ max_access: 'read' }, NOTHING, mine.person)).status).toBe(404);
    expect((await other.person.get(other.path)).body).toMatchObject(NOTHING);
  });

  test.each([
    ['from a foreign page', { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }, 403],
    ['as a form of a page', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['without a session', { cookie: undefined }, 401],
  ])('are not changed %s', async (_what, headers, status) => {
    const { path, person } = await asRole('owner');
    const body = { ...NOTHING, max_access: 'read', was: NOTHING };
    expect((await person.send('PUT', path, { body, headers })).status).toBe(status);
    expect((await person.get(path)).body).toMatchObject(NOTHING);
  });

  test('are not changed by a key, not even an owner’s', async () => {
    const { base, path, person } = await asRole('owner');
    const made = await person.post(`${base}/keys`, { name: 'CI', access: 'full', expires_in_days: 7 });
    const headers = { cookie: undefined, authorization: `Bearer ${String(made.body?.['secret'])}` };
    const answer = await person.send('PUT', path, { body: { ...NOTHING, was: NOTHING }, headers });
    expect([answer.status, errorOf(answer).code]).toEqual([403, 'person_needed']);
  });

  test.each([
    ['a lifetime that is none of the choices', { session_hours: 720 }],
    ['another policy', { client_policy: 'none' }],
    ['a field that there is not', { refresh_days: 90 }],
    ['a name of a host', { addresses: ['example.com'] }],
    ['a network that is everybody', { addresses: ['0.0.0.0/0'] }],
    ['a prefix that is too long', { addresses: ['10.0.0.0/33'] }],
    ['IPv4 in IPv6', { addresses: ['::ffff:10.0.0.1/104'] }],
    ['more than a hundred', { addresses: Array.from({ length: 101 }, (_, at) => `10.0.0.${at}`) }],
  ])('%s is refused, and nothing is changed', async (_what, wrong) => {
    const { change, path, person } = await asRole('owner');
    expect((await change(wrong)).status).toBe(400);
    expect((await person.get(path)).body).toMatchObject(NOTHING);
  });

  test('whose role is taken away while they save changes nothing', async () => {
    const { change, orgId, person, trail } = await asRole('admin');
    // As who changes a role does it: the organisation's row first.
    const holder = await portal.store.pool.connect();
    await holder.query('begin');
    await holder.query('select 1 from organisations where id = $1 for update', [orgId]);
    const pending = change({ max_access: 'read' });
    await untilBlocked(portal.store, 1);
    await holder.query("update memberships set role = 'member' where org_id = $1 and user_id = $2", [
      orgId,
      person.userId,
    ]);
    await holder.query('commit');
    holder.release();
    const answer = await pending;
    expect(answer.status).toBe(403);
    expect(await trail()).toEqual([]);
  });
});

describe('a second factor that is required', () => {
  test('is not required by who has none, nor by who has one and did not show it', async () => {
    const { change, path, person, slug } = await asRole('owner');
    const without = await change({ second_factor_required: true });
    expect([without.status, errorOf(without).code]).toEqual([409, 'conflict']);
    expect((await person.get(path)).body).toMatchObject({
      ...NOTHING,
      you: { may_require_second_factor: false },
    });
    await enrolBy(person);
    expect((await change({ second_factor_required: true })).status).toBe(200);
    expect((await person.get(`/organisations/${slug}`)).status).toBe(200);
  });

  test('keeps everybody out who has none, with a code of its own, until they set one up in that session', async () => {
    const { base, change, orgId, person, slug } = await asRole('owner');
    const member = await portal.person({ orgId, role: 'member' });
    const stranger = await portal.person();
    await enrolBy(person);
    expect((await change({ second_factor_required: true })).status).toBe(200);

    const refused = await member.get(`${base}/keys`);
    expect([refused.status, errorOf(refused).code]).toEqual([403, 'second_factor_required']);
    const making = await member.post(`${base}/keys`, { name: 'CI', access: 'read', expires_in_days: 7 });
    expect(errorOf(making).code).toBe('second_factor_required');
    expect((await member.get('/me')).body).toMatchObject({
      organisations: [],
      closed_organisations: [{ slug, because: 'no_second_factor' }],
    });
    expect((await stranger.get(`${base}/keys`)).status).toBe(404);

    await enrolBy(member);
    expect((await member.get(`${base}/keys`)).status).toBe(200);
  });

  test('is no help to a session that began before it was set up: whoever holds it signs in again', async () => {
    const { base, change, orgId, person } = await asRole('owner');
    await enrolBy(person);
    expect((await change({ second_factor_required: true })).status).toBe(200);
    const member = await portal.person({ orgId, role: 'member' });
    const { setCookies } = await signInAgain(member);
    await enrolBy(member);
    const headers = { cookie: setCookies };
    const other = await member.send('GET', `${base}/keys`, { headers });
    expect([other.status, errorOf(other).code]).toEqual([403, 'second_factor_required']);
    expect((await member.send('GET', '/me', { headers })).body).toMatchObject({
      closed_organisations: [{ because: 'second_factor_not_shown' }],
    });
    expect((await member.get(`${base}/keys`)).status).toBe(200);
  });

  test('is not made, nor taken away, by a password alone where its owner has a passkey', async () => {
    const { base, change, orgId, person } = await asRole('owner');
    await enrolBy(person);
    const member = await portal.person({ orgId, role: 'member' });
    const { authenticator, id } = await addPasskey(member);
    expect((await change({ second_factor_required: true })).status).toBe(200);
    const other = createCaller(portal.app, portal.baseUrl, (await signInAgain(member)).setCookies);
    const acts = ['two-factor/begin', 'two-factor/disable', 'passkeys/options', `passkeys/${id}/remove`];
    for (const act of acts) {
      const refused = await other.post(`/me/${act}`);
      expect([act, refused.status, errorOf(refused).code]).toEqual([act, 403, 'reauthentication_required']);
    }
    expect((await other.get('/me/confirm')).body).toEqual({ password: false, code: false, passkey: true });
    expect((await other.post('/me/confirm', { password: PASSWORD })).status).toBe(400);
    expect(errorOf(await other.get(`${base}/keys`)).code).toBe('second_factor_required');

    const passkey = authenticator.sign((await other.post('/me/confirm/passkey')).body as never);
    expect((await other.post('/me/confirm', { passkey })).status).toBe(200);
    expect((await other.post('/me/two-factor/begin')).status).toBe(200);
    expect((await other.get(`${base}/keys`)).status).toBe(200);
  });

  test('that was a lost passkey is taken away by an admin, after which another is set up', async () => {
    const { base, change, orgId, person } = await asRole('owner');
    await enrolBy(person);
    const member = await portal.person({ orgId, role: 'member' });
    await addPasskey(member);
    expect((await change({ second_factor_required: true })).status).toBe(200);
    const other = createCaller(portal.app, portal.baseUrl, (await signInAgain(member)).setCookies);
    expect((await other.post('/me/two-factor/begin')).status).toBe(403);
    const reset = await person.post(`${base}/members/${member.userId}/reset-two-factor`);
    expect(reset.status).toBe(200);
    expect((await other.post('/me/two-factor/begin')).status).toBe(200);
  });

  test('that somebody turns off keeps them out at once', async () => {
    const { base, change, person } = await asRole('owner');
    await enrolBy(person);
    expect((await change({ second_factor_required: true })).status).toBe(200);
    expect((await person.post('/me/two-factor/disable')).status).toBe(200);
    expect(errorOf(await person.get(`${base}/keys`)).code).toBe('second_factor_required');
  });

  test('leaves keys as they are, and says how many people it concerns', async () => {
    const { base, change, orgId, path, person } = await asRole('owner');
    const member = await portal.person({ orgId, role: 'member' });
    const made = await member.post(`${base}/keys`, { name: 'CI', access: 'read', expires_in_days: 7 });
    expect((await person.get(path)).body).toMatchObject({
      effects: { people: { all: 2, without_second_factor: 2 }, keys: { all: 1, full: 0 } },
    });
    await enrolBy(person);
    expect((await change({ second_factor_required: true })).body).toMatchObject({
      effects: { people: { all: 2, without_second_factor: 1 } },
    });
    const headers = { cookie: undefined, authorization: `Bearer ${String(made.body?.['secret'])}` };
    expect((await member.send('GET', `${base}/keys`, { headers })).status).toBe(200);
  });

  async function addPasskey(person: Person) {
    const authenticator = createAuthenticator({ origin: portal.baseUrl });
    const response = authenticator.register((await person.post('/me/passkeys/options')).body as never);
    const added = await person.post('/me/passkeys', { name: 'Laptop', response });
    expect(added.status).toBe(201);
    return { authenticator, id: String(added.body?.['id']) };
  }

  async function signInAgain({ email }: Person) {
    const response = await portal.people.signIn({ email, password: PASSWORD, headers: new Headers() });
    if (!response.ok) throw new Error('not signed in');
    const lines = response.value.setCookies.map((line) => line.split(';', 1)[0]);
    return { setCookies: lines.join('; ') };
  }
});

describe('a sign-in that lasts shorter', () => {
  test('is confirmed once it is older, in this organisation alone, and then counts again', async () => {
    const { base, change, orgId } = await asRole('owner');
    const other = await portal.organisation();
    const member = await portal.person({ orgId, role: 'member' }, { orgId: other.orgId, role: 'member' });
    expect((await change({ session_hours: 12 })).status).toBe(200);
    portal.pass(12 * HOUR_MS - 60_000);
    expect((await member.get(`${base}/keys`)).status).toBe(200);
    portal.pass(60_000);
    const old = await member.get(`${base}/keys`);
    expect([old.status, errorOf(old).code]).toEqual([403, 'reauthentication_required']);
    expect((await member.get(`/organisations/${other.slug}/keys`)).status).toBe(200);
    // It is among theirs all the same: the page that they are on stays.
    const me = (await member.get('/me')).body as { organisations: { slug: string }[] };
    expect(me.organisations).toHaveLength(2);
    expect((await member.post('/me/confirm', { password: 'wrong password' })).status).toBe(400);
    expect(errorOf(await member.get(`${base}/keys`)).code).toBe('reauthentication_required');
    expect((await member.post('/me/confirm', { password: PASSWORD })).status).toBe(200);
    expect((await member.get(`${base}/keys`)).status).toBe(200);
  });
});

describe('a list of addresses', () => {
  const OFFICE = { headers: { 'x-forwarded-for': '203.0.113.7' } };

  test('is not saved by who is outside of it, nor one that nobody is in', async () => {
    const { path, person } = await asRole('owner');
    const body = { ...NOTHING, addresses: ['203.0.113.0/24'], was: NOTHING };
    const refused = await person.send('PUT', path, { body });
    expect(refused.status).toBe(409);
    expect(errorOf(refused).message).toBe(
      'You are at 127.0.0.1, which is not in the list: it would shut you out. Add your address first.',
    );
    expect((await person.send('PUT', path, { body, ...OFFICE })).status).toBe(200);
    expect(errorOf(await person.get(path)).code).toBe('address_not_allowed');
    expect((await person.send('GET', path, OFFICE)).body).toMatchObject({ addresses: ['203.0.113.0/24'] });
  });

  test('answers nobody elsewhere: the dashboard, a person’s key and an agent’s', async () => {
    const { base, path, person } = await asRole('owner');
    const mine = await person.post(`${base}/keys`, { name: 'CI', access: 'read', expires_in_days: 7 });
    const agent = await person.post(`${base}/agents`, { name: 'Nightly', role: 'viewer' });
    const theirs = await person.post(`${base}/agents/${String(agent.body?.['id'])}/keys`, {
      name: 'Nightly',
      access: 'read',
      expires_in_days: 7,
    });
    const body = { ...NOTHING, addresses: ['203.0.113.7', '2001:db8::/48'], was: NOTHING };
    expect((await person.send('PUT', path, { body, ...OFFICE })).status).toBe(200);
    for (const made of [mine, theirs]) {
      const authorization = `Bearer ${String(made.body?.['secret'])}`;
      const from = (address: string) =>
        person.send('GET', `${base}/connectors`, {
          headers: { cookie: undefined, authorization, 'x-forwarded-for': address },
        });
      expect((await from('203.0.113.7')).status).toBe(200);
      expect((await from('2001:db8:0:0:0:0:0:1')).status).toBe(200);
      expect(errorOf(await from('203.0.113.8')).code).toBe('address_not_allowed');
      expect(errorOf(await from('2001:db9:0:0:0:0:0:1')).code).toBe('address_not_allowed');
    }
    expect((await person.get('/me')).body).toMatchObject({
      organisations: [],
      closed_organisations: [{ because: 'address' }],
    });
  });
});

describe('the highest access', () => {
  test('is not given to a new key above it, of a person or of an agent', async () => {
    const { base, change, person } = await asRole('owner');
    const agent = await person.post(`${base}/agents`, { name: 'Nightly', role: 'member' });
    expect((await change({ max_access: 'read' })).status).toBe(200);
    const key = { name: 'CI', expires_in_days: 7 };
    for (const path of [`${base}/keys`, `${base}/agents/${String(agent.body?.['id'])}/keys`]) {
      const refused = await person.post(path, { ...key, access: 'full' });
      expect([refused.status, errorOf(refused).code]).toEqual([403, 'forbidden']);
      expect((await person.post(path, { ...key, access: 'read' })).status).toBe(201);
    }
  });

  test('holds keys that have more to it when they manage, and lets them be what they were once it is lifted', async () => {
    const { base, change, person } = await asRole('owner');
    const made = await person.post(`${base}/keys`, { name: 'CI', access: 'full', expires_in_days: 7 });
    const headers = { cookie: undefined, authorization: `Bearer ${String(made.body?.['secret'])}` };
    const revoke = () => person.send('POST', `${base}/keys/${newId('key')}/revoke`, { headers, body: {} });
    expect((await revoke()).status).toBe(404);
    expect((await change({ max_access: 'read' })).status).toBe(200);
    expect(errorOf(await revoke()).code).toBe('insufficient_scope');
    expect((await change({ max_access: 'full' }, { ...NOTHING, max_access: 'read' })).status).toBe(200);
    expect((await revoke()).status).toBe(404);
  });
});

describe('which apps may be connected', () => {
  test('ends the connections of those that may not any more, and takes them back with no approval', async () => {
    const { base, change, orgId, person, path, trail } = await asRole('owner');
    const connection = await portal.connection({ orgId, userId: person.userId });
    const approved = await portal.connection({ orgId, userId: person.userId });
    const [{ client_id: subject } = { client_id: '' }] = (
      await portal.store.pool.query<{ client_id: string }>('select client_id from grants where id = $1', [
        approved.grantId,
      ])
    ).rows;
    expect((await person.put(`${base}/client-rules`, { subject, rule: 'approved' })).status).toBe(200);
    expect((await person.get(path)).body).toMatchObject({
      effects: { connections: { all: 2, full: 2, unknown_apps: 1, unapproved_apps: 1 } },
    });
    expect((await change({ client_policy: 'known' })).body).toMatchObject({ ended_connections: 1 });
    expect(await portal.verifyKey(connection.secret)).toBeUndefined();
    expect(await portal.verifyKey(approved.secret)).toBeDefined();
    expect(await trail()).toMatchObject([{ detail: { ended_connections: 1 } }]);

    const taken = await person.put(`${base}/client-rules`, { subject, rule: null });
    expect(taken.body).toMatchObject({ connections_ended: 1 });
    expect(await portal.verifyKey(approved.secret)).toBeUndefined();
  });

  test('counts and ends nothing of another organisation', async () => {
    const mine = await asRole('owner');
    const other = await asRole('owner');
    const theirs = await portal.connection({ orgId: other.orgId, userId: other.person.userId });
    expect((await mine.change({ client_policy: 'approved' })).body).toMatchObject({
      ended_connections: 0,
      effects: { connections: { all: 0 } },
    });
    expect(await portal.verifyKey(theirs.secret)).toBeDefined();
  });
});
