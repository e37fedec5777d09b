import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { toAuditRow, type AuditEntry } from '../../src/audit/entry.ts';
import type { OrganisationId } from '../../src/kernel/ids.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { WEBHOOK_FAMILY_NAMES } from '../../src/kernel/webhook-families.ts';
import { wireWebhooks } from '../../src/wire-webhooks.ts';
import { isSigned, makeKey, openWebhooks, OTHER_HOST, type OpenedWebhooks } from './open-webhooks.ts';

let opened: OpenedWebhooks;
beforeAll(async () => {
  opened = await openWebhooks();
});
afterAll(() => opened.close());
// What failed in the test before would be tried again in the middle of the next one.
beforeEach(async () => {
  await opened.store.pool.query('delete from webhook_deliveries');
});

type Delivery = Record<'id' | 'state' | 'type', string> & {
  attempts: number;
  status: number | null;
  fault: string | null;
  answer: string | null;
  next_try_at: string | null;
};

type Owned = Awaited<ReturnType<OpenedWebhooks['ownedBy']>>;

async function deliveriesOf({ hook, owner }: Owned): Promise<Delivery[]> {
  const { body } = await owner.get(`${hook}/deliveries`);
  return (body as { items: Delivery[] }).items;
}

async function shownOf({ id, owner, path }: Owned): Promise<Record<string, unknown> | undefined> {
  const { body } = await owner.get(path);
  return (body as { items: Record<string, unknown>[] }).items.find((one) => one['id'] === id);
}

function happens(
  orgId: OrganisationId,
  entry: Partial<AuditEntry> & { action: string },
  phase = 'event' as const,
) {
  return opened.store.audit.insertMany([
    toAuditRow({ orgId, actor: { kind: 'system' }, ...entry }, phase, opened.clock),
  ]);
}

describe('an event', () => {
  test('reaches the webhook signed, with the time and an id of its own, and says who did what', async () => {
    const owned = await opened.ownedBy();
    const secret = await makeKey(owned.owner, owned.slug);
    await opened.deliver();
    expect(owned.at.received).toHaveLength(1);
    const [received] = owned.at.received;
    if (received === undefined) throw new Error('nothing came');
    expect(isSigned(received, owned.secret)).toBe(true);
    const { headers } = received;
    const body = JSON.parse(received.body) as Record<string, unknown>;
    expect(headers['webhook-id']).toMatch(/^evt_[0-9a-f]{32}$/);
    expect(Math.abs(Number(headers['webhook-timestamp']) * 1000 - opened.clock.nowMs())).toBeLessThan(60_000);
    expect(headers['content-type']).toBe('application/json');
    expect(body).toMatchObject({
      id: headers['webhook-id'],
      type: 'key.created',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      organisation: { id: owned.orgId, slug: owned.slug },
      data: { actor: { kind: 'user', id: owned.owner.userId }, target: 'CI', outcome: 'ok' },
    });
    expect(received.body).not.toContain(secret);
    expect(await deliveriesOf(owned)).toMatchObject([
      { id: headers['webhook-id'], state: 'delivered', attempts: 1, status: 204, next_try_at: null },
    ]);
  });

  test('is not believed with another body, another time, another id, or another secret', async () => {
    const owned = await opened.ownedBy();
    await makeKey(owned.owner, owned.slug);
    await opened.deliver();
    const [received] = owned.at.received;
    if (received === undefined) throw new Error('nothing came');
    const { body, headers } = received;
    expect(isSigned(received, owned.secret)).toBe(true);
    const forged = [
      { body: body.replace('key.created', 'key.revoked'), headers },
      { body, headers: { ...headers, 'webhook-timestamp': '1' } },
      { body, headers: { ...headers, 'webhook-id': `evt_${'0'.repeat(32)}` } },
    ];
    for (const one of forged) expect(isSigned(one, owned.secret)).toBe(false);
    const other = await opened.ownedBy();
    expect(isSigned(received, other.secret)).toBe(false);
  });

  test('goes to each webhook that wants its kind, and to none of another organisation', async () => {
    const keys = await opened.ownedBy(['keys']);
    const at = opened.receiver();
    const more = { url: at.url, description: 'Second', events: ['keys', 'members'] };
    expect((await keys.owner.post(keys.path, more)).status).toBe(201);
    const agents = opened.receiver();
    await keys.owner.post(keys.path, { url: agents.url, description: 'Third', events: ['agents'] });
    const stranger = await opened.ownedBy(['keys']);
    await makeKey(keys.owner, keys.slug);
    await opened.deliver();
    expect([keys.at.types(), at.types(), agents.types(), stranger.at.types()]).toEqual([
      ['key.created'],
      ['key.created'],
      [],
      [],
    ]);
    const ids = [keys.at, at].map(({ received }) => received[0]?.headers['webhook-id']);
    expect(new Set(ids).size).toBe(2);
  });

  test.each([
    ['keys', 'key.revoked'],
    ['connections', 'grant.created'],
    ['connections', 'grant.revoked'],
    ['members', 'member.role_changed'],
    ['members', 'invitation.created'],
    ['agents', 'agent.created'],
    ['connectors', 'connector.published'],
    ['connectors', 'tool.rule_set'],
    ['apps', 'client.created'],
    ['sign_in', 'company.provider_set'],
    ['settings', 'organisation.settings_changed'],
  ])('of the kind %s is %s, and no call', async (family, action) => {
    const owned = await opened.ownedBy([family]);
    await happens(owned.orgId, { action });
    await happens(owned.orgId, { action: 'tool.call', outcome: 'ok' });
    await happens(owned.orgId, { action: 'tool.call', outcome: 'refused' });
    await opened.deliver();
    expect(owned.at.types().filter((type) => type !== 'webhook.created')).toEqual([action]);
  });

  test('of a call is one that was refused alone, once', async () => {
    const owned = await opened.ownedBy(['refusals']);
    const call = { action: 'tool.call', target: 'publish_bundle' };
    await happens(owned.orgId, { ...call, outcome: 'ok' });
    await happens(owned.orgId, { ...call, outcome: 'failed' });
    await happens(owned.orgId, { ...call, outcome: 'refused', detail: { reason: 'read_only' } });
    await happens(owned.orgId, { action: 'api.call', outcome: 'refused' });
    await opened.deliver();
    // They are sent side by side: which arrives first is not promised.
    expect(owned.at.types().toSorted()).toEqual(['api.call', 'tool.call']);
    expect(owned.at.received[owned.at.types().indexOf('tool.call')]?.body).toContain('read_only');
  });

  test('from before the webhook, or from while it was off, is not told', async () => {
    const owned = await opened.ownedBy();
    await makeKey(owned.owner, owned.slug);
    const at = opened.receiver();
    await owned.owner.post(owned.path, { url: at.url, description: '', events: ['keys'] });
    expect((await owned.owner.post(`${owned.hook}/disable`)).status).toBe(200);
    await makeKey(owned.owner, owned.slug);
    expect((await owned.owner.post(`${owned.hook}/enable`)).status).toBe(200);
    await opened.deliver();
    expect([owned.at.types(), at.types()]).toEqual([[], ['key.created']]);
  });

  test('carries no secret, whatever happens', async () => {
    const all: string[] = [...WEBHOOK_FAMILY_NAMES];
    const owned = await opened.ownedBy(all);
    const base = `/organisations/${owned.slug}`;
    const { owner } = owned;
    const secrets = [owned.secret, await makeKey(owner, owned.slug)];
    const agent = await owner.post(`${base}/agents`, { name: 'Nightly', role: 'viewer' });
    const agentKey = await owner.post(`${base}/agents/${String(agent.body?.['id'])}/keys`, {
      name: 'Nightly',
      access: 'read',
      expires_in_days: 30,
    });
    const client = await owner.post(`${base}/clients`, {
      name: 'Importer',
      auth_method: 'client_secret_post',
      agent_role: 'member',
    });
    const invitation = await owner.post(`${base}/invitations`, { role: 'viewer' });
    const rotated = await owner.post(`${owned.hook}/rotate-secret`);
    await owner.put(owned.hook, {
      url: `${owned.at.url}?token=of-the-address`,
      description: 'Ours',
      events: all,
      was: { url: owned.at.url, description: 'Ours', events: all },
    });
    opened.host.publish(`${owned.at.url}?token=of-the-address`, {});
    secrets.push(
      String(agentKey.body?.['secret']),
      String(client.body?.['client_secret'] ?? client.body?.['secret']),
      String(invitation.body?.['url']).split('/').at(-1) ?? '',
      String(rotated.body?.['secret']),
      'of-the-address',
    );
    expect(secrets.filter((secret) => secret.length < 10 || secret === 'undefined')).toEqual([]);
    await opened.takeUp();
    const bodies = (await owner.get(`${owned.hook}/deliveries`)).body as {
      items: { type: string; body: string }[];
    };
    const types = bodies.items.map(({ type }) => type);
    expect(types).toEqual(
      expect.arrayContaining([
        'key.created',
        'agent.created',
        'client.created',
        'invitation.created',
        'webhook.secret_rotated',
        'webhook.changed',
      ]),
    );
    const text = bodies.items.map(({ body }) => body).join('\n');
    for (const secret of secrets) expect(text).not.toContain(secret);
    await opened.webhooks.step();
  });
});

describe('a delivery that fails', () => {
  test('is tried again with the same id and the same words until it arrives', async () => {
    const owned = await opened.ownedBy();
    owned.at.answers({ status: 500, body: `broken \u0000 ${'x'.repeat(5000)}` });
    await makeKey(owned.owner, owned.slug);
    await opened.deliver();
    const [failed] = await deliveriesOf(owned);
    expect(failed).toMatchObject({ state: 'waiting', attempts: 1, status: 500 });
    expect(failed?.answer).toHaveLength(1024);
    expect(failed?.answer).toMatch(/^broken \uFFFD x+$/);
    const wait = Date.parse(failed?.next_try_at ?? '') - Date.now();
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThan(7000);
    expect((await shownOf(owned))?.['failing_since']).not.toBeNull();
    await opened.webhooks.step();
    expect(owned.at.received).toHaveLength(1);

    owned.at.answers({ status: 200, body: 'thanks' });
    await opened.passTime();
    await opened.webhooks.step();
    const [first, second] = owned.at.received;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
    expect(second && isSigned(second, owned.secret)).toBe(true);
    expect(await deliveriesOf(owned)).toMatchObject([
      { state: 'delivered', attempts: 2, status: 200, answer: 'thanks', next_try_at: null },
    ]);
    expect((await shownOf(owned))?.['failing_since']).toBeNull();
  });

  test('is given up after eight attempts, and sent once more when somebody says so', async () => {
    const owned = await opened.ownedBy();
    owned.at.answers({ status: 503 });
    await makeKey(owned.owner, owned.slug);
    await opened.takeUp();
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await opened.passTime();
      await opened.webhooks.step();
    }
    const [given] = await deliveriesOf(owned);
    expect(given).toMatchObject({ state: 'given_up', attempts: 8, status: 503, next_try_at: null });
    expect(owned.at.received).toHaveLength(8);

    owned.at.answers({ status: 204 });
    const again = await owned.owner.post(`${owned.hook}/deliveries/${given?.id}/redeliver`);
    expect(again.status).toBe(200);
    expect((await owned.owner.post(`${owned.hook}/deliveries/${given?.id}/redeliver`)).status).toBe(404);
    await opened.webhooks.step();
    expect(await deliveriesOf(owned)).toMatchObject([{ id: given?.id, state: 'delivered', attempts: 1 }]);
    expect(owned.at.received.at(-1)?.headers['webhook-id']).toBe(given?.id);
  });

  test('for three days switches the webhook off, with an entry in the audit log and a word on the home page', async () => {
    const owned = await opened.ownedBy();
    owned.at.answers({ status: 500 });
    await makeKey(owned.owner, owned.slug);
    await opened.deliver();
    await opened.store.pool.query(
      `update webhooks set failing_since = now() - interval '3 days 1 minute' where id = $1`,
      [owned.id],
    );
    await makeKey(owned.owner, owned.slug);
    await opened.passTime();
    await opened.deliver();
    expect(await shownOf(owned)).toMatchObject({ is_enabled: false, disabled_why: 'failing' });
    expect((await deliveriesOf(owned)).map(({ state }) => state)).toEqual(['given_up', 'given_up']);
    const { rows } = await opened.store.pool.query(
      `select actor_kind, target, detail from audit_events where org_id = $1 and action = 'webhook.disabled'`,
      [owned.orgId],
    );
    expect(rows).toEqual([
      { actor_kind: 'system', target: 'hooks.acme.test', detail: { webhook: owned.id, why: 'failing' } },
    ]);
    const overview = await owned.owner.get(`/organisations/${owned.slug}/overview`);
    expect(overview.body).toMatchObject({
      webhooks_in_trouble: [{ description: 'Ours', host: 'hooks.acme.test', is_off: true }],
    });
    const tried = owned.at.received.length;
    await opened.passTime();
    await opened.deliver();
    expect(owned.at.received).toHaveLength(tried);
  });

  test('with a redirect is not led anywhere', async () => {
    const owned = await opened.ownedBy();
    const elsewhere = opened.receiver(OTHER_HOST);
    owned.at.answers({ status: 307, headers: { location: elsewhere.url } });
    await makeKey(owned.owner, owned.slug);
    await opened.deliver();
    expect(await deliveriesOf(owned)).toMatchObject([{ state: 'waiting', status: 307 }]);
    expect(elsewhere.received).toEqual([]);
  });

  test.each([
    ['an address of our own network', ['10.0.0.7']],
    ['loopback', ['127.0.0.1']],
    ['the metadata of a cloud', ['169.254.169.254']],
    ['loopback in IPv6', ['::1']],
    ['one public address and one of ours', ['160.79.104.10', '192.168.1.1']],
    ['nothing', []],
  ])('because its name leads to %s connects nowhere', async (_what, addresses) => {
    const owned = await opened.ownedBy(['keys'], opened.receiver(OTHER_HOST));
    opened.host.addresses.set(OTHER_HOST, addresses);
    const dialled = opened.host.dialled.length;
    await makeKey(owned.owner, owned.slug);
    await opened.deliver();
    opened.host.addresses.delete(OTHER_HOST);
    expect(await deliveriesOf(owned)).toMatchObject([{ state: 'waiting', status: null, fault: 'address' }]);
    expect(opened.host.dialled.slice(dialled)).toEqual([]);
  });

  test('resolves its name once for each attempt, and connects to just that address', async () => {
    const owned = await opened.ownedBy();
    const [resolved, dialled] = [opened.host.resolutions(), opened.host.dialled.length];
    await makeKey(owned.owner, owned.slug);
    await opened.deliver();
    expect(opened.host.resolutions() - resolved).toBe(1);
    expect(opened.host.dialled.slice(dialled)).toEqual(['160.79.104.10']);
  });
});

describe('a secret', () => {
  test('that is replaced signs for a day beside the new one, and not after that', async () => {
    const owned = await opened.ownedBy();
    const rotated = await owned.owner.post(`${owned.hook}/rotate-secret`);
    const next = String(rotated.body?.['secret']);
    expect(next).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(next).not.toBe(owned.secret);
    expect((await shownOf(owned))?.['previous_secret_until']).not.toBeNull();
    await makeKey(owned.owner, owned.slug);
    await opened.deliver();
    const [both] = owned.at.received;
    expect(both && [isSigned(both, next), isSigned(both, owned.secret)]).toEqual([true, true]);

    await opened.store.pool.query(
      `update webhook_secrets set ends_at = now() - interval '1 second' where webhook_id = $1 and ends_at is not null`,
      [owned.id],
    );
    await makeKey(owned.owner, owned.slug);
    await opened.deliver();
    const late = owned.at.received[1];
    expect(late && [isSigned(late, next), isSigned(late, owned.secret)]).toEqual([true, false]);
    expect((await shownOf(owned))?.['previous_secret_until']).toBeNull();
  });
});

describe('of a suspended organisation', () => {
  test('nothing is delivered until it is back', async () => {
    const owned = await opened.ownedBy();
    await makeKey(owned.owner, owned.slug);
    await opened.takeUp();
    await opened.store.people.setSuspended(owned.orgId, true);
    await opened.webhooks.step();
    expect(owned.at.received).toEqual([]);
    await opened.store.people.setSuspended(owned.orgId, false);
    await opened.webhooks.step();
    expect(owned.at.types()).toEqual(['key.created']);
  });
});

test('a webhook for which more waits than may wait is switched off, and what waits is given up', async () => {
  const owned = await opened.ownedBy();
  await opened.store.pool.query(
    `insert into webhook_deliveries (org_id, id, webhook_id, type, body, next_try_at)
     select $1, 'evt_' || md5(n::text || $2), $2, 'key.created', '{}', now() + interval '1 hour' from generate_series(1, 10001) n`,
    [owned.orgId, owned.id],
  );
  const { deliverer } = wireWebhooks({
    store: opened.store,
    masterSecret: 'a secret of the tests',
    maySeal: () => true,
    guard: opened.host.guard,
    clock: opened.clock,
    log: silentLog,
  });
  await deliverer.step();
  await deliverer.close();
  expect(await shownOf(owned)).toMatchObject({ is_enabled: false, disabled_why: 'too_many_waiting' });
  const { rows } = await opened.store.pool.query(
    `select distinct state from webhook_deliveries where webhook_id = $1`,
    [owned.id],
  );
  expect(rows).toEqual([{ state: 'given_up' }]);
});
