import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { createCaller, errorOf, itemsOf, openPortal, type OpenedPortal } from './open-portal.ts';
import { ALL_ROUTES, ORGANISATION_ROUTES } from './routes.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

/** An organisation with an owner, a key of theirs and an agent: everything that a route can name. */
async function furnished() {
  const organisation = await portal.organisation();
  const owner = await portal.person({ orgId: organisation.orgId, role: 'owner' });
  const base = `/organisations/${organisation.slug}`;
  const key = await owner.post(`${base}/keys`, { name: 'Deploy', access: 'full', expires_in_days: null });
  const agent = await owner.post(`${base}/agents`, { name: 'Reporter', role: 'member' });
  const client = await owner.post(`${base}/clients`, {
    name: 'Warehouse',
    auth_method: 'none',
    redirect_uris: ['https://warehouse.test/callback'],
  });
  const member = await portal.person({ orgId: organisation.orgId, role: 'member' });
  const invitation = await owner.post(`${base}/invitations`, { role: 'viewer' });
  const connection = await portal.connection({ orgId: organisation.orgId, userId: owner.userId });
  const fill = (path: string) =>
    path
      .replace(':org', organisation.slug)
      .replace(':key', String(key.body?.['id']))
      .replace(':agent', String(agent.body?.['id']))
      .replace(':member', member.userId)
      .replace(':connection', connection.grantId)
      .replace(':invitation', String(invitation.body?.['id']))
      .replace(':client', String(client.body?.['client_id']));
  return { ...organisation, owner, base, fill, secret: String(key.body?.['secret']) };
}

/** Of keys that somebody made; the one of the connection is not among them. */
async function keyCount(owner: { get(path: string): Promise<Parameters<typeof itemsOf>[0]> }, base: string) {
  const keys = itemsOf(await owner.get(`${base}/keys`));
  return keys.filter((key) => key['made_by'] !== 'connection').length;
}

describe('without a session', () => {
  test.each(ALL_ROUTES)('$method $path is 401 and says nothing else', async ({ method, path, body }) => {
    const { fill } = await furnished();
    for (const cookie of [undefined, 'latchkey_session=forged.signature', 'latchkey_session=']) {
      const answer = await createCaller(portal.app, portal.baseUrl, cookie).send(method, fill(path), {
        body,
      });
      expect(answer.status).toBe(401);
      expect(errorOf(answer)).toEqual({
        code: 'unauthenticated',
        message: 'Sign in first.',
        request_id: answer.headers.get('x-request-id'),
      });
    }
  });

  test('a session that was signed out is 401 on the next request', async () => {
    const { owner, base } = await furnished();
    await portal.people.signOut(new Headers({ cookie: owner.cookie }));
    expect((await owner.get(`${base}/keys`)).status).toBe(401);
  });
});

describe("another organisation's", () => {
  test.each(ORGANISATION_ROUTES)(
    '$method $path is 404, the same as of one that nobody has',
    async ({ method, path, body }) => {
      const theirs = await furnished();
      const ours = await furnished();
      const atTheirs = await ours.owner.send(method, `${theirs.base}${theirs.fill(path)}`, { body });
      const atNobodys = await ours.owner.send(method, `/organisations/nobody-has-this${theirs.fill(path)}`, {
        body,
      });
      expect(atTheirs.status).toBe(404);
      expect({ ...errorOf(atTheirs), request_id: '' }).toEqual({ ...errorOf(atNobodys), request_id: '' });
      expect(await keyCount(theirs.owner, theirs.base)).toBe(1);
      expect(await portal.verifyKey(theirs.secret)).toBeDefined();
    },
  );

  test('key cannot be ended through an own organisation', async () => {
    const theirs = await furnished();
    const ours = await furnished();
    const answer = await ours.owner.post(`${ours.base}${theirs.fill('/keys/:key/revoke')}`);
    const absent = await ours.owner.post(`${ours.base}/keys/${newId('key')}/revoke`);
    expect([answer.status, errorOf(answer).message]).toEqual([404, errorOf(absent).message]);
    expect(await portal.verifyKey(theirs.secret)).toBeDefined();
  });

  test('agent cannot be given a key through an own organisation', async () => {
    const theirs = await furnished();
    const ours = await furnished();
    const answer = await ours.owner.post(`${ours.base}${theirs.fill('/agents/:agent/keys')}`, {
      name: 'Stolen',
      access: 'read',
      expires_in_days: null,
    });
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain('lk_');
    expect(await keyCount(ours.owner, ours.base)).toBe(1);
  });

  test('is out of reach from the request after the removal of a member', async () => {
    const { orgId, owner, base } = await furnished();
    const member = await portal.person({ orgId, role: 'member' });
    expect((await member.get(base)).status).toBe(200);
    const removed = await portal.people.removeMember({ orgId, userId: member.userId });
    expect(removed.ok).toBe(true);
    for (const path of ['', '/keys']) expect((await member.get(`${base}${path}`)).status).toBe(404);
    expect((await owner.get(base)).status).toBe(200);
  });
});

describe('a page of another site that makes the browser send our cookie', () => {
  const FOREIGN: [string, Record<string, string | undefined>][] = [
    ['Sec-Fetch-Site cross-site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
    ['Sec-Fetch-Site same-site (a sibling host)', { 'sec-fetch-site': 'same-site' }],
    ['Sec-Fetch-Site none on a write', { 'sec-fetch-site': 'none' }],
    [
      'an old browser that sends a foreign Origin alone',
      { 'sec-fetch-site': undefined, origin: 'https://evil.test' },
    ],
    ['Origin null', { 'sec-fetch-site': undefined, origin: 'null' }],
    ['another port of our own host', { 'sec-fetch-site': undefined, origin: 'http://localhost:4748' }],
  ];

  test.each(FOREIGN)('is refused a write: %s', async (_, headers) => {
    const { owner, base, fill, secret } = await furnished();
    for (const { method, path, body } of ORGANISATION_ROUTES.filter((route) => route.method === 'POST')) {
      const answer = await owner.send(method, `${base}${fill(path)}`, { body, headers });
      expect([answer.status, errorOf(answer).code]).toEqual([403, 'forbidden']);
    }
    expect(await keyCount(owner, base)).toBe(1);
    expect(await portal.verifyKey(secret)).toBeDefined();
  });

  test.each(FOREIGN.filter(([name]) => !name.includes('none')))(
    'is refused a read: %s',
    async (_, headers) => {
      const { owner, base } = await furnished();
      const answer = await owner.send('GET', `${base}/keys`, { headers });
      expect(answer.status).toBe(403);
      expect(answer.text).not.toContain('Deploy');
    },
  );

  test('gets no CORS headers, so its script could read no answer either', async () => {
    const { owner, base } = await furnished();
    const headers = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' };
    const preflight = await owner.send('OPTIONS', `${base}/keys`, {
      headers: { ...headers, 'access-control-request-method': 'POST' },
    });
    const read = await owner.send('GET', `${base}/keys`, { headers });
    for (const answer of [preflight, read]) {
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  });
});

describe('a write', () => {
  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    undefined,
  ])('in the content type %s, as a form could send it, is 415', async (contentType) => {
    const { owner, base } = await furnished();
    const answer = await owner.send('POST', `${base}/keys`, {
      body: { name: 'CI', access: 'read', expires_in_days: 30 },
      headers: { 'content-type': contentType },
    });
    // What fetch puts in by itself for a string body is as wrong.
    expect([answer.status, errorOf(answer).code]).toEqual([415, 'unsupported_media_type']);
    expect(await keyCount(owner, base)).toBe(1);
  });

  test.each<[string, unknown]>([
    ['no name', { access: 'read', expires_in_days: 30 }],
    ['a name of nothing visible', { name: ' \u202e\u200b ', access: 'read', expires_in_days: 30 }],
    ['an access that is none', { name: 'CI', access: 'admin', expires_in_days: 30 }],
    ['an expiry that is not offered', { name: 'CI', access: 'read', expires_in_days: 31 }],
    ['an expiry in the past', { name: 'CI', access: 'read', expires_in_days: -1 }],
    ['a field that is not known', { name: 'CI', access: 'read', expires_in_days: 30, org_id: 'org_x' }],
    ['a list', []],
    ['null', null],
  ])('of a key with %s is 400 and creates nothing', async (_, body) => {
    const { owner, base } = await furnished();
    const answer = await owner.post(`${base}/keys`, body);
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalid_request']);
    expect(await keyCount(owner, base)).toBe(1);
  });

  test('that is over 64 KiB is 413', async () => {
    const { owner, base } = await furnished();
    const name = 'x'.repeat(70_000);
    const answer = await owner.post(`${base}/keys`, { name, access: 'read', expires_in_days: 30 });
    expect([answer.status, errorOf(answer).code]).toEqual([413, 'payload_too_large']);
  });

  const NO_IDS = ['key_', '..%2f..%2fme', '%27%20or%201=1%20--', '%00', '%ff', `key_${'x'.repeat(2000)}`];

  test.each(NO_IDS)('to a key or an agent named %s is a plain 404', async (id) => {
    const { owner, base } = await furnished();
    const body = { name: 'CI', access: 'read', expires_in_days: 30 };
    const answers = [
      await owner.post(`${base}/keys/${id}/revoke`),
      await owner.post(`${base}/agents/${id}/keys`, body),
    ];
    for (const answer of answers) expect([answer.status, errorOf(answer).code]).toEqual([404, 'not_found']);
  });
});
