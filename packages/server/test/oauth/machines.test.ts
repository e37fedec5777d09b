import { createHmac } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newKeyPair } from '../../src/kernel/key-pair.ts';
import { fetchNonce, newProofKey, postProvenToken } from '../support/dpop.ts';
import { postToken, register, rpc } from '../support/oauth-client.ts';
import { assertionForm, newSigner, openWorkshop, signAssertion, type Workshop } from './support/machines.ts';
import { openWorld, refusalOf, type World } from './support/world.ts';

let world: World;
let workshop: Workshop;
beforeAll(async () => {
  world = await openWorld();
  workshop = await openWorkshop(world);
});
afterAll(() => world.close());

const MACHINE = { grant_type: 'client_credentials' };
const INVALID_CLIENT = { status: 401, error: 'invalid_client' };

const ask = (form: Record<string, string>) => postToken(world.url, { ...MACHINE, ...form });

interface MachineTokens {
  access_token: string;
  scope: string;
}
async function tokensOf(form: Record<string, string>): Promise<MachineTokens> {
  const response = await ask(form);
  if (response.status !== 200) throw new Error(`token: ${response.status} ${await response.text()}`);
  return (await response.json()) as MachineTokens;
}

const callAt = async (path: string, token: string) =>
  (await rpc(world.url + path, { authorization: `Bearer ${token}` }, 'tools/list')).status;

async function grantsOf(clientId: string) {
  return world.rows<{ id: string; revoked_reason: string | null }>(
    'select id, revoked_reason from grants where client_id = $1',
    [clientId],
  );
}

describe('T10: client_credentials', () => {
  test.each(['token', 'key'] as const)(
    'gives a machine of an organisation in %s mode a JWT as its agent, without a refresh token',
    async (mode) => {
      const { organisation, newClient } = await openWorkshop(world, mode);
      const response = await ask({ ...(await newClient()) });
      expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
      const answer = (await response.json()) as Record<string, unknown>;
      expect(Object.keys(answer).toSorted()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
      expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'mcp:call' });
      const token = String(answer['access_token']);
      expect(decodeJwt(token).sub).toMatch(/^agt_/);
      expect(await callAt(`/mcp/${organisation.slug}`, token)).toBe(200);
    },
  );

  test.each([
    ['viewer', 'mcp:call', 'mcp:read'],
    ['viewer', 'mcp:call admin root', 'mcp:read'],
    ['viewer', undefined, 'mcp:read'],
    ['member', 'mcp:read', 'mcp:read'],
    ['member', 'mcp:call mcp:read', 'mcp:call'],
    ['member', 'anything', 'mcp:call'],
  ])('62: a %s asking for the scope %s gets %s', async (agent_role, scope, granted) => {
    const client = await workshop.newClient({ agent_role });
    const tokens = await tokensOf({ ...client, ...(scope === undefined ? {} : { scope }) });
    expect(tokens.scope).toBe(granted);
    expect(decodeJwt(tokens.access_token)['access']).toBe(granted === 'mcp:read' ? 'read' : 'full');
  });

  test('the agent’s role is today’s: one that was lowered cuts the next token', async () => {
    const client = await workshop.newClient();
    expect((await tokensOf({ ...client })).scope).toBe('mcp:call');
    await world.rows(
      `update agents set role = 'viewer' where id = (select agent_id from clients where id = $1)`,
      [client.client_id],
    );
    expect((await tokensOf({ ...client })).scope).toBe('mcp:read');
  });

  test('never leaves its organisation: neither by resource nor by the token', async () => {
    const other = await world.newOrganisation();
    const client = await workshop.newClient();
    const { slug } = workshop.organisation;
    for (const path of [`/mcp/${other.slug}`, `/mcp/${other.slug}/c/x`, '/elsewhere']) {
      expect(await refusalOf(await ask({ ...client, resource: world.url + path }))).toEqual({
        status: 400,
        error: 'invalid_target',
      });
    }
    const { access_token } = await tokensOf({ ...client });
    expect(await callAt(`/mcp/${other.slug}`, access_token)).toBe(401);
    const narrow = await tokensOf({ ...client, resource: `${world.url}/mcp/${slug}/c/reelport` });
    expect(await callAt(`/mcp/${slug}`, narrow.access_token)).toBe(401);
  });

  test('is for machines alone: not for public clients, registered ones, or apps of the portal', async () => {
    const publicClient = await register(world.url);
    const registered = (await register(world.url, {
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials'],
    })) as { client_id: string; client_secret: string };
    const app = await workshop.newClient({ redirect_uris: ['https://app.test/callback'] });
    const { client_id } = publicClient;
    for (const { client_secret, ...client } of [{ client_id, client_secret: undefined }, registered, app]) {
      const form = { client_id: client.client_id, ...(client_secret === undefined ? {} : { client_secret }) };
      expect(await refusalOf(await ask(form))).toEqual({ status: 400, error: 'unauthorized_client' });
      expect(await grantsOf(client.client_id)).toEqual([]);
    }
  });

  test('binds the token to the key of a DPoP proof, and uses a signed assertion once for it', async () => {
    const client = await workshop.newSigningClient();
    const key = await newProofKey();
    const form = { ...MACHINE, ...assertionForm(await signAssertion(client, world.url)) };
    const response = await postProvenToken(world.url, form, key);
    expect(response.status).toBe(200);
    const answer = (await response.json()) as MachineTokens;
    expect(answer).toMatchObject({ token_type: 'DPoP' });
    expect(decodeJwt(answer.access_token)['cnf']).toEqual({ jkt: key.thumbprint });
    expect(await callAt('/mcp', answer.access_token)).toBe(401);
    const proof = assertionForm(await signAssertion(client, world.url));
    const body = new URLSearchParams({ ...proof, token: answer.access_token });
    const about = await fetch(`${world.url}/introspect`, { method: 'POST', body });
    expect(await about.json()).toMatchObject({ token_type: 'DPoP', cnf: { jkt: key.thumbprint } });
  });

  test('takes a DPoP proof once', async () => {
    const { client_id, client_secret } = await workshop.newClient();
    const key = await newProofKey();
    const url = `${world.url}/token`;
    const dpop = await key.proof({ url, nonce: await fetchNonce(world.url) });
    const body = () => new URLSearchParams({ ...MACHINE, client_id, client_secret });
    const send = () => fetch(url, { method: 'POST', body: body(), headers: { dpop } });
    expect((await send()).status).toBe(200);
    expect(await refusalOf(await send())).toEqual({ status: 400, error: 'invalid_dpop_proof' });
  });

  test('ends with its grant’s time', async () => {
    const client = await workshop.newClient();
    await tokensOf({ ...client });
    await world.rows('update grants set expires_at = now() where client_id = $1', [client.client_id]);
    expect(await refusalOf(await ask({ ...client }))).toEqual({ status: 400, error: 'invalid_grant' });
  });

  test('has one grant, however many tokens, and its revocation in the list of keys is final', async () => {
    const client = await workshop.newClient();
    const tokens = await Promise.all(Array.from({ length: 5 }, () => tokensOf({ ...client })));
    expect(await grantsOf(client.client_id)).toHaveLength(1);
    const listed = (await (await workshop.send('GET', '/keys')).json()) as {
      items: { id: string; name: string; status: string }[];
    };
    const [grant] = await grantsOf(client.client_id);
    const [row] = await world.rows<{ id: string }>('select id from keys where grant_id = $1', [grant?.id]);
    expect(listed.items.find(({ id }) => id === row?.id)).toMatchObject({ status: 'active' });
    expect((await workshop.send('POST', `/keys/${row?.id}/revoke`, {})).status).toBe(200);
    for (const { access_token } of tokens) expect(await callAt('/mcp', access_token)).toBe(401);
    expect(await refusalOf(await ask({ ...client }))).toEqual({ status: 400, error: 'invalid_grant' });
  });

  test('ends with its client: the tokens, the authentication and the grant', async () => {
    const client = await workshop.newClient();
    const { access_token } = await tokensOf({ ...client });
    expect(await callAt('/mcp', access_token)).toBe(200);
    const deleted = await workshop.send('POST', `/clients/${client.client_id}/delete`, {});
    expect(await deleted.json()).toMatchObject({ ended_grants: 1 });
    expect(await callAt('/mcp', access_token)).toBe(401);
    expect(await refusalOf(await ask({ ...client }))).toEqual(INVALID_CLIENT);
    expect(await grantsOf(client.client_id)).toMatchObject([{ revoked_reason: 'client_deleted' }]);
  });
});

describe('56: deleting a client ends what hangs on it and nothing else', () => {
  const REDIRECT = { redirect_uris: ['http://127.0.0.1:33418/callback'] };

  test('an app loses its grants, refresh and codes under way; strangers’ grants live', async () => {
    const { organisation, admin, newClient, send } = await openWorkshop(world);
    const app = await newClient({ ...REDIRECT, auth_method: 'none' });
    const stranger = await world.connect(admin, 'read');
    const approve = () => approveFor(admin, app.client_id);
    const [first, second] = [await approve(), await approve()];
    const response = await world.redeem(first);
    expect(response.status).toBe(200);
    const tokens = (await response.json()) as { access_token: string; refresh_token: string };
    expect(await callAt(`/mcp/${organisation.slug}`, tokens.access_token)).toBe(200);

    expect(await (await send('POST', `/clients/${app.client_id}/delete`, {})).json()).toMatchObject({
      ended_grants: 1,
    });
    expect(await callAt('/mcp', tokens.access_token)).toBe(401);
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    expect(await refusalOf(await postToken(world.url, { ...form, client_id: app.client_id }))).toEqual(
      INVALID_CLIENT,
    );
    expect(await refusalOf(await world.redeem(second))).toEqual(INVALID_CLIENT);
    expect(await callAt('/mcp', stranger.tokens.access_token)).toBe(200);
  });

  test('a code that is redeemed while its client is deleted leaves nothing alive, ten times', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { admin, newClient, send } = await openWorkshop(world);
      const app = await newClient({ ...REDIRECT, auth_method: 'none' });
      const approved = await approveFor(admin, app.client_id);
      const [redeemed, deleted] = await Promise.all([
        world.redeem(approved),
        send('POST', `/clients/${app.client_id}/delete`, {}),
      ]);
      expect(deleted.status).toBe(200);
      expect([200, 400, 401]).toContain(redeemed.status);
      const alive = await world.rows('select id from grants where client_id = $1 and revoked_at is null', [
        app.client_id,
      ]);
      expect(alive).toEqual([]);
    }
  });

  test('an app made in one organisation can be approved for no other', async () => {
    const { organisation, newClient } = await openWorkshop(world);
    const app = await newClient({ ...REDIRECT, auth_method: 'none' });
    const other = await world.newOrganisation();
    const outsider = await world.newMember([other, 'owner']);
    await expect(approveFor(outsider, app.client_id)).rejects.toThrow('no consent page: 403');
    const member = await world.newMember([other, 'owner'], [organisation, 'viewer']);
    const approved = await approveFor({ ...member, home: organisation.slug }, app.client_id);
    expect((await world.redeem(approved)).status).toBe(200);
    const named = await world.newRequest({ resource: `${world.url}/mcp/${other.slug}` });
    const href = named.href.replace(named.clientId, app.client_id);
    expect((await fetch(href, { redirect: 'manual' })).status).toBe(400);
    const grants = await world.rows<{ org_id: string }>('select org_id from grants where client_id = $1', [
      app.client_id,
    ]);
    expect(grants).toEqual([{ org_id: organisation.orgId }]);
  });

  async function approveFor(member: Parameters<World['approve']>[0], clientId: string) {
    const request = await world.newRequest();
    const { fields } = await member.browser.open(request.href.replace(request.clientId, clientId));
    const answer = await member.browser.decide(fields, {
      access: 'read',
      organisation: member.home,
      decision: 'allow',
    });
    const code = /[?&]code=([\w-]+)/.exec(answer.html.replaceAll('&amp;', '&'))?.[1];
    if (code === undefined) throw new Error('no code');
    return { ...request, clientId, code };
  }
});

describe('T2: private_key_jwt', () => {
  test.each([
    ['our issuer', ''],
    ['the token endpoint', '/token'],
  ])('proves a client with an assertion for %s', async (_, path) => {
    const client = await workshop.newSigningClient();
    const assertion = await signAssertion(client, world.url + path);
    expect((await ask(assertionForm(assertion))).status).toBe(200);
  });

  test.each([
    ['RS256', 'RSA'],
    ['PS256', 'RSA'],
    ['EdDSA', 'Ed25519'],
    ['ES384', 'P-384'],
  ] as const)('takes %s', async (alg, kind) => {
    const pair = newKeyPair(kind);
    const jwks = { keys: [pair.publicKey.export({ format: 'jwk' })] };
    const client = await workshop.newClient({ auth_method: 'private_key_jwt', jwks });
    const assertion = await signAssertion({ ...client, privateKey: pair.privateKey }, world.url, {}, { alg });
    expect((await ask(assertionForm(assertion))).status).toBe(200);
  });

  test.each([
    ['RS512', 'RSA'],
    ['PS384', 'RSA'],
  ] as const)('takes no %s, which the metadata does not name', async (alg, kind) => {
    const pair = newKeyPair(kind);
    const jwks = { keys: [pair.publicKey.export({ format: 'jwk' })] };
    const client = await workshop.newClient({ auth_method: 'private_key_jwt', jwks });
    const assertion = await signAssertion({ ...client, privateKey: pair.privateKey }, world.url, {}, { alg });
    expect(await refusalOf(await ask(assertionForm(assertion)))).toEqual(INVALID_CLIENT);
  });

  test('39: an assertion is good once, for fifty at the same time too', async () => {
    const client = await workshop.newSigningClient();
    const form = assertionForm(await signAssertion(client, world.url));
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(form)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 401]));
  });

  test('39: an id that one client used does not use up another’s', async () => {
    for (const client of [await workshop.newSigningClient(), await workshop.newSigningClient()]) {
      const assertion = await signAssertion(client, world.url, { jti: 'the same' });
      expect((await ask(assertionForm(assertion))).status).toBe(200);
    }
  });

  const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
  test.each<[string, () => Record<string, unknown>]>([
    ['for another server', () => ({ aud: 'https://other.test/token' })],
    ['for us and another server', () => ({ aud: [world.url, 'https://other.test'] })],
    ['for us alone, as a list', () => ({ aud: [world.url] })],
    ['for another endpoint of ours', () => ({ aud: `${world.url}/mcp` })],
    ['for our issuer with a slash', () => ({ aud: `${world.url}/` })],
    ['for nobody', () => ({ aud: undefined })],
    ['that expired', () => ({ exp: inSeconds(-60) })],
    ['that never expires', () => ({ exp: undefined })],
    ['that lives for an hour', () => ({ exp: inSeconds(3600) })],
    ['that lives for six minutes', () => ({ exp: inSeconds(360) })],
    ['that is not valid yet', () => ({ nbf: inSeconds(120) })],
    ['without an id', () => ({ jti: undefined })],
    ['with an empty id', () => ({ jti: '' })],
    ['with an id that is a number', () => ({ jti: 7 })],
    ['with an id of 300 characters', () => ({ jti: 'x'.repeat(300) })],
    ['of another issuer', () => ({ iss: 'https://issuer.test' })],
    ['about another client', () => ({ sub: 'cli_other' })],
    ['of and about another client', () => ({ iss: 'cli_other', sub: 'cli_other' })],
    ['about nobody', () => ({ sub: undefined })],
    ['about a number', () => ({ sub: 7 })],
    ['about nothing', () => ({ sub: null })],
    ['about a list of clients', () => ({ sub: ['cli_other\0'] })],
    ['about an object', () => ({ sub: { length: 1 } })],
  ])('39: an assertion %s is refused', async (_, claims) => {
    const client = await workshop.newSigningClient();
    const form = assertionForm(await signAssertion(client, world.url, claims()));
    expect(await refusalOf(await ask(form))).toEqual(INVALID_CLIENT);
    expect((await ask(assertionForm(await signAssertion(client, world.url)))).status).toBe(200);
  });

  test('39: HS256 with the public key, no algorithm, and keys from the header are refused', async () => {
    const client = await workshop.newSigningClient();
    const thief = newSigner();
    const { publicJwk } = client;
    const genuine = await signAssertion(client, world.url);
    const [, payload = ''] = genuine.split('.');
    const encode = (header: object) => Buffer.from(JSON.stringify(header)).toString('base64url');
    const hmac = (key: string) => {
      const input = `${encode({ alg: 'HS256' })}.${payload}`;
      return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
    };
    const forged = [
      hmac(JSON.stringify(publicJwk)),
      hmac(String(publicJwk.x)),
      `${encode({ alg: 'none' })}.${payload}.`,
      await signAssertion({ ...client, ...thief }, world.url),
      await signAssertion({ ...client, ...thief }, world.url, {}, { jwk: { ...thief.publicJwk } }),
      await signAssertion(
        { ...client, ...thief },
        world.url,
        {},
        { jku: `${world.url}/.well-known/jwks.json` },
      ),
      await signAssertion(client, world.url, {}, { kid: '../../etc/passwd' }),
      `${genuine.slice(0, -8)}AAAAAAAA`,
      'x',
      'x'.repeat(9000),
    ];
    for (const [index, assertion] of forged.entries()) {
      expect([index, await refusalOf(await ask(assertionForm(assertion)))]).toEqual([index, INVALID_CLIENT]);
    }
    // None of the forgeries used up the genuine one.
    expect((await ask(assertionForm(genuine))).status).toBe(200);
  });

  test('39: a key of one client opens no other, and an assertion no client that has another method', async () => {
    const [one, two] = [await workshop.newSigningClient(), await workshop.newSigningClient()];
    const secretive = await workshop.newClient();
    const { client_id } = await register(world.url);
    for (const other of [two.client_id, secretive.client_id, client_id, 'cli_unknown', 'cli_\0']) {
      const assertion = await signAssertion({ ...one, client_id: other }, world.url);
      expect(await refusalOf(await ask(assertionForm(assertion)))).toEqual(INVALID_CLIENT);
    }
  });

  test('37, 38: exactly one authentication: an assertion with anything besides, of another type, or none at all', async () => {
    const client = await workshop.newSigningClient();
    const { client_id } = client;
    const form = assertionForm(await signAssertion(client, world.url));
    const basic = `Basic ${Buffer.from(`${client_id}:x`).toString('base64')}`;
    const attempts: [Record<string, string>, Record<string, string>][] = [
      [{ ...form, client_id, client_secret: 'x' }, {}],
      [{ ...form, client_id }, { authorization: basic }],
      [{ ...form, client_id: 'cli_other' }, {}],
      [{ ...form, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' }, {}],
      [{ client_assertion: form.client_assertion, client_id }, {}],
      [{ client_assertion_type: form.client_assertion_type, client_id }, {}],
      [{ client_id }, {}],
      [{ client_id, client_secret: 'x' }, {}],
    ];
    for (const [index, [more, headers]] of attempts.entries()) {
      const body = new URLSearchParams({ ...MACHINE, ...more });
      const response = await fetch(`${world.url}/token`, { method: 'POST', headers, body });
      expect([index, response.ok, [400, 401].includes(response.status)]).toEqual([index, false, true]);
      expect(['invalid_client', 'invalid_request']).toContain((await refusalOf(response)).error);
    }
    // None of it used the assertion up.
    expect((await ask({ ...form, client_id })).status).toBe(200);
  });

  test('40: an unknown client, a wrong key and a client of another method get one and the same answer', async () => {
    const client = await workshop.newSigningClient();
    const secretive = await workshop.newClient();
    const forms = await Promise.all([
      signAssertion({ ...client, client_id: 'cli_unknown' }, world.url),
      signAssertion({ ...client, ...newSigner() }, world.url),
      signAssertion({ ...client, client_id: secretive.client_id }, world.url),
    ]);
    const texts = await Promise.all(forms.map(async (each) => (await ask(assertionForm(each))).text()));
    expect(new Set(texts).size).toBe(1);
  });

  test('what nobody could register by oneself: dynamic registration gives no signing client', async () => {
    const registered = await register(world.url, { token_endpoint_auth_method: 'private_key_jwt' });
    expect(registered).toMatchObject({ token_endpoint_auth_method: 'none' });
  });
});

test('D4: the metadata names what machines use', async () => {
  const response = await fetch(`${world.url}/.well-known/oauth-authorization-server`);
  expect(await response.json()).toMatchObject({
    grant_types_supported: expect.arrayContaining(['client_credentials']),
    token_endpoint_auth_methods_supported: expect.arrayContaining(['private_key_jwt']),
    token_endpoint_auth_signing_alg_values_supported: ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'],
    introspection_endpoint: `${world.url}/introspect`,
    introspection_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
    ],
  });
});
