import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../../../src/kernel/ids.ts';
import type { Log } from '../../../src/kernel/log.ts';
import {
  openWorld,
  type Connected,
  type Member,
  type Organisation,
  type World,
} from '../../oauth/support/world.ts';
import { dumpOf } from '../../people/open-people.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from '../../support/second-node.ts';
import { startService, type Service } from './support/authorization-server.ts';
import { callTool, connectAccount, fieldsOf, newConnector } from './support/people-with-accounts.ts';

const logged: string[] = [];
const note = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
const log: Log = { debug: note, info: note, warn: note, error: note };

let world: World;
let second: SecondNode;
let service: Service;
let acme: Organisation;
let ada: Member;
let connected: Connected;
beforeAll(async () => {
  world = await openWorld({ log, secret: NODES_SECRET, trustedProxies: ['127.0.0.1'] });
  second = await startSecondNode({ url: world.url, databaseUrl: world.demo.databaseUrl });
});
afterAll(async () => {
  await second.close();
  await world.close();
});
beforeEach(async () => {
  service = await startService();
  acme = await world.newOrganisation();
  ada = await world.newMember([acme, 'member']);
  await newConnector(world, acme, service.resource);
  await connectAccount(ada);
  connected = await connectApp();
  service.seen.token.length = 0;
});
afterEach(() => service.close());

const connectApp = (path = `/mcp/${acme.slug}`) => world.connect(ada, 'read', { resource: world.url + path });
const call = (at = world.url) => callTool(at, acme.slug, connected.tokens.access_token);
const account = async () => {
  const [row] = await world.rows<{ state: string; version: number; sealed: string | null }>(
    'select state, version, sealed from upstream_accounts where org_id = $1',
    [acme.orgId],
  );
  return row;
};
/** As if its access token had been issued long ago. */
const age = (secondsLeft = -1) =>
  world.rows(
    `update upstream_accounts set refreshed_at = now() - interval '1 hour',
       token_expires_at = now() + make_interval(secs => $2) where org_id = $1`,
    [acme.orgId, secondsLeft],
  );
const queue = () => world.rows('select attempts from upstream_revocations where org_id = $1', [acme.orgId]);
const CONNECT_NEEDED = { isError: true, structuredContent: { code: 'connect_needed' } };
const works = { account: 'ada' };
const said = (result: Awaited<ReturnType<typeof call>>) =>
  JSON.parse(result.content[0]?.text ?? '') as unknown;

describe('the access token of an account', () => {
  test('that has ended is refreshed once, by one of two nodes, for forty calls at once', async () => {
    await age();
    const calls = Array.from({ length: 40 }, (_, index) => call(index % 2 === 0 ? world.url : second.url));
    const results = await Promise.all(calls);
    expect(results.map(said)).toEqual(Array.from({ length: 40 }, () => works));
    expect(service.seen.token.map(({ form }) => form.get('grant_type'))).toEqual(['refresh_token']);
    expect(await account()).toMatchObject({ state: 'connected', version: 2 });
  });

  test('is refreshed again and again with the token that came last, for the same resource', async () => {
    for (let round = 2; round <= 4; round += 1) {
      await age();
      expect(said(await call())).toEqual(works);
      expect(await account()).toMatchObject({ version: round });
    }
    const shown = service.seen.token.map(({ form }) => form.get('refresh_token'));
    expect(new Set(shown).size).toBe(3);
    expect(service.seen.token.every(({ form }) => form.get('resource') === service.resource)).toBe(true);
  });

  test('that is still good is used although it cannot be refreshed, and one that is not leads to a clear answer', async () => {
    service.bends.token = (_form, res) => void res.writeHead(503).end();
    await age(20);
    expect(said(await call())).toEqual(works);
    await age(-1);
    expect(await call()).toMatchObject({
      isError: true,
      structuredContent: { code: 'credential_unavailable' },
    });
    expect(await account()).toMatchObject({ state: 'connected' });
    service.bends.token = undefined;
    expect(said(await call())).toEqual(works);
  });

  test('whose refresh token is dead is forgotten, and the person is asked to connect the account again', async () => {
    service.families.forEach((family) => (family.isEnded = true));
    await age();
    expect(await call()).toMatchObject(CONNECT_NEEDED);
    expect(await account()).toEqual({ state: 'reconnect', version: 2, sealed: null });
    const page = await ada.browser.get(`/connect/${acme.slug}/drive`);
    expect(page.html).toContain('Needs reconnecting');
    await connectAccount(ada);
    expect(said(await call())).toEqual(works);
  });

  test('that the upstream withdrew early is replaced within the same call, which is sent twice at most', async () => {
    await age(3600);
    service.dropAccessTokens();
    expect(said(await call())).toEqual(works);
    expect(service.seen.token).toHaveLength(1);
    // And an upstream that refuses the fresh one, too, is not asked for ever.
    service.dropAccessTokens();
    const before = service.seen.api.length;
    expect(await call()).toMatchObject({
      isError: true,
      structuredContent: { code: 'upstream_unauthorized' },
    });
    expect(service.seen.api.length - before).toBeLessThanOrEqual(2);
    expect(service.seen.token).toHaveLength(1);
  });

  test('without a refresh token is used until the upstream refuses it, and then asked for anew', async () => {
    service.bends.withoutRefresh = true;
    service.bends.expiresIn = undefined;
    await connectAccount(ada);
    await world.rows(
      `update upstream_accounts set refreshed_at = now() - interval '1 hour' where org_id = $1`,
      [acme.orgId],
    );
    expect(said(await call())).toEqual(works);
    service.dropAccessTokens();
    expect(await call()).toMatchObject(CONNECT_NEEDED);
    expect(await account()).toMatchObject({ state: 'reconnect', sealed: null });
  });

  test('is not sent to another upstream that the connector is moved to', async () => {
    const other = await startService();
    await newConnector(world, acme, other.resource);
    expect(await call()).toMatchObject(CONNECT_NEEDED);
    expect(other.seen.api.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
    await other.close();
  });

  test('that was refreshed while the person disconnected is given back, and not kept', async () => {
    await age();
    const { who } = service;
    service.bends.token = (form, res) => {
      service.bends.token = undefined;
      void disconnect().then(() => {
        const access_token = `late-access-of-${who.account}-1234567890`;
        res.writeHead(200, { 'content-type': 'application/json' });
        res.end(
          JSON.stringify({ access_token, token_type: 'Bearer', refresh_token: 'late-refresh-1234567890' }),
        );
      });
      expect(form.get('grant_type')).toBe('refresh_token');
    };
    expect(await call()).toMatchObject(CONNECT_NEEDED);
    expect(await account()).toBeUndefined();
    await expect
      .poll(() => service.seen.revoke.map(({ form }) => form.get('token')))
      .toContain('late-refresh-1234567890');
  });
});

async function disconnect() {
  const path = `/connect/${acme.slug}/drive`;
  const page = await ada.browser.get(path);
  return ada.browser.post(path, { ...fieldsOf(page.html, 'action'), action: 'disconnect' });
}

const isGivenBack = async () =>
  await expect
    .poll(() => service.seen.revoke.map(({ form }) => form.get('token_type_hint')))
    .toEqual(['refresh_token', 'access_token']);

describe('an account is given back to the upstream and forgotten', () => {
  test('when the person disconnects it', async () => {
    expect((await disconnect()).status).toBe(303);
    expect(await call()).toMatchObject(CONNECT_NEEDED);
    await isGivenBack();
    await expect.poll(queue).toEqual([]);
    expect(service.seen.revoke[0]?.authorization).toMatch(/^Basic /);
    expect(await account()).toBeUndefined();
    const tokens = service.issued.filter((value) => /^(?:access|refresh)-/.test(value));
    expect(tokens.filter((value) => JSON.stringify(service.seen.revoke).includes(value))).toEqual([]);
  });

  test('when the last connection that reaches it is revoked, and not before', async () => {
    const other = await connectApp();
    await world.latchkey.store.transaction(async (queries) => {
      await queries.grants.revoke(acme.orgId, connected.grantId as never, 'test');
      await queries.changes.add('grant', connected.grantId);
    });
    // What is looked through next finds this one, and leaves it.
    const bob = await world.newMember([acme, 'member']);
    service.who.account = 'bob';
    await connectAccount(bob);
    const bobs = await world.connect(bob, 'read', { resource: `${world.url}/mcp/${acme.slug}` });
    await revokeByClient(bobs);
    await isGivenBack();
    expect(said(await callTool(world.url, acme.slug, other.tokens.access_token))).toEqual(works);
    service.seen.revoke.length = 0;

    await revokeByClient(other);
    await isGivenBack();
    expect(await account()).toBeUndefined();
  });

  test('when what is left is a connection to another connector; a key by hand would reach it', async () => {
    await connectApp(`/mcp/${acme.slug}/c/other`);
    const { keyId } = await world.latchkey.keys.create({
      orgId: acme.orgId,
      holder: { userId: ada.userId },
      name: 'By hand',
      access: 'read',
      expiresInDays: undefined,
      createdBy: ada.userId,
      requestId: newId('req'),
    });
    await revokeByClient(connected);
    await world.latchkey.store.upstreamAccounts.endUnreachable();
    expect(await account()).toBeDefined();
    await world.latchkey.store.transaction(async (queries) => {
      await queries.keys.revoke(acme.orgId, keyId);
      await queries.changes.add('key', keyId);
    });
    await isGivenBack();
  });

  test('when the person is no longer a member', async () => {
    const owner = await world.newMember([acme, 'owner']);
    expect(owner.home).toBe(acme.slug);
    const removed = await world.latchkey.people.removeMember({ orgId: acme.orgId, userId: ada.userId });
    expect(removed.ok).toBe(true);
    await isGivenBack();
    expect(await account()).toBeUndefined();
  });

  test('when the lifetime of the last connection has ended, which nobody announces', async () => {
    const { upstreamAccounts } = world.latchkey.store;
    const others = { grants: ['grt_other'], keys: ['key_other'], members: [`${acme.orgId}:usr_other`] };
    await world.rows(`update grants set expires_at = now() where id = $1`, [connected.grantId]);
    await upstreamAccounts.endUnreachable(others);
    expect(await account()).toBeDefined();
    await upstreamAccounts.endUnreachable({ ...others, members: [`${acme.orgId}:${ada.userId}`] });
    expect(await account()).toBeUndefined();

    await connectAccount(ada);
    const again = await connectApp();
    await world.rows(`update grants set expires_at = now() where id = $1`, [again.grantId]);
    await upstreamAccounts.endUnreachable();
    expect(await account()).toBeUndefined();
  });

  test('but not because it is used by nothing yet: who connects first may allow an app later', async () => {
    const bob = await world.newMember([acme, 'member']);
    await connectAccount(bob);
    await world.latchkey.store.upstreamAccounts.endUnreachable();
    const rows = await world.rows('select 1 from upstream_accounts where user_id = $1', [bob.userId]);
    expect(rows).toHaveLength(1);
  });

  test('later, where the upstream does not answer now: what is to be said outlives the process', async () => {
    service.bends.revocationStatus = 503;
    await disconnect();
    await expect.poll(queue).toEqual([{ attempts: 1 }]);
    expect(await account()).toBeUndefined();
    expect(
      (await dumpOf(world.latchkey.store)).split('\n').filter((row) => row.includes('refresh-')),
    ).toEqual([]);
    service.bends.revocationStatus = 200;
    service.seen.revoke.length = 0;
    await world.rows('update upstream_revocations set next_at = now()');
    // Another person's end lets the node look again.
    const bob = await world.newMember([acme, 'member']);
    await revokeByClient(await world.connect(bob, 'read', { resource: `${world.url}/mcp/${acme.slug}` }));
    await isGivenBack();
    await expect.poll(queue).toEqual([]);
  });

  test('at once, where the upstream has no place to be told', async () => {
    service.bends.metadata = { revocation_endpoint: undefined };
    await connectAccount(ada);
    await disconnect();
    await expect.poll(queue).toEqual([]);
    expect(await account()).toBeUndefined();
  });
});

async function revokeByClient({ clientId, tokens }: Connected): Promise<void> {
  const body = new URLSearchParams({ token: tokens.refresh_token, client_id: clientId });
  const response = await fetch(`${world.url}/revoke`, { method: 'POST', body });
  expect(response.status).toBe(200);
}

test('no token of an upstream is in the database or the log at the end', async () => {
  const stored = `${await dumpOf(world.latchkey.store)}\n${logged.join('\n')}`;
  expect(service.issued.length).toBeGreaterThan(2);
  expect(service.issued.filter((secret) => stored.includes(secret))).toEqual([]);
});
