import { sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAssertions } from '../../src/grants/assertions.ts';
import { createAccessTokens } from '../../src/grants/access-tokens.ts';
import { createChangeFeed, type ChangeFeed } from '../../src/grants/change-feed.ts';
import { createLoweredGrants } from '../../src/grants/lowered-grants.ts';
import { createRevokedGrants } from '../../src/grants/revoked-grants.ts';
import { openSigningKey } from '../../src/grants/signing-key.ts';
import { createSigning } from '../../src/grants/signing.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { newId } from '../../src/kernel/ids.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { deriveKey } from '../../src/kernel/seal.ts';
import { createStore, type Store } from '../../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const ISSUER = 'https://mcp.example.test';
let database: TestDatabase;
const opened: { store: Store; feed: ChangeFeed }[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  for (const { store, feed } of opened) {
    await feed.close();
    await store.close();
  }
  await database.drop();
});

/** What one node has of this, with a connection of its own. */
async function newNode(issuer = ISSUER) {
  const store = createStore(database.url, silentLog);
  const feed = createChangeFeed({ store, log: silentLog });
  const signing = await createSigning({ store, feed, sealKey: deriveKey('master', 'signing keys') });
  const revoked = createRevokedGrants({ store, feed, clock: systemClock });
  const accessTokens = createAccessTokens({
    signing,
    revoked,
    lowered: createLoweredGrants({ store, feed, clock: systemClock }),
    mayAct: async () => false,
    clock: systemClock,
    mcpBaseUrl: issuer,
  });
  await feed.start();
  opened.push({ store, feed });
  const kids = () => signing.jwks().keys.map(({ kid }) => kid ?? '');
  return { store, signing, accessTokens, kids };
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

const announce = (store: Store, kid: string) =>
  store.transaction((queries) => queries.changes.add('signing_key', kid));

test('K5: nodes that start at the same moment agree on one active key, and keep it sealed', async () => {
  const nodes = await Promise.all([1, 2, 3, 4].map(() => newNode()));
  expect(new Set(nodes.flatMap(({ kids }) => kids())).size).toBe(1);
  const { store } = await newNode();
  const { rows } = await store.pool.query<{ row: string }>('select t::text as row from signing_keys t');
  expect(rows).toHaveLength(1);
  expect(rows[0]?.row).not.toContain('"d"');
  const wrong = createSigning({
    store,
    feed: createChangeFeed({ store, log: silentLog }),
    sealKey: deriveKey('another master', 'signing keys'),
  });
  await expect(wrong).rejects.toThrow('unable to authenticate data');
});

describe('51 and 52: what else our own key signs', () => {
  test('an assertion for an upstream is no access token', async () => {
    const { signing, accessTokens } = await newNode();
    const sign = createAssertions({ signing, clock: systemClock, issuer: ISSUER });
    const { orgId, actor, clientId, grantId, keyId, access, role } = subject();
    const principal = {
      orgId,
      orgSlug: 'acme',
      actor,
      role,
      access,
      clientId,
      grantId,
      keyId,
    };
    expect(await accessTokens.verify(sign({ principal, audience: `${ISSUER}/mcp` }))).toBeUndefined();
  });

  test.each(['JWT', 'jwt', 'at+JWT', 'application/at+jwt', 'latchkey-assertion+jwt', ''])(
    'the same claims under the type %j are no access token',
    async (typ) => {
      const { signing, accessTokens } = await newNode();
      const { token } = accessTokens.issue(subject());
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
      expect(await accessTokens.verify(signing.sign(typ, claims))).toBeUndefined();
      expect(await accessTokens.verify(signing.sign('at+jwt', claims))).toBeDefined();
    },
  );

  test('52: a token of another environment on the same database is refused', async () => {
    const [here, there] = [await newNode(), await newNode('https://staging.example.test')];
    const { token } = there.accessTokens.issue(subject());
    expect(await there.accessTokens.verify(token)).toBeDefined();
    expect(await here.accessTokens.verify(token)).toBeUndefined();
  });

  test.each([
    ['an audience elsewhere', { aud: 'https://other.test/mcp' }],
    ['an audience that begins like ours', { aud: `${ISSUER}.evil.test/mcp` }],
    ['the issuer as audience', { aud: ISSUER }],
    ['two audiences', { aud: [`${ISSUER}/mcp`, 'https://other.test'] }],
    ['another issuer', { iss: `${ISSUER}/` }],
    ['no expiry', { exp: undefined }],
    ['an expiry that is text', { exp: '9999999999' }],
    ['an access that we do not know', { access: 'admin' }],
    ['no grant', { gid: undefined }],
  ])('%s is refused, though we signed it', async (_what, change) => {
    const { signing, accessTokens } = await newNode();
    const { token } = accessTokens.issue(subject());
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(await accessTokens.verify(signing.sign('at+jwt', { ...claims, ...change }))).toBeUndefined();
  });
});

describe('51: a header of an access token that our own key signed', () => {
  test.each([
    ['another algorithm', { alg: 'HS256' }],
    ['no algorithm', { alg: undefined }],
    ['the address of keys', { jku: `${ISSUER}/.well-known/jwks.json` }],
    ['a key', { jwk: { kty: 'EC' } }],
    ['the address of a certificate', { x5u: 'https://other.test/' }],
    ['a certificate', { x5c: [] }],
    ['a critical extension', { crit: ['b64'] }],
    ['a payload that is not encoded', { b64: false }],
    ['a payload that is packed', { zip: 'DEF' }],
  ])('with %s is refused', async (_what, change) => {
    const { store, accessTokens } = await newNode();
    const [key] = await store.signingKeys.list();
    if (key === undefined) throw new Error('no signing key');
    const privateKey = openSigningKey(deriveKey('master', 'signing keys'), key);
    const { token } = accessTokens.issue(subject());
    const [header = '', payload = ''] = token.split('.');
    const known = JSON.parse(Buffer.from(header, 'base64url').toString());
    const signed = (own: object) => {
      const input = `${Buffer.from(JSON.stringify({ ...known, ...own })).toString('base64url')}.${payload}`;
      const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${input}.${signature.toString('base64url')}`;
    };
    expect(await accessTokens.verify(signed({}))).toBeDefined();
    expect(await accessTokens.verify(signed(change))).toBeUndefined();
  });
});

test('58: after a rotation the old token is good, the new one is good everywhere, and a dropped key is good nowhere', async () => {
  const here = await newNode();
  const [first = ''] = here.kids();
  const old = here.accessTokens.issue(subject()).token;
  expect(await here.accessTokens.verify(old)).toBeDefined();

  await here.store.pool.query(`update signing_keys set state = 'retired'`);
  const there = await newNode();
  const second = there.kids().find((kid) => kid !== first) ?? '';
  await announce(there.store, second);
  await expect.poll(here.kids).toContain(second);

  const fresh = there.accessTokens.issue(subject()).token;
  for (const node of [here, there]) {
    expect(await node.accessTokens.verify(old)).toBeDefined();
    expect(await node.accessTokens.verify(fresh)).toBeDefined();
    expect(node.kids().toSorted()).toEqual([first, second].toSorted());
  }

  await there.store.pool.query('delete from signing_keys where kid = $1', [first]);
  await announce(there.store, first);
  for (const node of [here, there]) {
    await expect.poll(node.kids).toEqual([second]);
    // Even though it was verified, and remembered, a moment ago.
    expect(await node.accessTokens.verify(old)).toBeUndefined();
    expect(await node.accessTokens.verify(fresh)).toBeDefined();
  }
});

test('58: a node that cannot read the keys when it hears of a change reads them as soon as it can', async () => {
  const node = await newNode();
  const before = node.kids();
  await node.store.pool.query('alter table signing_keys rename to signing_keys_away');
  await announce(node.store, 'any');
  await node.store.pool.query(`insert into signing_keys_away (kid, state, public_jwk, sealed_private_jwk)
    select 'late', 'retired', public_jwk, sealed_private_jwk from signing_keys_away limit 1`);
  await node.store.pool.query('alter table signing_keys_away rename to signing_keys');
  await expect.poll(() => node.kids().length).toBe(before.length + 1);
});

test('58: however many calls come while the feed is interrupted, they share the reading of the keys that comes next', async () => {
  const store = createStore(database.url, silentLog);
  const feed = createChangeFeed({ store, log: silentLog });
  opened.push({ store, feed });
  const begun: (() => void)[] = [];
  let isHeld = false;
  const signing = await createSigning({
    store: {
      ...store,
      signingKeys: {
        ...store.signingKeys,
        async list() {
          if (isHeld) await new Promise<void>((resolve) => begun.push(resolve));
          return store.signingKeys.list();
        },
      },
    },
    // Never started: this node hears nothing.
    feed,
    sealKey: deriveKey('master', 'signing keys'),
  });
  isHeld = true;
  const first = signing.reload();
  await expect.poll(() => begun.length).toBe(1);
  const others = Array.from({ length: 50 }, () => Promise.resolve(signing.prepare('a.b.c')));
  const last = signing.reload();
  begun[0]?.();
  await first;
  await expect.poll(() => begun.length).toBe(2);
  begun[1]?.();
  await Promise.allSettled(others);
  await last;
  expect(begun).toHaveLength(2);
});
