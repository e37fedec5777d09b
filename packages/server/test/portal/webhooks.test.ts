import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { dumpOf, racedBehind } from '../people/open-people.ts';
import { trailOf } from '../support/trail-of.ts';
import { errorOf, itemsOf, openPortal, type OpenedPortal } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

const WANTED = { url: 'https://hooks.acme.test/latchkey', description: 'Ours', events: ['keys'] };
const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/;

async function asRole(role: Role) {
  const { orgId, slug } = await portal.organisation();
  const person = await portal.person({ orgId, role });
  const path = `/organisations/${slug}/settings/webhooks`;
  const stored = () => portal.store.webhooks.list(orgId);
  const trail = () => trailOf(portal.store, orgId, 'action, actor_id, target, detail', 'webhook.%');
  return { orgId, slug, person, path, stored, trail };
}

async function withWebhook(role: Role = 'owner') {
  const made = await asRole('owner');
  const { body, status } = await made.person.post(made.path, WANTED);
  expect(status).toBe(201);
  const { id, secret } = body as { id: string; secret: string };
  const person = role === 'owner' ? made.person : await portal.person({ orgId: made.orgId, role });
  return { ...made, owner: made.person, person, id, secret, hook: `${made.path}/${id}` };
}

const ACTS = ['enable', 'disable', 'delete', 'rotate-secret', 'test'] as const;

describe('webhooks', () => {
  test.each<[Role, number]>([
    ['owner', 200],
    ['admin', 200],
    ['member', 403],
    ['viewer', 403],
  ])('of an organisation are seen and decided by its admins: a %s gets %i', async (role, status) => {
    const { hook, path, person, trail } = await withWebhook(role);
    const before = await trail();
    expect((await person.get(path)).status).toBe(status);
    expect((await person.get(`${hook}/deliveries`)).status).toBe(status);
    expect((await person.post(path, WANTED)).status).toBe(status === 200 ? 201 : 403);
    const change = { ...WANTED, description: 'Theirs', was: WANTED };
    expect((await person.put(hook, change)).status).toBe(status);
    for (const act of ['disable', 'enable', 'test', 'rotate-secret', 'delete'])
      expect([act, (await person.post(`${hook}/${act}`)).status]).toEqual([act, status]);
    expect((await trail()).length > before.length).toBe(status === 200);
  });

  test.each([
    'http://hooks.acme.test/',
    'HTTPS:hooks.acme.test',
    'ftp://hooks.acme.test/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://017700000001/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://160.79.104.10/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://hooks.localhost/',
    'https://intranet/',
    'https://printer.local/',
    'https://metadata.google.internal/',
    'https://hooks.acme.test:8443/',
    'https://hooks.acme.test:22/',
    'https://user:password@hooks.acme.test/',
    'https://hooks.acme.test@127.0.0.1/',
    'https://hooks.acme.test/#fragment',
    'https:\\\\hooks.acme.test\\',
    'https://hooks.acme.test/\r\nx-injected: 1',
    'https://hooks\u202e.acme.test/',
    'https://',
    '',
    `https://hooks.acme.test/${'x'.repeat(2048)}`,
  ])('are never at %j, be it when they are made or later', async (url) => {
    const { hook, path, person, stored } = await withWebhook();
    expect((await person.post(path, { ...WANTED, url })).status).toBe(400);
    expect((await person.put(hook, { ...WANTED, url, was: WANTED })).status).toBe(400);
    expect((await stored()).map((one) => one.url)).toEqual([WANTED.url]);
  });

  test.each([
    ['no kind of event', { events: [] }],
    ['a kind that there is not', { events: ['calls'] }],
    ['the same kind twice', { events: ['keys', 'keys'] }],
    ['a field that there is not', { secret: 'whsec_mine' }],
    ['no description', { description: undefined }],
    ['a description of 10,000 characters', { description: 'x'.repeat(10_000) }],
  ])('with %s are refused', async (_what, wrong) => {
    const { path, person, stored } = await asRole('owner');
    expect((await person.post(path, { ...WANTED, ...wrong })).status).toBe(400);
    expect(await stored()).toEqual([]);
  });

  test('have a description without what would lead a reader astray', async () => {
    const { path, person, stored } = await asRole('owner');
    await person.post(path, { ...WANTED, description: ' <b>Bold\u202e\u0007 ' });
    expect((await stored()).map(({ description }) => description)).toEqual(['<b>Bold']);
  });

  test('show their secret once, and nothing that is stored or said later has it', async () => {
    const { hook, path, person, secret } = await withWebhook();
    expect(secret).toMatch(SECRET);
    const rotated = await person.post(`${hook}/rotate-secret`);
    expect(rotated.body?.['secret']).toMatch(SECRET);
    const said = [await person.get(path), await person.get(`${hook}/deliveries`)];
    for (const one of [secret, String(rotated.body?.['secret'])]) {
      for (const { text } of said) expect(text).not.toContain(one);
      const dump = await dumpOf(portal.store);
      expect(dump).not.toContain(one);
      expect(dump).not.toContain(one.slice('whsec_'.length));
    }
  });

  test('are another organisation’s as if they were not', async () => {
    const theirs = await withWebhook();
    const mine = await withWebhook();
    const absent = `${mine.path}/whk_${'A'.repeat(20)}`;
    for (const place of [theirs.hook, `${mine.path}/${theirs.id}`, absent]) {
      expect((await mine.person.get(`${place}/deliveries`)).status).toBe(404);
      expect((await mine.person.put(place, { ...WANTED, was: WANTED })).status).toBe(404);
      for (const act of ACTS) expect((await mine.person.post(`${place}/${act}`)).status).toBe(404);
    }
    expect(await theirs.stored()).toMatchObject([{ url: WANTED.url, disabledAt: null }]);
    expect(itemsOf(await mine.person.get(mine.path)).map(({ id }) => id)).toEqual([mine.id]);
  });

  test('of two admins who change one at the same moment one is told that the other was first', async () => {
    const { hook, orgId, person, stored } = await withWebhook();
    const other = await portal.person({ orgId, role: 'admin' });
    const change = (description: string) => ({ ...WANTED, description, was: WANTED });
    const work = [() => person.put(hook, change('One')), () => other.put(hook, change('Two'))];
    const answers = await racedBehind(portal.store, 'organisations', work, { mode: 'exclusive' });
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    const [{ description } = { description: '' }] = await stored();
    expect(description).toBe(answers[0]?.status === 200 ? 'One' : 'Two');
  });

  test('stay as they are when the role is lowered while an admin changes them', async () => {
    const { hook, orgId, path, person, stored } = await withWebhook('admin');
    const before = await stored();
    const answers = await racedBehind(
      portal.store,
      'organisations',
      [
        () => person.post(path, WANTED),
        () => person.put(hook, { ...WANTED, description: 'Theirs', was: WANTED }),
        () => person.post(`${hook}/rotate-secret`),
        () => person.post(`${hook}/delete`),
      ],
      { mode: 'exclusive', meanwhile: () => portal.store.people.setRole(orgId, person.userId, 'member') },
    );
    expect(answers.map((answer) => [answer.status, errorOf(answer).code])).toEqual(
      Array.from({ length: 4 }, () => [403, 'forbidden']),
    );
    expect(await stored()).toEqual(before);
  });

  test('are ten at most, also when many are added at once', async () => {
    const { orgId, path, person, stored } = await asRole('owner');
    const other = await portal.person({ orgId, role: 'admin' });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? person : other).post(path, WANTED)),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(2);
    expect(await stored()).toHaveLength(10);
  });

  test('that are off are sent no test, and nothing once more', async () => {
    const { hook, id, orgId, person } = await withWebhook();
    const delivery = `evt_${'a'.repeat(32)}`;
    await portal.store.webhooks.addDelivery({
      id: delivery,
      orgId,
      webhookId: id as Parameters<typeof portal.store.webhooks.addDelivery>[0]['webhookId'],
      type: 'key.created',
      body: '{}',
    });
    await person.post(`${hook}/disable`);
    for (const act of ['test', `deliveries/${delivery}/redeliver`]) {
      const answer = await person.post(`${hook}/${act}`);
      expect([answer.status, errorOf(answer).code]).toEqual([409, 'conflict']);
    }
    const { body } = await person.get(`${hook}/deliveries`);
    expect(body).toMatchObject({ items: [{ state: 'given_up', attempts: 0, next_try_at: null }] });
  });

  test('list their deliveries a page at a time, by state too, also with the same moment', async () => {
    const { hook, id, orgId, person } = await withWebhook();
    await portal.store.pool.query(
      `insert into webhook_deliveries (org_id, id, webhook_id, type, body, state, created_at)
       select $1, 'evt_' || md5(n::text || $2), $2, 'key.created', '{}', case when n % 2 = 0 then 'delivered' else 'given_up' end,
              date_trunc('second', now()) - (n / 40) * interval '1 hour'
       from generate_series(1, 120) n`,
      [orgId, id],
    );
    for (const [state, total] of [
      [undefined, 120],
      ['delivered', 60],
    ] as const) {
      const seen: unknown[] = [];
      let cursor: unknown;
      do {
        const query = new URLSearchParams({
          ...(state !== undefined && { state }),
          ...(typeof cursor === 'string' && { cursor }),
        });
        const page = await person.get(`${hook}/deliveries?${query.toString()}`);
        expect(itemsOf(page).length).toBeLessThanOrEqual(50);
        seen.push(...itemsOf(page).map((one) => one['id']));
        cursor = page.body?.['next_cursor'];
      } while (cursor !== null);
      expect([seen.length, new Set(seen).size]).toEqual([total, total]);
    }
    expect((await person.get(`${hook}/deliveries?cursor=nonsense`)).status).toBe(400);
  });

  test('leave a trace of each act, which names the host and not the address', async () => {
    const { hook, id, person, trail } = await withWebhook();
    const url = 'https://hooks.acme.test/latchkey?token=of-the-address';
    await person.put(hook, { url, description: 'Ours', events: ['members', 'keys'], was: WANTED });
    for (const act of ['disable', 'disable', 'enable', 'test', 'rotate-secret', 'delete'])
      expect((await person.post(`${hook}/${act}`)).status).toBe(200);
    const rows = await trail();
    const address = 'hooks.acme.test';
    const from = { address, description: 'Ours', events: ['keys'] };
    const to = { address, description: 'Ours', events: ['keys', 'members'] };
    const done = (action: string, detail: object = {}) => ({
      action: `webhook.${action}`,
      actor_id: person.userId,
      target: address,
      detail: { webhook: id, ...detail },
    });
    expect(rows).toEqual([
      done('created', { events: ['keys'] }),
      done('changed', { from, to, address_changed: true }),
      done('disabled', { why: 'by_person' }),
      done('enabled'),
      done('tested'),
      done('secret_rotated'),
      done('deleted'),
    ]);
    expect(JSON.stringify(rows)).not.toContain('of-the-address');
  });

  test('ask for a recent sign-in before they lead elsewhere or have another secret, and not to be stopped', async () => {
    const { hook, path, person, stored } = await withWebhook();
    portal.pass(10 * 60_000);
    for (const answer of [
      await person.post(path, WANTED),
      await person.put(hook, { ...WANTED, url: 'https://elsewhere.test/', was: WANTED }),
      await person.post(`${hook}/rotate-secret`),
    ])
      expect([answer.status, errorOf(answer).code]).toEqual([403, 'reauthentication_required']);
    expect(await stored()).toMatchObject([{ url: WANTED.url }]);
    expect((await person.post(`${hook}/disable`)).status).toBe(200);
    expect((await person.post(`${hook}/delete`)).status).toBe(200);
  });

  test('go with their organisation', async () => {
    const { orgId } = await withWebhook();
    await portal.store.pool.query('delete from organisations where id = $1', [orgId]);
    const { rows } = await portal.store.pool.query('select 1 from webhook_secrets where org_id = $1', [
      orgId,
    ]);
    expect(rows).toEqual([]);
  });
});
