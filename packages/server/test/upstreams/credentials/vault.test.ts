import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import type { ConnectorId } from '../../../src/kernel/ids.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Credential } from '../../../src/upstreams/credentials/credential.ts';
import { createVault } from '../../../src/upstreams/credentials/vault.ts';
import { openWorld, type Organisation, type World } from '../../oauth/support/world.ts';
import { createHold } from '../../support/hold.ts';
import { newConnector } from './support/people-with-accounts.ts';

const AUDIENCE = 'https://crm.example.com/v1';
const SEAL_KEY = new Uint8Array(32);

let world: World;
let acme: Organisation;
let connectorId: ConnectorId;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  acme = await world.newOrganisation();
  connectorId = await newConnector(world, acme, AUDIENCE);
  await setElsewhere('first');
});

const bearer = (value: string): Credential => ({ kind: 'bearer', token: `${value}-0123456789` });

/** By a node whose word does not come here. */
const setElsewhere = (value: string) =>
  newVault().set({ connectorId, orgId: acme.orgId, audience: AUDIENCE, credential: bearer(value) });

function newVault({
  mayCache = () => true,
  store = world.latchkey.store,
}: { mayCache?: () => boolean; store?: Store } = {}) {
  return createVault({ store, sealKey: SEAL_KEY, clock: systemClock, mayCache });
}

test('a credential is remembered only while the node hears of changes', async () => {
  let hears = true;
  const vault = newVault({ mayCache: () => hears });
  const held = async () => (await vault.find(connectorId))?.credential;
  expect(await held()).toEqual(bearer('first'));
  await setElsewhere('second');
  expect(await held()).toEqual(bearer('first'));
  expect(vault.inMemory(connectorId)?.credential).toEqual(bearer('first'));
  hears = false;
  expect(vault.inMemory(connectorId)).toBeUndefined();
  expect(await held()).toEqual(bearer('second'));
});

test('what was read before a change and is known after it is not remembered', async () => {
  const { store } = world.latchkey;
  const hold = createHold();
  const vault = newVault({
    store: {
      ...store,
      upstreamCredentials: {
        ...store.upstreamCredentials,
        find: (id) => hold.after(store.upstreamCredentials.find(id)),
      },
    },
  });
  const first = vault.find(connectorId);
  await expect.poll(hold.isRead).toBe(true);
  await setElsewhere('second');
  vault.forget(connectorId);
  hold.release();
  await first;
  expect((await vault.find(connectorId))?.credential).toEqual(bearer('second'));
});
