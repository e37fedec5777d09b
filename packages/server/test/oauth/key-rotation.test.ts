import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAccessTokens } from '../../src/grants/access-tokens.ts';
import { createChangeFeed } from '../../src/grants/change-feed.ts';
import { createKeyRotation } from '../../src/grants/key-rotation.ts';
import { createLoweredGrants } from '../../src/grants/lowered-grants.ts';
import { createRevokedGrants } from '../../src/grants/revoked-grants.ts';
import { createSigning } from '../../src/grants/signing.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { newId } from '../../src/kernel/ids.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { deriveKey } from '../../src/kernel/seal.ts';
import type { ChangeListener } from '../../src/store/change-listener.ts';
import { createStore, type Store } from '../../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const ISSUER = 'https://mcp.example.test';
const SEAL_KEY = deriveKey('master', 'signing keys');
let database: TestDatabase;
const closing: (() => Promise<void>)[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await database.drop();
});

/** A node. `deaf`: it is told that its feed is whole, and hears nothing. */
async function newNode({ deaf = false } = {}) {
  const real = createStore(database.url, silentLog);
  let reads = 0;
  const counting: Store = {
    ...real,
    signingKeys: {
      ...real.signingKeys,
      list() {
        reads += 1;
        return real.signingKeys.list();
      },
    },
    ...(deaf
      ? {
          async listenForChanges({ catchUp, onCurrent }: Parameters<ChangeListener>[0]) {
            await catchUp();
            onCurrent(true);
            return { close: async () => {} };
          },
        }
      : {}),
  };
  const feed = createChangeFeed({ store: counting, log: silentLog });
  const signing = await createSigning({ store: counting, feed, sealKey: SEAL_KEY });
  const revoked = createRevokedGrants({ store: counting, feed, clock: systemClock });
  const accessTokens = createAccessTokens({
    signing,
    revoked,
    lowered: createLoweredGrants({ store: counting, feed, clock: systemClock }),
    mayAct: async () => false,
    clock: systemClock,
    mcpBaseUrl: ISSUER,
  });
  await feed.start();
  closing.push(() => real.close(), feed.close);
  return {
    store: real,
    signing,
    accessTokens,
    rotation: createKeyRotation({ store: real, sealKey: SEAL_KEY }),
    reads: () => reads,
    published: () => signing.jwks().keys.map(({ kid }) => kid),
    issue: () => accessTokens.issue(subject()).token,
  };
}

const subject = () => ({
  orgId: newId('org'),
  actor: { kind: 'user' as const, id: newId('usr') },
  clientId: newId('cli'),
  grantId: newId('grt'),
  keyId: newId('key'),
  access: 'full' as const,
  role: 'member' as const,
  resource: '/mcp',
  grantExpiresAt: Math.floor(Date.now() / 1000) + 86_400,
});

const kidOf = (jwt: string): string =>
  JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()).kid;
const stateOf = async (store: Store, kid: string) =>
  (await store.signingKeys.list()).find((row) => row.kid === kid)?.state;
const pass = (store: Store, column: 'created_at' | 'retired_at', minutes: number) =>
  store.pool.query(`update signing_keys set ${column} = ${column} - make_interval(mins => $1)`, [minutes]);

async function rotate(node: Awaited<ReturnType<typeof newNode>>, now: boolean): Promise<string> {
  const rotated = await node.rotation.rotate({ now });
  if (!rotated.ok) throw new Error(rotated.error);
  return rotated.value.kid;
}

describe('K5: the life of a signing key', () => {
  test('58: it is published ten minutes before it signs, and verifies until the last token that it signed is over', async () => {
    const [here, there] = [await newNode(), await newNode()];
    const old = here.issue();
    const kid = await rotate(here, false);
    for (const node of [here, there]) {
      await expect.poll(node.published).toContain(kid);
      await node.rotation.advance();
      await node.signing.reload();
      expect(kidOf(node.issue())).toBe(kidOf(old));
    }
    await pass(here.store, 'created_at', 9);
    await here.rotation.advance();
    expect(await stateOf(here.store, kid)).toBe('next');

    await pass(here.store, 'created_at', 1);
    await Promise.all([here.rotation.advance(), there.rotation.advance(), here.rotation.advance()]);
    for (const node of [here, there]) {
      await expect.poll(() => kidOf(node.issue())).toBe(kid);
      expect(await node.accessTokens.verify(old)).toBeDefined();
      expect(await node.accessTokens.verify(there.issue())).toBeDefined();
    }
    expect((await here.store.signingKeys.list()).map(({ state }) => state).toSorted()).toEqual([
      'active',
      'retired',
    ]);

    await pass(here.store, 'retired_at', 60);
    await here.rotation.advance();
    expect(await stateOf(here.store, kidOf(old))).toBe('retired');
    await pass(here.store, 'retired_at', 11);
    await here.rotation.advance();
    for (const node of [here, there]) await expect.poll(node.published).toEqual([kid]);
    expect(await there.accessTokens.verify(old)).toBeUndefined();
  });

  test('a second rotation while one waits is refused, and with --now the one that waits takes over', async () => {
    const node = await newNode();
    const kid = await rotate(node, false);
    expect(await node.rotation.rotate({ now: false })).toEqual({ ok: false, error: 'already_waiting' });
    expect(await rotate(node, true)).toBe(kid);
    expect(await stateOf(node.store, kid)).toBe('active');
  });

  test('many rotations at the same moment leave one active key', async () => {
    const node = await newNode();
    await Promise.all(Array.from({ length: 8 }, () => node.rotation.rotate({ now: true })));
    const states = (await node.store.signingKeys.list()).map(({ state }) => state);
    expect(states.filter((state) => state === 'active')).toHaveLength(1);
    expect(states).toHaveLength(9);
  });

  test('nothing is sealed under another master secret than the service has', async () => {
    const { store } = await newNode();
    const other = createKeyRotation({ store, sealKey: deriveKey('other', 'signing keys') });
    await expect(other.rotate({ now: true })).rejects.toThrow('LATCHKEY_SECRET is not the one');
    expect(await store.signingKeys.list()).toHaveLength(1);
  });

  test('before the first start there is nothing to rotate', async () => {
    const store = createStore(database.url, silentLog);
    closing.push(() => store.close());
    const rotation = createKeyRotation({ store, sealKey: SEAL_KEY });
    expect(await rotation.rotate({ now: true })).toEqual({ ok: false, error: 'no_keys_yet' });
    await rotation.advance();
    expect(await store.signingKeys.list()).toEqual([]);
  });
});

describe('58: a node that has not heard of a key', () => {
  test('accepts its tokens, after one look at the database', async () => {
    const [deaf, other] = [await newNode({ deaf: true }), await newNode()];
    const kid = await rotate(other, true);
    await expect.poll(() => kidOf(other.issue())).toBe(kid);
    const readsBefore = deaf.reads();
    const fresh = Array.from({ length: 20 }, other.issue);
    const verified = await Promise.all(fresh.map(async (token) => deaf.accessTokens.verify(token)));
    expect(verified.every((credential) => credential !== undefined)).toBe(true);
    expect(deaf.reads() - readsBefore).toBe(1);
  });

  test('knows its tokens for revocation too, before it has verified one', async () => {
    const [here, deaf] = [await newNode(), await newNode({ deaf: true })];
    await rotate(here, true);
    await here.signing.reload();
    expect(await deaf.accessTokens.identify(here.issue())).toMatchObject({
      clientId: expect.stringMatching(/^cli_/),
    });
  });

  test('looks once for many made-up key ids', async () => {
    const node = await newNode();
    const [, payload = '', signature = ''] = node.issue().split('.');
    const forged = (kid: string) => {
      const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid })).toString('base64url');
      return `${header}.${payload}.${signature}`;
    };
    const readsBefore = node.reads();
    for (let index = 0; index < 50; index += 1) {
      expect(await node.accessTokens.verify(forged(`made-up-${index}`))).toBeUndefined();
    }
    expect(node.reads() - readsBefore).toBe(1);
  });
});

describe('58: a dropped key', () => {
  test('is good nowhere: its tokens are refused on every node, and another key signs', async () => {
    const [here, there] = [await newNode(), await newNode()];
    const old = here.issue();
    for (const node of [here, there]) expect(await node.accessTokens.verify(old)).toBeDefined();
    const dropped = await here.rotation.drop(kidOf(old));
    expect(dropped.ok).toBe(true);
    for (const node of [here, there]) {
      await expect.poll(() => node.accessTokens.verify(old)).toBeUndefined();
      expect(node.published()).not.toContain(kidOf(old));
      const fresh = node.issue();
      for (const verifier of [here, there]) expect(await verifier.accessTokens.verify(fresh)).toBeDefined();
    }
  });

  test('that is not the active one leaves the active one alone', async () => {
    const node = await newNode();
    const signs = kidOf(node.issue());
    const kid = await rotate(node, false);
    expect(await node.rotation.drop(kid)).toEqual({ ok: true, value: { active: undefined } });
    expect(await stateOf(node.store, signs)).toBe('active');
    expect(await node.rotation.drop(kid)).toEqual({ ok: false, error: 'no_such_key' });
  });

  test('is refused at once by a node that cannot hear the feed', async () => {
    const [deaf, other] = [await newNode(), await newNode()];
    const old = deaf.issue();
    expect(await deaf.accessTokens.verify(old)).toBeDefined();
    await closing.at(-3)?.();
    await other.rotation.drop(kidOf(old));
    expect(await deaf.accessTokens.verify(old)).toBeUndefined();
  });
});
