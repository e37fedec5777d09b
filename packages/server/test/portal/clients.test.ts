import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId, type ClientId } from '../../src/kernel/ids.ts';
import { newKeyPair } from '../../src/kernel/key-pair.ts';
import type { Role } from '../../src/kernel/access.ts';
import { errorOf, itemsOf, openPortal, type OpenedPortal, type PortalAnswer } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

async function asRole(role: Role) {
  const { orgId, slug } = await portal.organisation();
  const person = await portal.person({ orgId, role });
  return { orgId, slug, person, base: `/organisations/${slug}` };
}

const APP = { name: 'Warehouse', auth_method: 'none', redirect_uris: ['https://warehouse.test/callback'] };
const MACHINE = { name: 'Importer', auth_method: 'client_secret_basic', agent_role: 'member' };

const keyPair = newKeyPair('P-256');
const PUBLIC_KEY = keyPair.publicKey.export({ format: 'jwk' });
const SIGNING_MACHINE = {
  name: 'Signer',
  auth_method: 'private_key_jwt',
  agent_role: 'viewer',
  jwks: { keys: [{ ...PUBLIC_KEY, kid: 'one', x5c: ['dropped'] }] },
};

const idOf = (answer: PortalAnswer) => String(answer.body?.['client_id']);

describe('clients made in the portal', () => {
  test.each<[Role, number, number, number]>([
    ['owner', 200, 201, 200],
    ['admin', 200, 201, 200],
    ['member', 403, 403, 403],
    ['viewer', 403, 403, 403],
  ])(
    'a %s listing them gets %i, creating one %i, deleting one %i',
    async (role, listed, created, deleted) => {
      const { orgId, base, person } = await asRole(role);
      const owner = await portal.person({ orgId, role: 'owner' });
      const theirs = await owner.post(`${base}/clients`, APP);
      expect(theirs.status).toBe(201);
      const list = await person.get(`${base}/clients`);
      expect(list.status).toBe(listed);
      expect(list.text.includes('Warehouse')).toBe(listed === 200);
      const made = await person.post(`${base}/clients`, MACHINE);
      expect(made.status).toBe(created);
      expect(made.text.includes('client_secret')).toBe(created === 201);
      expect((await person.post(`${base}/clients/${idOf(theirs)}/delete`)).status).toBe(deleted);
      expect(itemsOf(await owner.get(`${base}/clients`)).length).toBe(1);
    },
  );

  test.each([
    ['a public app', APP, false],
    ['a confidential app', { ...APP, auth_method: 'client_secret_post' }, true],
    ['a machine', MACHINE, true],
    ['a machine that signs', SIGNING_MACHINE, false],
  ])('%s has its secret, if any, in exactly one answer', async (_, body, hasSecret) => {
    const { base, person } = await asRole('admin');
    const made = await person.post(`${base}/clients`, body);
    expect(made.status).toBe(201);
    const secret = made.body?.['client_secret'];
    expect(typeof secret).toBe(hasSecret ? 'string' : 'undefined');
    const later = [
      await person.get(`${base}/clients`),
      await person.get(`${base}/keys`),
      await person.get(`${base}/agents`),
      await person.post(`${base}/clients/${idOf(made)}/delete`),
    ];
    for (const { text } of later) {
      expect(text).not.toContain('secret_hash');
      expect(text.includes(typeof secret === 'string' ? secret : 'client_secret":')).toBe(false);
    }
    const [listed] = itemsOf(later[0] as PortalAnswer);
    expect(listed).toMatchObject({ client_id: idOf(made), name: body.name, auth_method: body.auth_method });
  });

  test('a machine is an agent with one key in the list, and deleting its client ends that key, counted', async () => {
    const { base, person } = await asRole('owner');
    const made = await person.post(`${base}/clients`, MACHINE);
    expect(itemsOf(await person.get(`${base}/agents`))).toMatchObject([{ name: 'Importer', role: 'member' }]);
    expect(itemsOf(await person.get(`${base}/keys`))).toMatchObject([
      { name: 'Importer (machine client)', holder: 'Importer', status: 'active', access: 'full' },
    ]);
    const deleted = await person.post(`${base}/clients/${idOf(made)}/delete`);
    expect(deleted.body).toEqual({ client_id: idOf(made), status: 'deleted', ended_grants: 1 });
    expect(itemsOf(await person.get(`${base}/keys`))).toMatchObject([{ status: 'revoked' }]);
    expect((await person.post(`${base}/clients/${idOf(made)}/delete`)).status).toBe(404);
  });

  test('are listed with the connections that work, and how many people have them', async () => {
    const { orgId, base, person } = await asRole('owner');
    const other = await portal.person({ orgId, role: 'member' });
    const theirs = await asRole('owner');
    const id = idOf(await person.post(`${base}/clients`, APP));
    const connect = (userId: typeof person.userId, to = orgId) =>
      portal.store.grants.create({
        id: newId('grt'),
        orgId: to,
        userId,
        clientId: id as ClientId,
        access: 'read',
        resource: '/mcp',
        destination: 'warehouse.test',
        tokenMode: 'token',
      });
    const counted = async () => {
      const [listed] = itemsOf(await person.get(`${base}/clients`));
      return [listed?.['connections'], listed?.['people']];
    };
    expect(await counted()).toEqual([0, 0]);
    await connect(person.userId);
    const second = await connect(person.userId);
    const lapsed = await connect(other.userId);
    await connect(theirs.person.userId, theirs.orgId);
    expect(await counted()).toEqual([3, 2]);
    await portal.store.grants.revoke(orgId, second.id, 'test');
    expect(await counted()).toEqual([2, 2]);
    await portal.store.pool.query("update grants set expires_at = now() - interval '1 day' where id = $1", [
      lapsed.id,
    ]);
    expect(await counted()).toEqual([1, 1]);
  });

  test('a name that an agent has already leaves nothing behind', async () => {
    const { base, person } = await asRole('owner');
    await person.post(`${base}/agents`, { name: 'Importer', role: 'viewer' });
    const refused = await person.post(`${base}/clients`, MACHINE);
    expect([refused.status, errorOf(refused).code]).toEqual([409, 'conflict']);
    expect(itemsOf(await person.get(`${base}/clients`))).toEqual([]);
    expect(itemsOf(await person.get(`${base}/keys`))).toEqual([]);
  });

  test("another organisation's client cannot be deleted through an own one, and neither can a registered one", async () => {
    const theirs = await asRole('owner');
    const ours = await asRole('owner');
    const made = await theirs.person.post(`${theirs.base}/clients`, MACHINE);
    const registered = await portal.store.clients.register({
      id: 'cli_registered' as never,
      name: 'Claude',
      redirectUris: ['https://claude.ai/api/mcp/auth_callback'],
      authMethod: 'none',
      secretHash: null,
      metadataHash: 'a client of everybody',
    });
    const absent = await ours.person.post(`${ours.base}/clients/cli_absent/delete`);
    for (const id of [idOf(made), registered.id, 'cli_', '%00', `cli_${'x'.repeat(2000)}`]) {
      const answer = await ours.person.post(`${ours.base}/clients/${id}/delete`);
      expect([answer.status, errorOf(answer).message]).toEqual([404, errorOf(absent).message]);
    }
    expect(itemsOf(await theirs.person.get(`${theirs.base}/clients`))).toHaveLength(1);
    expect(await portal.store.clients.find(registered.id)).toBeDefined();
  });

  test.each<[Role, number]>([
    ['owner', 200],
    ['admin', 200],
    ['member', 403],
    ['viewer', 403],
  ])('a %s allowing a client token exchange gets %i, and the list says which may', async (role, status) => {
    const { orgId, base, person } = await asRole(role);
    const owner = await portal.person({ orgId, role: 'owner' });
    const id = idOf(await owner.post(`${base}/clients`, MACHINE));
    const listed = async () => itemsOf(await owner.get(`${base}/clients`))[0]?.['token_exchange'];
    expect(await listed()).toBe(false);
    for (const allowed of [true, true, false]) {
      const answer = await person.post(`${base}/clients/${id}/token-exchange`, { allowed });
      expect(answer.status).toBe(status);
      expect(await listed()).toBe(allowed && status === 200);
    }
    expect((await portal.store.clients.find(id))?.grantTypes).toEqual(['client_credentials']);
  });

  test('only a client that proves itself, of the own organisation, can be allowed token exchange', async () => {
    const theirs = await asRole('owner');
    const ours = await asRole('owner');
    const foreign = idOf(await theirs.person.post(`${theirs.base}/clients`, MACHINE));
    const open = idOf(await ours.person.post(`${ours.base}/clients`, APP));
    const gone = idOf(await ours.person.post(`${ours.base}/clients`, MACHINE));
    await ours.person.post(`${ours.base}/clients/${gone}/delete`);
    for (const id of [foreign, open, gone, 'cli_absent', '%00']) {
      const answer = await ours.person.post(`${ours.base}/clients/${id}/token-exchange`, { allowed: true });
      expect([id, answer.status]).toEqual([id, 404]);
    }
    expect((await portal.store.clients.find(foreign))?.grantTypes).toEqual(['client_credentials']);
    for (const body of [{}, { allowed: 'yes' }, { allowed: true, org_id: 'x' }]) {
      expect((await ours.person.post(`${ours.base}/clients/${open}/token-exchange`, body)).status).toBe(400);
    }
  });

  test('a client can be made for token exchange alone: it is no app and no machine', async () => {
    const { base, person } = await asRole('owner');
    const made = await person.post(`${base}/clients`, {
      name: 'Backend',
      auth_method: 'client_secret_basic',
      token_exchange: true,
    });
    expect(made.status).toBe(201);
    expect((await portal.store.clients.find(idOf(made)))?.grantTypes).toEqual([
      'urn:ietf:params:oauth:grant-type:token-exchange',
    ]);
    expect(itemsOf(await person.get(`${base}/agents`))).toEqual([]);
    expect(itemsOf(await person.get(`${base}/keys`))).toEqual([]);
  });

  const privateKey = keyPair.privateKey.export({ format: 'jwk' });
  const weak = newKeyPair('RSA', 1024).publicKey.export({ format: 'jwk' });
  const HUGE_MODULUS = Buffer.alloc(1152, 0xff).toString('base64url');
  const keysAt = (uri: string) => ({ ...SIGNING_MACHINE, jwks: undefined, jwks_uri: uri });
  const jwks = (...keys: object[]) => ({ ...SIGNING_MACHINE, jwks: { keys } });
  test.each<[string, unknown]>([
    ['a private key', jwks(privateKey)],
    ['a private key besides a public one', jwks(PUBLIC_KEY, privateKey)],
    ['a symmetric key', jwks({ kty: 'oct', k: 'c2VjcmV0' })],
    ['a symmetric key dressed as a public one', jwks({ ...PUBLIC_KEY, k: 'c2VjcmV0' })],
    ['an HMAC algorithm', jwks({ ...PUBLIC_KEY, alg: 'HS256' })],
    ['a key for encryption', jwks({ ...PUBLIC_KEY, use: 'enc' })],
    ['a point that is not on the curve', jwks({ ...PUBLIC_KEY, x: PUBLIC_KEY.y })],
    ['an RSA key of 1024 bits', jwks(weak)],
    ['an RSA key that takes long to check with, of 9216 bits', jwks({ ...weak, n: HUGE_MODULUS })],
    ['no keys', jwks()],
    ['eleven keys', jwks(...Array.from({ length: 11 }, () => PUBLIC_KEY))],
    ['keys at an address besides keys', { ...SIGNING_MACHINE, jwks_uri: 'https://keys.test/jwks' }],
    ['keys at an address besides a secret', { ...MACHINE, jwks_uri: 'https://keys.test/jwks' }],
    ['keys at an address within', keysAt('https://127.0.0.1/jwks')],
    ['keys at an address in clear', keysAt('http://keys.test/jwks')],
    ['keys at an address with a password', keysAt('https://a:b@keys.test/jwks')],
    ['keys at another port', keysAt('https://keys.test:8443/jwks')],
    ['private_key_jwt without keys', { ...SIGNING_MACHINE, jwks: undefined }],
    ['keys besides a secret', { ...MACHINE, jwks: SIGNING_MACHINE.jwks }],
    ['a public machine', { ...MACHINE, auth_method: 'none' }],
    ['a machine with redirect URIs', { ...MACHINE, redirect_uris: APP.redirect_uris }],
    ['neither redirect URIs nor a role', { name: 'Nothing', auth_method: 'none' }],
    ['token exchange for a public app', { ...APP, token_exchange: true }],
    ['token exchange that is no yes or no', { ...MACHINE, token_exchange: 'yes' }],
    [
      'nothing but a refusal of token exchange',
      { name: 'Nothing', auth_method: 'client_secret_post', token_exchange: false },
    ],
    ['a machine that administers', { ...MACHINE, agent_role: 'admin' }],
    ['a machine that owns', { ...MACHINE, agent_role: 'owner' }],
    [
      'one redirect URI too dangerous',
      { ...APP, redirect_uris: [...APP.redirect_uris, 'javascript:alert(1)'] },
    ],
    ['plain http elsewhere', { ...APP, redirect_uris: ['http://warehouse.test/callback'] }],
    ['no redirect URI', { ...APP, redirect_uris: [] }],
    ['a name of nothing visible', { ...APP, name: ' \u202e\u200b ' }],
    ['an organisation of its own choice', { ...APP, org_id: 'org_x' }],
    ['a secret of its own choice', { ...MACHINE, client_secret: 'chosen' }],
  ])('with %s are 400 and create nothing', async (_, body) => {
    const { base, person } = await asRole('owner');
    const answer = await person.post(`${base}/clients`, body);
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalid_request']);
    expect(itemsOf(await person.get(`${base}/clients`))).toEqual([]);
    expect(itemsOf(await person.get(`${base}/agents`))).toEqual([]);
  });
});
