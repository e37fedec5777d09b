import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSendWebhook } from '../../src/audit/webhooks/send.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { createTestStore } from '../support/database.ts';
import { rotateSecret } from '../../src/rotate-secret.ts';
import { wireWebhooks } from '../../src/wire-webhooks.ts';
import { newId, type RequestId } from '../../src/kernel/ids.ts';
import { HOST, isSigned, makeKey, openWebhooks, type OpenedWebhooks } from './open-webhooks.ts';

let opened: OpenedWebhooks;
beforeAll(async () => {
  opened = await openWebhooks();
});
afterAll(() => opened.close());
beforeEach(async () => {
  await opened.store.pool.query('delete from webhook_deliveries');
});

const LEASE = { total: 10, perWebhook: 4, leaseSeconds: 60, without: [] };

function node(masterSecret = 'a secret of the tests', maySeal = () => true) {
  const { clock, host, store } = opened;
  return wireWebhooks({ store, masterSecret, maySeal, guard: host.guard, clock, log: silentLog }).deliverer;
}

describe('of two nodes', () => {
  test('each delivery is made by one', async () => {
    const owned = await opened.ownedBy();
    for (let made = 0; made < 10; made += 1) await makeKey(owned.owner, owned.slug);
    await opened.takeUp();
    const nodes = [node(), node()];
    while (owned.at.received.length < 10) await Promise.all(nodes.map((one) => one.step()));
    for (const one of nodes) {
      await one.step();
      await one.close();
    }
    const ids = owned.at.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(10);
    expect(new Set(ids).size).toBe(10);
  });

  test('one that is killed in the middle leaves its deliveries to the other, which loses none', async () => {
    const owned = await opened.ownedBy();
    await makeKey(owned.owner, owned.slug);
    await opened.takeUp();
    // The one that dies now: it has claimed, and is never heard of again.
    const claimed = await opened.store.webhookOutbox.claim(LEASE);
    expect(claimed).toHaveLength(1);
    const other = node();
    await other.step();
    expect(owned.at.received).toEqual([]);
    await opened.passTime();
    await other.step();
    expect(owned.at.types()).toEqual(['key.created']);
    await other.close();
  });

  test('one that is told to stop waits for no receiver, and the other makes that delivery at once', async () => {
    const owned = await opened.ownedBy();
    await makeKey(owned.owner, owned.slug);
    await opened.takeUp();
    owned.at.answers('never');
    const one = node();
    const stuck = one.step();
    await expect.poll(() => owned.at.received).toHaveLength(1);
    await one.close();
    await stuck;
    const { rows } = await opened.store.pool.query(
      'select state, attempts, fault from webhook_deliveries where webhook_id = $1',
      [owned.id],
    );
    expect(rows).toEqual([{ state: 'waiting', attempts: 0, fault: null }]);
    owned.at.answers({ status: 204 });
    const other = node();
    await other.step();
    await other.close();
    const ids = owned.at.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  test('what one says too late of a delivery that the other has made changes nothing', async () => {
    const owned = await opened.ownedBy();
    await makeKey(owned.owner, owned.slug);
    await opened.takeUp();
    const [late] = await opened.store.webhookOutbox.claim(LEASE);
    if (late === undefined) throw new Error('nothing was claimed');
    await opened.passTime();
    await opened.webhooks.step();
    const wrong = { status: 500, fault: null, answer: 'late' };
    expect(await opened.store.webhookOutbox.failed(late, wrong, undefined)).toBeUndefined();
    await opened.store.webhookOutbox.delivered(late, wrong);
    const { body } = await owned.owner.get(`${owned.hook}/deliveries`);
    expect(body).toMatchObject({ items: [{ state: 'delivered', status: 204, attempts: 2 }] });
  });

  test('one with another master secret sends nothing, and uses no attempt up', async () => {
    const owned = await opened.ownedBy();
    await makeKey(owned.owner, owned.slug);
    await opened.takeUp();
    const [wrong, told] = [node('another secret altogether'), node('another secret altogether', () => false)];
    await told.step();
    await wrong.step();
    await wrong.close();
    await told.close();
    expect(owned.at.received).toEqual([]);
    await opened.passTime();
    await opened.webhooks.step();
    const { body } = await owned.owner.get(`${owned.hook}/deliveries`);
    expect(body).toMatchObject({ items: [{ state: 'delivered', attempts: 1 }] });
  });
});

test('a receiver that is slow holds up no other', async () => {
  const slow = await opened.ownedBy();
  const quick = await opened.ownedBy();
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let waiting = 0;
  opened.host.on(slow.at.url, (_request, response) => {
    waiting += 1;
    void released.then(() => response.writeHead(204).end());
  });
  for (let made = 0; made < 8; made += 1) await makeKey(slow.owner, slow.slug);
  await opened.takeUp();
  const stuck = opened.webhooks.step();
  await expect.poll(() => waiting).toBe(4);
  await makeKey(quick.owner, quick.slug);
  await opened.takeUp();
  const next = opened.webhooks.step();
  await expect.poll(() => quick.at.types()).toEqual(['key.created']);
  expect(waiting).toBe(4);
  release();
  await Promise.all([stuck, next]);
});

describe('what a receiver does', () => {
  const url = (path: string) => `https://${HOST}${path}`;

  test('that never answers ends with the deadline', async () => {
    opened.host.on(url('/silent'), () => undefined);
    const send = createSendWebhook({ ...opened.host.guard, deadlineMs: 100 });
    expect(await send(url('/silent'), {}, '{}')).toEqual({ status: null, fault: 'deadline', answer: null });
  });

  test('that answers without end is not listened to for long: the status stands', async () => {
    opened.host.on(url('/endless'), (_request, response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (response.writable && response.write('x'.repeat(1000)));
      };
      response.on('drain', pour).on('error', () => undefined);
      pour();
    });
    const send = createSendWebhook(opened.host.guard);
    const sent = await send(url('/endless'), {}, '{}');
    expect(sent).toEqual({ status: 200, fault: null, answer: 'x'.repeat(1024) });
  });

  test('that begins an answer and stops counts by its status once the deadline is there', async () => {
    opened.host.on(url('/stops'), (_request, response) => {
      response.writeHead(202, { 'content-length': '100' }).write('so far');
    });
    const send = createSendWebhook({ ...opened.host.guard, deadlineMs: 4_000 });
    expect(await send(url('/stops'), {}, '{}')).toEqual({ status: 202, fault: null, answer: 'so far' });
  });

  test('with a certificate of somebody else is not asked', async () => {
    const { ca: _ca, ...untrusting } = opened.host.guard;
    const send = createSendWebhook(untrusting);
    expect(await send(url('/any'), {}, '{}')).toEqual({ status: null, fault: 'certificate', answer: null });
  });

  test('whose name there is not is not asked', async () => {
    const send = createSendWebhook({
      ...opened.host.guard,
      resolve: () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })),
    });
    expect(await send(url('/any'), {}, '{}')).toMatchObject({ fault: 'unknown_host' });
  });
});

test('a new master secret covers the secrets of webhooks: what was signed with before is signed with after', async () => {
  const { close, store } = await createTestStore();
  const orgId = newId('org');
  await store.people.createOrganisation({ id: orgId, slug: 'acme', name: 'Acme', tokenMode: 'token' });
  const userId = newId('usr');
  await store.people.createUser({
    id: userId,
    email: 'owner@acme.test',
    name: 'Owner',
    emailVerified: true,
    passwordHash: 'x',
  });
  await store.people.addMember(orgId, userId, 'owner');
  const at = opened.receiver();
  const { clock, host } = opened;
  const [previous, next] = ['the master secret before', 'the master secret after it'];
  const nodeWith = (masterSecret: string) =>
    wireWebhooks({ store, masterSecret, maySeal: () => true, guard: host.guard, clock, log: silentLog });
  const before = nodeWith(previous);
  const who = { orgId, by: userId, requestId: 'req_test' as RequestId };
  const created = await before.portal.organisationWebhooks.create(who, {
    url: at.url,
    description: '',
    families: ['keys'],
  });
  if (!created.ok) throw new Error(created.error);
  const { id: webhookId, secret } = created.value;

  expect(await rotateSecret(store, { clock, previous, next })).toEqual({ resealed: 1 });
  const after = nodeWith(next);
  expect((await after.portal.organisationWebhooks.test({ ...who, webhookId, slug: 'acme' })).ok).toBe(true);
  await after.deliverer.step();
  const [received] = at.received;
  expect(received && isSigned(received, secret)).toBe(true);
  await before.deliverer.close();
  await after.deliverer.close();
  await close();
});
