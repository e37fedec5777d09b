import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashSecret } from '../../src/kernel/secret.ts';
import { createOperators } from '../../src/people/operators/operators.ts';
import { createSetup } from '../../src/people/setup.ts';
import { VERSION } from '../../src/version.ts';
import { createReach } from '../../src/people/company/reach.ts';
import { dumpOf, openPeople, PASSWORD, valueOf } from '../people/open-people.ts';
import { createCaller, errorOf, itemsOf, openPortal, type OpenedPortal, type Person } from './open-portal.ts';
import { OPERATOR_ROUTES } from './routes.ts';

let portal: OpenedPortal;
/** Belongs to nothing, and looks after everything. */
let operator: Person;
beforeAll(async () => {
  portal = await openPortal();
  operator = await portal.person();
  await portal.store.operators.add(operator.userId, { declared: false });
});
afterAll(() => portal.close());

const UNKNOWN = { code: 'not_found', message: 'There is nothing at this address.' };

async function acts() {
  const { rows } = await portal.store.pool.query<{
    org_id: string | null;
    action: string;
    actor_kind: string;
    actor_id: string | null;
    target: string;
  }>(
    `select org_id, action, actor_kind, actor_id, target from audit_events where actor_kind = 'operator' order by id`,
  );
  return rows;
}

async function countOrganisations(): Promise<number> {
  return (await portal.store.people.listOrganisations()).length;
}

describe('to everybody but an operator the routes of operators are an address that nobody has', () => {
  test.each(OPERATOR_ROUTES)('$method $path', async ({ body, method, path }) => {
    const { orgId, slug } = await portal.organisation();
    const owner = await portal.person({ orgId, role: 'owner' });
    const member = await portal.person({ orgId, role: 'member' });
    const organisations = await countOrganisations();
    const made = await owner.post(`/organisations/${slug}/keys`, {
      name: 'CI',
      access: 'full',
      expires_in_days: 7,
    });
    const key = String(made.body?.['secret']);
    const before = await acts();
    for (const person of [owner, member]) {
      const answer = await person.send(method, path, { body });
      const unknown = await person.send(method, '/nothing/of/the/kind', { body });
      expect([answer.status, { ...errorOf(answer), request_id: undefined }]).toEqual([404, UNKNOWN]);
      expect({ ...errorOf(unknown), request_id: undefined }).toEqual(UNKNOWN);
    }
    const keyed = createCaller(portal.app, portal.baseUrl, undefined);
    const byKey = await keyed.send(method, path, { body, headers: { 'x-api-key': key } });
    expect([byKey.status, errorOf(byKey).message]).toEqual([404, UNKNOWN.message]);
    expect(await acts()).toEqual(before);
    expect(await countOrganisations()).toBe(organisations);
  });

  test('nor does an operator’s own key open them: it belongs to an organisation', async () => {
    const { orgId, slug } = await portal.organisation();
    const person = await portal.person({ orgId, role: 'owner' });
    await portal.store.operators.add(person.userId, { declared: false });
    expect((await person.get('/operator/organisations')).status).toBe(200);
    const made = await person.post(`/organisations/${slug}/keys`, {
      name: 'CI',
      access: 'full',
      expires_in_days: 7,
    });
    const headers = { 'x-api-key': String(made.body?.['secret']) };
    for (const { body, method, path } of OPERATOR_ROUTES) {
      const answer = await createCaller(portal.app, portal.baseUrl, undefined).send(method, path, {
        body,
        headers,
      });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });

  test('nor a session of an operator that a company vouched for: whoever runs its provider can name anybody', async () => {
    const { orgId, slug } = await portal.organisation();
    const person = await portal.person({ orgId, role: 'member' });
    await portal.store.operators.add(person.userId, { declared: false });
    await portal.store.pool.query(`update sessions set via_org_id = $1 where user_id = $2`, [
      orgId,
      person.userId,
    ]);
    expect((await person.get(`/organisations/${slug}`)).status).toBe(200);
    expect((await person.get('/me')).body?.['is_operator']).toBe(false);
    for (const { body, method, path } of OPERATOR_ROUTES)
      expect([path, (await person.send(method, path, { body })).status]).toEqual([path, 404]);
  });

  test('nor whoever is no operator any more, from the next request on', async () => {
    const person = await portal.person();
    const operators = createOperators({ store: portal.store, clock: portal.clock });
    expect(await operators.add(person.email)).toEqual({ ok: true, value: true });
    expect((await person.get('/me')).body?.['is_operator']).toBe(true);
    expect((await person.get('/operator/health')).status).toBe(200);
    expect((await operators.remove(person.email)).ok).toBe(true);
    expect((await person.get('/operator/health')).status).toBe(404);
    expect((await person.get('/me')).body?.['is_operator']).toBe(false);
  });
});

describe('an operator’s act', () => {
  const ACTS = OPERATOR_ROUTES.filter(({ method }) => method === 'POST');

  test.each(ACTS)('$path is refused to another site, to a form, and to an old sign-in', async (route) => {
    const { body, method, path } = route;
    const before = await acts();
    for (const headers of [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' },
      { 'sec-fetch-site': undefined, origin: 'null' },
    ])
      expect((await operator.send(method, path, { body, headers })).status).toBe(403);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await operator.send(method, path, { body, headers: form })).status).toBe(415);

    const stale = await portal.person();
    await portal.store.operators.add(stale.userId, { declared: false });
    portal.pass(10 * 60_000);
    const answer = await stale.send(method, path, { body });
    expect([answer.status, errorOf(answer).code]).toEqual([403, 'reauthentication_required']);
    expect(await acts()).toEqual(before);
    await operator.post('/me/confirm', { password: PASSWORD });
  });

  test('that begins while the right is taken away is not done', async () => {
    const { orgId } = await portal.organisation();
    const person = await portal.person();
    const by = { userId: person.userId, requestId: 'req_x' as never };
    const { createSuspensions } = await import('../../src/grants/suspensions.ts');
    const suspensions = createSuspensions({ store: portal.store, clock: portal.clock });
    expect(await suspensions.suspendOrganisation(orgId, by)).toBe(false);
    const { createFoundOrganisation } = await import('../../src/people/operators/found-organisation.ts');
    const founding = createFoundOrganisation({ store: portal.store, clock: portal.clock });
    const founded = await founding.found({ name: 'Initech', slug: 'initech', by });
    expect([founded.ok, await portal.store.people.findOrganisationBySlug('initech')]).toEqual([
      false,
      undefined,
    ]);
    expect((await founding.ownerLink({ orgId, by })).ok).toBe(false);
  });
});

describe('organisations', () => {
  test('are seen by name and count, and nothing of what is in them', async () => {
    const { orgId, slug } = await portal.organisation();
    const owner = await portal.person({ orgId, role: 'owner' });
    await portal.person({ orgId, role: 'viewer' });
    await portal.connection({ orgId, userId: owner.userId });
    await owner.post(`/organisations/${slug}/keys`, { name: 'Deploy', access: 'full', expires_in_days: 7 });
    await portal.store.pool.query(
      `insert into usage_hours (org_id, hour, action, connector, tool, client_id, key_id, actor_kind, actor_id,
         calls, refused, limited, client_errors, server_errors, failed, durations)
       select $1, date_trunc('hour', now()) - h * interval '1 hour', 'tool.call', '', '', '', '', 'user', '', 7, 0, 0, 0, 0, 0, '{}'
       from generate_series(0, 30, 10) h`,
      [orgId],
    );
    const answer = await operator.get(`/operator/organisations?q=${slug}`);
    const [found] = itemsOf(answer);
    expect(found).toMatchObject({
      id: orgId,
      slug,
      state: 'active',
      people: 2,
      connections: 1,
      suspended_at: null,
    });
    expect(found?.['calls']).toBe(21);
    expect(Object.keys(found ?? {}).toSorted()).toEqual([
      'calls',
      'connections',
      'connectors',
      'created_at',
      'deleted_at',
      'id',
      'name',
      'people',
      'slug',
      'state',
      'suspended_at',
    ]);
    expect(answer.text).not.toContain('Deploy');
    expect(answer.text).not.toContain(owner.email);
    for (const path of ['', '/keys', '/members', '/audit', '/usage', '/connectors'])
      expect((await operator.get(`/organisations/${slug}${path}`)).status).toBe(404);
  });

  test('of ten thousand come by hundreds, each once, and are found by name, slug and state', async () => {
    await portal.store.pool.query(
      `with named as (insert into organisation_slugs (slug, org_id)
         select 'many-' || n, 'org_many' || n from generate_series(1, 10000) n)
       insert into organisations (id, slug, name, created_at, suspended_at)
       select 'org_many' || n, 'many-' || n, 'Many % ' || n, now() - (n / 7) * interval '1 minute',
              case when n % 1000 = 0 then now() end
       from generate_series(1, 10000) n`,
    );
    const first = await operator.get('/operator/organisations?q=many-');
    expect([itemsOf(first).length, first.body?.['total']]).toEqual([100, 10_000]);
    const seen = new Set<unknown>();
    let cursor: string | null | undefined;
    let pages = 0;
    do {
      const more = cursor === undefined ? '' : `&cursor=${cursor}`;
      const page = await operator.get(`/operator/organisations?q=many-1${more}`);
      for (const { id } of itemsOf(page)) seen.add(id);
      cursor = page.body?.['next_cursor'] as string | null;
      pages += 1;
    } while (cursor !== null);
    // 1, 1_, 1__, 1___ and 10000.
    expect([seen.size, pages]).toEqual([1112, 12]);
    const stopped = await operator.get('/operator/organisations?q=many-&state=suspended');
    expect(stopped.body?.['total']).toBe(10);
    // A percent sign is one, and no pattern.
    expect((await operator.get('/operator/organisations?q=%25%20777')).body?.['total']).toBe(11);
    expect((await operator.get('/operator/organisations?q=m%25y')).body?.['total']).toBe(0);
    expect((await operator.get('/operator/organisations?cursor=made-up')).status).toBe(400);
    expect((await operator.get('/operator/organisations?q=%00')).status).toBe(400);
    await portal.store.pool.query(`delete from organisations where id like 'org\\_many%'`);
  });

  test('are made for somebody else: a link, shown once, whose user is the owner', async () => {
    const made = await operator.post('/operator/organisations', { name: 'Umbrella', slug: 'umbrella' });
    expect([made.status, made.body?.['slug']]).toEqual([201, 'umbrella']);
    const url = String(made.body?.['url']);
    const token = url.slice(`${portal.baseUrl}/invite/`.length);
    expect(token.length).toBeGreaterThan(40);
    const stored = await dumpOf(portal.store);
    expect(stored).not.toContain(token);
    expect(stored).toContain(hashSecret(token));
    const [listed] = itemsOf(await operator.get('/operator/organisations?q=umbrella'));
    expect(listed).toMatchObject({ people: 0, state: 'active' });
    // Who made it belongs to nothing by it.
    expect((await operator.get('/organisations/umbrella')).status).toBe(404);
    expect((await operator.get('/me')).body?.['organisations']).toEqual([]);

    const { createInvitations } = await import('../../src/people/invitations/invitations.ts');
    const invitations = createInvitations({ store: portal.store, clock: portal.clock });
    const person = await portal.person();
    await portal.store.pool.query(`update users set email_verified = false where id = $1`, [person.userId]);
    const { email, userId } = person;
    const joined = await invitations.join({ token, userId, email, requestId: 'req_x' as never });
    expect(joined.ok).toBe(true);
    expect((await person.get('/organisations/umbrella')).body?.['role']).toBe('owner');
    expect(
      (
        await invitations.join({
          token,
          userId: operator.userId,
          email: operator.email,
          requestId: 'req_x' as never,
        })
      ).ok,
    ).toBe(false);
    // The link names no address, and vouches for none: what is declared for one elsewhere is not opened by it.
    const { rows } = await portal.store.pool.query(`select email_verified from users where id = $1`, [
      userId,
    ]);
    expect(rows).toEqual([{ email_verified: false }]);

    const orgId = String(made.body?.['id']);
    const answer = await operator.post(`/operator/organisations/${orgId}/owner-link`);
    expect([answer.status, errorOf(answer).code]).toEqual([409, 'conflict']);
    expect((await acts()).filter(({ org_id: id }) => id === orgId)).toEqual([
      expect.objectContaining({ action: 'organisation.created', actor_id: operator.userId, target: orgId }),
      expect.objectContaining({ action: 'invitation.created', actor_id: operator.userId }),
    ]);
  });

  test('that nobody has joined yet get another link, and the one before stops working', async () => {
    const { createInvitations } = await import('../../src/people/invitations/invitations.ts');
    const invitations = createInvitations({ store: portal.store, clock: portal.clock });
    const tokenOf = (url: unknown) => String(url).split('/').at(-1) ?? '';
    const made = await operator.post('/operator/organisations', { name: 'Hooli', slug: 'hooli' });
    const again = await operator.post(`/operator/organisations/${String(made.body?.['id'])}/owner-link`);
    expect(again.status).toBe(201);
    expect((await invitations.look(tokenOf(made.body?.['url'])))?.fault).toBe('withdrawn');
    expect((await invitations.look(tokenOf(again.body?.['url'])))?.fault).toBeUndefined();
    const absent = await operator.post('/operator/organisations/org_nobody/owner-link');
    expect([absent.status, errorOf(absent).code]).toEqual([404, 'not_found']);
  });

  test.each<[string, unknown, number, RegExp]>([
    ['an address that is taken', { name: 'Other', slug: 'taken' }, 409, /Another organisation has/],
    ['a word of ours', { name: 'Other', slug: 'admin' }, 409, /kept for Latchkey/],
    ['an address that is none', { name: 'Other', slug: 'Ac me/../x' }, 400, /3 to 40/],
    ['no name', { name: ' \u202e ', slug: 'nameless' }, 400, /Give it a name/],
    ['a field that is not known', { name: 'Other', slug: 'other', owner: 'usr_x' }, 400, /owner/],
  ])('are not made with %s', async (_, body, status, words) => {
    if ((await portal.store.people.findOrganisationBySlug('taken')) === undefined)
      await operator.post('/operator/organisations', { name: 'Taken', slug: 'taken' });
    const before = await countOrganisations();
    const answer = await operator.post('/operator/organisations', body);
    expect([answer.status, errorOf(answer).message]).toEqual([status, expect.stringMatching(words)]);
    expect(await countOrganisations()).toBe(before);
  });

  test('that are suspended are closed to their people at once, who are told why, and open again', async () => {
    const { orgId, slug } = await portal.organisation();
    const owner = await portal.person({ orgId, role: 'owner' });
    const { secret } = await portal.connection({ orgId, userId: owner.userId });
    const made = await owner.post(`/organisations/${slug}/keys`, {
      name: 'CI',
      access: 'read',
      expires_in_days: 7,
    });
    const key = { 'x-api-key': String(made.body?.['secret']) };
    const byKey = () =>
      createCaller(portal.app, portal.baseUrl, undefined).send('GET', '/organisations/-', { headers: key });
    expect((await byKey()).status).toBe(200);

    const path = `/operator/organisations/${orgId}`;
    const suspended = await operator.post(`${path}/suspend`);
    expect([suspended.status, suspended.body]).toEqual([200, { id: orgId, state: 'suspended' }]);
    expect((await operator.post(`${path}/suspend`)).status).toBe(404);
    expect((await owner.get(`/organisations/${slug}`)).status).toBe(404);
    expect((await byKey()).status).toBe(401);
    expect(await portal.verifyKey(secret)).toBeUndefined();
    const me = (await owner.get('/me')).body;
    expect(me?.['organisations']).toEqual([]);
    expect(me?.['closed_organisations']).toEqual([expect.objectContaining({ slug, because: 'suspended' })]);
    const [listed] = itemsOf(await operator.get(`/operator/organisations?q=${slug}&state=suspended`));
    expect(listed).toMatchObject({ id: orgId, state: 'suspended', connections: 0 });

    expect((await operator.post(`${path}/resume`)).status).toBe(200);
    expect((await owner.get(`/organisations/${slug}`)).status).toBe(200);
    expect((await byKey()).status).toBe(200);
    expect((await acts()).filter(({ org_id: id }) => id === orgId).map(({ action }) => action)).toEqual([
      'organisation.suspended',
      'organisation.resumed',
    ]);
    // In the organisation's own log, its admins read that it was an operator.
    const log = itemsOf(await owner.get(`/organisations/${slug}/audit?action=organisation.suspended`));
    expect(log.map(({ actor }) => (actor as { kind: string }).kind)).toEqual(['operator']);
  });

  test('that are suspended stay closed in a company’s session, too', async () => {
    const { orgId } = await portal.organisation();
    const person = await portal.person({ orgId, role: 'member' });
    await portal.store.people.setSuspended(orgId, true);
    const reach = createReach({ store: portal.store, clock: portal.clock });
    const session = valueOf({
      ok: true,
      value: await portal.people.currentUser(new Headers({ cookie: person.cookie })),
    });
    if (session === undefined) throw new Error('no session');
    for (const viaOrgId of [null, orgId]) {
      const { closed, open } = await reach({ ...session, viaOrgId } as never);
      expect([open, closed.map(({ because }) => because)]).toEqual([[], ['suspended']]);
    }
  });
});

describe('signing keys', () => {
  test('are rotated as the command does it, which is on record, and shown without what signs', async () => {
    const before = itemsOf(await operator.get('/operator/signing-keys'));
    expect(before).toMatchObject([{ state: 'active', signs_until: null, verifies_until: null }]);
    const rotated = await operator.post('/operator/signing-keys/rotate', { now: false });
    expect(rotated.body).toMatchObject({ state: 'next' });
    const again = await operator.post('/operator/signing-keys/rotate', { now: false });
    expect([again.status, errorOf(again).message]).toEqual([
      409,
      expect.stringContaining('published already'),
    ]);
    const now = await operator.post('/operator/signing-keys/rotate', { now: true });
    expect(now.body).toEqual({ kid: rotated.body?.['kid'], state: 'active' });
    const after = await operator.get('/operator/signing-keys');
    expect(itemsOf(after).map(({ state }) => state)).toEqual(['active', 'retired']);
    const [, retired] = itemsOf(after);
    expect(Date.parse(String(retired?.['verifies_until']))).toBeGreaterThan(
      Date.parse(String(retired?.['signs_until'])),
    );
    expect(after.text).not.toMatch(/"d"|private|sealed/i);
    const { body } = await operator.get('/operator/log');
    const [first, second] = (body?.['items'] ?? []) as Record<string, unknown>[];
    for (const [act, isNow] of [
      [first, true],
      [second, false],
    ] as const)
      expect(act).toMatchObject({
        action: 'signing_key.rotated',
        who: operator.email,
        organisation: null,
        target: rotated.body?.['kid'],
        detail: { now: isNow },
      });
  });
});

describe('the log', () => {
  test('has what operators did, by hundreds, and nothing that an organisation did itself', async () => {
    const { orgId, slug } = await portal.organisation();
    const owner = await portal.person({ orgId, role: 'owner' });
    await owner.post(`/organisations/${slug}/keys`, { name: 'Hidden', access: 'read', expires_in_days: 7 });
    await portal.store.pool.query(
      `insert into audit_events (org_id, at, phase, action, actor_kind, target)
       select null, now(), 'event', 'operator.added', 'operator', 'usr_' || n from generate_series(1, 250) n`,
    );
    const seen: unknown[] = [];
    let cursor: unknown = '';
    do {
      const page = await operator.get(`/operator/log${cursor === '' ? '' : `?cursor=${String(cursor)}`}`);
      expect(itemsOf(page).length).toBeLessThanOrEqual(100);
      seen.push(...itemsOf(page).map(({ id }) => id));
      cursor = page.body?.['next_cursor'];
      expect(page.text).not.toContain('key.created');
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe((await acts()).length);
  });

  test('names whom an act was about, beside the organisation that it was in', async () => {
    const { orgId } = await portal.organisation();
    const member = await portal.person({ orgId, role: 'member' });
    const about = async (target: string, detail: object | null) => {
      await portal.store.pool.query(
        `insert into audit_events (org_id, at, phase, action, actor_kind, target, detail)
         values ($1, now(), 'event', 'member.two_factor_reset', 'operator', $2, $3)`,
        [orgId, target, detail],
      );
      const [act] = itemsOf(await operator.get('/operator/log'));
      return act?.['target_name'];
    };
    expect(await about(member.userId, null)).toBe(member.email);
    expect(await about('usr_gone', { email: 'gone@example.com' })).toBe('gone@example.com');
    expect(await about('usr_gone', null)).toBeNull();
  });
});

describe('health', () => {
  test('says what the database, the nodes and this process are', async () => {
    const { body } = await operator.get('/operator/health');
    const { known } = (body as { migrations: { known: number } }).migrations;
    expect(body).toMatchObject({
      version: VERSION,
      runtime: `Node.js ${process.versions.node}`,
      migrations: { run: known },
      hears_changes: true,
      warnings: [],
    });
    expect(known).toBeGreaterThan(19);
    const database = body?.['database'] as {
      version: string;
      size_bytes: number;
      pool: Record<string, number>;
    };
    expect(database.version).toMatch(/^\d+/);
    expect(database.size_bytes).toBeGreaterThan(1_000_000);
    expect(database.pool['max']).toBeGreaterThan(1);
    expect(body?.['nodes']).toEqual([
      expect.objectContaining({ is_this: true, is_alive: true, hears_changes: true, half: null }),
    ]);
  });

  test('tells of nodes that are gone, and that others run another version', async () => {
    const insert = (id: string, version: string, ago: string) =>
      portal.store.pool.query(
        `insert into nodes (id, host, half, version, runtime, hears_changes, seen_at)
         values ($1, 'other-host', 'gateway', $2, 'Node.js 20', true, now() - $3::interval)`,
        [id, version, ago],
      );
    await insert('gone', '0.0.9', '10 minutes');
    const before = (await operator.get('/operator/health')).body;
    expect(before?.['warnings']).toEqual([]);
    expect(before?.['nodes']).toContainEqual(
      expect.objectContaining({ host: 'other-host', is_alive: false }),
    );
    await insert('old', '0.0.9', '1 second');
    expect((await operator.get('/operator/health')).body?.['warnings']).toEqual(['versions_differ']);
    await portal.store.pool.query(
      `update nodes set seen_at = now() - interval '2 days' where host = 'other-host'`,
    );
    const after = (await operator.get('/operator/health')).body?.['nodes'] as unknown[];
    expect(after).toHaveLength(1);
  });

  test('modes name the variable that decides, and no secret', async () => {
    const answer = await operator.get('/operator/modes');
    const modes = new Map(itemsOf(answer).map((mode) => [mode['id'], mode]));
    expect(modes.get('web_url')).toEqual({
      id: 'web_url',
      value: portal.baseUrl,
      variable: 'PUBLIC_WEB_BASE_URL',
    });
    expect(modes.get('external_database')).toMatchObject({ value: true, variable: 'DATABASE_URL' });
    expect(modes.get('grant:authorization_code')).toMatchObject({ value: true, variable: null });
    expect(answer.text).not.toContain('postgres:');
    expect(answer.text).not.toContain('a secret of the tests');
  });
});

describe('who is an operator', () => {
  test('is the account that sets the installation up', async () => {
    const opened = await openPeople();
    const setup = createSetup({ store: opened.store });
    const prepared = await setup.prepareSetup();
    const done = valueOf(
      await setup.completeSetup({
        token: prepared?.token ?? '',
        email: 'first@acme.test',
        name: 'Ada',
        password: PASSWORD,
        organisationName: 'Acme',
        slug: '',
      }),
    );
    expect((await opened.store.operators.list()).map(({ userId }) => userId)).toEqual([done.userId]);
    const second = valueOf(
      await opened.people.createUser({ email: 'b@acme.test', name: 'B', password: PASSWORD }),
    );
    expect(await opened.store.operators.isOperator(second.userId)).toBe(false);

    const operators = createOperators({ store: opened.store, clock: opened.clock });
    expect(await operators.remove('first@acme.test')).toEqual({ ok: false, error: 'last_operator' });
    expect(await operators.add('nobody@acme.test')).toEqual({ ok: false, error: 'no_account' });
    expect(await operators.remove('b@acme.test')).toEqual({ ok: false, error: 'not_operator' });
    await operators.add('b@acme.test');
    await opened.store.people.setDisabled(second.userId, true);
    // Whoever is suspended looks after nothing.
    expect(await operators.remove('first@acme.test')).toEqual({ ok: false, error: 'last_operator' });
    await opened.close();
  });

  test('may be declared: a vouched-for account is one, and none any more once the file says so, but for the last', async () => {
    const opened = await openPeople();
    const { people, store } = opened;
    const operators = createOperators({ store, clock: opened.clock });
    const emails = async () => (await operators.list()).map(({ email }) => email);
    const made = async (email: string) =>
      valueOf(await people.createUser({ email, name: email, password: PASSWORD }));
    await made('a@acme.test');
    const { userId } = await made('typed@acme.test');
    await store.pool.query(`update users set email_verified = false where id = $1`, [userId]);
    expect(await operators.declare(['a@acme.test', 'typed@acme.test', 'later@acme.test'])).toEqual([
      { email: 'a@acme.test', outcome: 'operator' },
      { email: 'typed@acme.test', outcome: 'not_vouched_for' },
      { email: 'later@acme.test', outcome: 'waits' },
    ]);
    expect(await emails()).toEqual(['a@acme.test']);
    expect(await operators.remove('a@acme.test')).toEqual({ ok: false, error: 'declared' });
    await operators.declare([]);
    expect(await emails()).toEqual(['a@acme.test']);
    await operators.add('typed@acme.test');
    await operators.declare([]);
    expect(await emails()).toEqual(['typed@acme.test']);
    await opened.close();
  });

  test('is no prey of an admin: nobody but an operator makes a reset link for one, or takes their second step', async () => {
    const { orgId, slug } = await portal.organisation();
    const owner = await portal.person({ orgId, role: 'owner' });
    const prey = await portal.person({ orgId, role: 'viewer' });
    const path = `/organisations/${slug}/members/${prey.userId}`;
    const before = await owner.post(`${path}/reset-link`);
    expect(before.status).toBe(201);
    await portal.store.operators.add(prey.userId, { declared: false });
    for (const act of ['reset-link', 'reset-two-factor']) {
      const answer = await owner.post(`${path}/${act}`);
      expect([answer.status, errorOf(answer).message]).toEqual([
        403,
        expect.stringContaining('looks after this'),
      ]);
    }
    // The link from before, when they were none, opens nothing now.
    const token = String(before.body?.['url']).split('/').at(-1) ?? '';
    const { createPasswordResets } = await import('../../src/people/password-resets.ts');
    const resets = createPasswordResets({ store: portal.store, clock: portal.clock });
    const used = await resets.use({ token, password: 'another good one', requestId: 'req_x' as never });
    expect(used).toEqual({ ok: false, error: 'withdrawn' });
    await portal.store.operators.add(owner.userId, { declared: false });
    expect((await owner.post(`${path}/reset-link`)).status).toBe(201);
  });
});
