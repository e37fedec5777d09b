import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createActingClients } from '../../src/grants/acting-clients.ts';
import { createChangeFeed } from '../../src/grants/change-feed.ts';
import { createLoweredGrants } from '../../src/grants/lowered-grants.ts';
import { createRevokedGrants } from '../../src/grants/revoked-grants.ts';
import { createStandings } from '../../src/grants/standings.ts';
import type { ClientId, GrantId, KeyId, OrganisationId, UserId } from '../../src/kernel/ids.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { createKeyVerifier } from '../../src/keys/key-verifier.ts';
import { createStore, type Store } from '../../src/store/store.ts';
import { openWorkshop } from '../oauth/support/machines.ts';
import { openWorld, type World } from '../oauth/support/world.ts';
import { createHold } from '../support/hold.ts';

// What a node that nobody tells anything remembers: the rows are changed past everyone who would announce it.
const MINUTE_MS = 60_000;
let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** A node's memory, on a store whose reading of `queries` can be held up, and with a feed that can be interrupted. */
async function newNode(hold: (store: Store) => Store = (store) => store) {
  const own = createStore(world.demo.databaseUrl, silentLog);
  const store = hold(own);
  let aheadMs = 0;
  let steadyMs = 0;
  let isInterrupted = false;
  const clock = { nowMs: () => Date.now() + aheadMs };
  const feed = createChangeFeed({
    store: own,
    log: silentLog,
    // Each time that it is looked at, a minute has gone by in which nothing was heard.
    clock: { nowMs: () => (isInterrupted ? (steadyMs += MINUTE_MS) : steadyMs) },
  });
  const memory = {
    keys: createKeyVerifier({ store, clock, mayCache: feed.isCurrent }),
    standings: createStandings({ store, feed }),
    lowered: createLoweredGrants({ store, feed, clock }),
    revoked: createRevokedGrants({ store, feed, clock }),
    mayAct: createActingClients({ store, feed }),
  };
  feed.on('key', memory.keys.forget);
  feed.on('grant', memory.keys.forget);
  await feed.start();
  onTestFinished(async () => {
    await feed.close();
    await own.close();
  });
  return {
    ...memory,
    store: own,
    pass: (ms: number) => (aheadMs += ms),
    interrupt: () => (isInterrupted = true),
  };
}

/** A client that may act for others, and somebody's connection in key mode and in token mode. */
async function openScene() {
  const workshop = await openWorkshop(world, 'key');
  const acting = await workshop.newClient({ token_exchange: true });
  const person = await world.newMember([workshop.organisation, 'member']);
  const { grantId, tokens } = await world.connect(person, 'full');
  const [key] = await world.rows<{ id: KeyId }>('select id from keys where grant_id = $1', [grantId]);
  return {
    orgId: workshop.organisation.orgId,
    actingId: acting.client_id as ClientId,
    actor: { kind: 'user', id: person.userId } as const,
    grantId: grantId as GrantId,
    keyId: key?.id ?? ('' as KeyId),
    secret: tokens.access_token,
  };
}

type Scene = Awaited<ReturnType<typeof openScene>>;
type Node = Awaited<ReturnType<typeof newNode>>;

const withoutExchange = (clientId: ClientId) =>
  world.rows(`update clients set grant_types = '[]' where id = $1`, [clientId]);
const withRole = (role: string, orgId: OrganisationId, userId: UserId) =>
  world.rows('update memberships set role = $1 where org_id = $2 and user_id = $3', [role, orgId, userId]);
const withRevokedKey = (keyId: KeyId) =>
  world.rows('update keys set revoked_at = now() where id = $1', [keyId]);

describe('a node whose change feed is interrupted asks the database', () => {
  test.each<
    [
      string,
      (node: Node, scene: Scene) => Promise<unknown>,
      (scene: Scene) => Promise<unknown>,
      unknown,
      unknown,
    ]
  >([
    [
      'whether a key is good',
      async ({ keys }, { secret }) => (await keys.verify(secret)) !== undefined,
      ({ keyId }) => withRevokedKey(keyId),
      true,
      false,
    ],
    [
      'whether a grant is live',
      async ({ revoked }, { orgId, grantId }) => revoked.isLive(orgId, grantId, 'a token'),
      ({ grantId }) => world.rows('update grants set revoked_at = now() where id = $1', [grantId]),
      true,
      false,
    ],
    [
      'whether a token was revoked by itself',
      async ({ revoked }, { orgId, grantId }) => revoked.isLive(orgId, grantId, `token of ${grantId}`),
      ({ grantId }) =>
        world.rows(`insert into changes (kind, subject) values ('token', $1)`, [`token of ${grantId}`]),
      true,
      false,
    ],
    [
      'whether a connection became read-only',
      async ({ lowered }, { orgId, grantId }) => lowered.accessOf(orgId, grantId, 'full'),
      ({ grantId }) => world.rows(`update grants set access = 'read' where id = $1`, [grantId]),
      'full',
      'read',
    ],
    [
      'what somebody may do',
      async ({ standings }, { orgId, actor }) => (await standings.of(orgId, actor))?.role,
      ({ orgId, actor }) => withRole('viewer', orgId, actor.id),
      'member',
      'viewer',
    ],
    [
      'whether a client may act for others',
      async ({ mayAct }, { orgId, actingId }) => mayAct(orgId, actingId),
      ({ actingId }) => withoutExchange(actingId),
      true,
      false,
    ],
  ])('%s', async (_what, ask, change, before, after) => {
    const [node, scene] = [await newNode(), await openScene()];
    expect(await ask(node, scene)).toBe(before);
    await change(scene);
    // That nobody told it of the change is what makes the difference.
    expect(await ask(node, scene)).toBe(before);
    node.interrupt();
    expect(await ask(node, scene)).toBe(after);
  });
});

test('a key is not remembered beyond its end', async () => {
  const [node, { keyId, secret }] = [await newNode(), await openScene()];
  await world.rows(`update keys set expires_at = now() + interval '30 seconds' where id = $1`, [keyId]);
  expect(await node.keys.verify(secret)).toBeDefined();
  await world.rows('update keys set expires_at = now() where id = $1', [keyId]);
  node.pass(29_000);
  expect(await node.keys.verify(secret)).toBeDefined();
  node.pass(2000);
  expect(await node.keys.verify(secret)).toBeUndefined();
});

describe('what was read before a change and is known after it is not remembered:', () => {
  test('a key that was revoked', async () => {
    const hold = createHold();
    const node = await newNode((store) => ({
      ...store,
      keys: { ...store.keys, findHolder: (hash) => hold.after(store.keys.findHolder(hash)) },
    }));
    const { keyId, secret } = await openScene();
    const first = node.keys.verify(secret);
    await expect.poll(hold.isRead).toBe(true);
    await withRevokedKey(keyId);
    await node.store.transaction((queries) => queries.changes.add('key', keyId));
    hold.release();
    await first;
    expect(await node.keys.verify(secret)).toBeUndefined();
  });

  test('a role that was lowered', async () => {
    const hold = createHold();
    const node = await newNode((store) => ({
      ...store,
      organisationSlugs: {
        ...store.organisationSlugs,
        listFormer: (orgId) => hold.after(store.organisationSlugs.listFormer(orgId)),
      },
    }));
    const { actor, orgId } = await openScene();
    const first = node.standings.of(orgId, actor);
    await expect.poll(hold.isRead).toBe(true);
    await withRole('viewer', orgId, actor.id);
    await node.store.transaction((queries) => queries.changes.add('member', `${orgId}:${actor.id}`));
    hold.release();
    await first;
    expect((await node.standings.of(orgId, actor))?.role).toBe('viewer');
  });

  test('a client that may not act for others any more', async () => {
    const hold = createHold();
    const node = await newNode((store) => ({
      ...store,
      clientRules: {
        ...store.clientRules,
        rulesAbout: (orgId, subjects) => hold.after(store.clientRules.rulesAbout(orgId, subjects)),
      },
    }));
    const { actingId, orgId } = await openScene();
    const first = node.mayAct(orgId, actingId);
    await expect.poll(hold.isRead).toBe(true);
    await withoutExchange(actingId);
    await node.store.transaction((queries) => queries.changes.add('client', `${orgId}:${actingId}`));
    hold.release();
    await first;
    expect(await node.mayAct(orgId, actingId)).toBe(false);
  });
});
