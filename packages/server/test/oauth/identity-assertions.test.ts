import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import type { UserId } from '../../src/kernel/ids.ts';
import type { TokenMode } from '../../src/store/schema.ts';
import { newProofKey, postProvenToken } from '../support/dpop.ts';
import { postToken, register, rpc } from '../support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from '../support/second-node.ts';
import {
  JWT_BEARER,
  link,
  newIdentityProvider,
  trust,
  UNKNOWN_EXTENSION,
  type Bend,
  type IdentityProvider,
} from './support/identity-provider.ts';
import { assertionForm, openWorkshop, signAssertion, type PortalClient } from './support/machines.ts';
import { openWorld, refusalOf, type Member, type Organisation, type World } from './support/world.ts';

let world: World;
let second: SecondNode;
let admin: Member;
beforeAll(async () => {
  world = await openWorld({ secret: NODES_SECRET });
  second = await startSecondNode({ url: world.url, databaseUrl: world.demo.databaseUrl });
  admin = await world.newMember();
});
afterAll(async () => {
  await second.close();
  await world.close();
});

const APP = { redirect_uris: ['https://app.test/callback'] };
const INVALID_GRANT = { status: 400, error: 'invalid_grant' };
const INVALID_TARGET = { status: 400, error: 'invalid_target' };

interface Answer {
  access_token: string;
  scope: string;
}

interface Employee {
  userId: UserId;
  email: string;
}

/** Somebody who never signs in here: the provider vouches for them. */
async function newEmployee({ orgId }: Organisation, role: Role): Promise<Employee> {
  const email = `${randomBytes(6).toString('hex')}@people.test`;
  const created = await world.latchkey.people.createUser({
    email,
    name: 'Somebody',
    password: randomBytes(12).toString('hex'),
  });
  if (!created.ok) throw new Error(created.error.reason);
  await world.latchkey.store.people.addMember(orgId, created.value.userId, role);
  return { userId: created.value.userId, email };
}

/** An organisation whose admin trusts a provider, a member that is linked to a subject of it, and a client. */
async function openCompany({
  role = 'member',
  access = 'full',
  tokenMode = 'token',
}: { role?: Role; access?: 'read' | 'full'; tokenMode?: TokenMode } = {}) {
  const workshop = await openWorkshop(world, tokenMode, admin);
  const provider = await newIdentityProvider(`https://${randomBytes(6).toString('hex')}.idp.test`);
  const member = await newEmployee(workshop.organisation, role);
  const subject = `user-${randomBytes(6).toString('hex')}`;
  await trust(workshop, provider, { jwks: provider.jwks }, access);
  await link(workshop, provider, subject, member.email);
  const client = await workshop.newClient(APP);
  const { organisation } = workshop;

  const assert = (bend?: Bend, by: Pick<IdentityProvider, 'assert'> = provider) =>
    by.assert({ subject, clientId: client.client_id, audience: world.url }, bend);
  const present = (assertion: string, more: Record<string, string> = {}, at = world.url) =>
    postToken(at, { grant_type: JWT_BEARER, assertion, ...client, ...more });
  const ask = async (bend?: Bend, more?: Record<string, string>) => present(await assert(bend), more);
  async function tokensOf(bend?: Bend, more?: Record<string, string>): Promise<Answer> {
    const response = await ask(bend, more);
    if (response.status !== 200) throw new Error(`token: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }
  return {
    ...workshop,
    ...{ provider, member, subject, client, assert, present, ask, tokensOf },
    path: `/mcp/${organisation.slug}`,
    grants: () =>
      world.rows<{ id: string; access: string; issuer: string; revoked_reason: string | null }>(
        'select id, access, issuer, revoked_reason from grants where org_id = $1 and issuer is not null order by created_at',
        [organisation.orgId],
      ),
  };
}

const callAt = async (path: string, token: string, at = world.url) =>
  (await rpc(at + path, { authorization: `Bearer ${token}` }, 'tools/list')).status;

const CRITICAL_HEADER = { crit: [UNKNOWN_EXTENSION], [UNKNOWN_EXTENSION]: true };
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

describe('T11: an identity provider’s assertion', () => {
  test.each(['token', 'key'] as const)(
    'gives the linked member of an organisation in %s mode a JWT for an hour, without a refresh token',
    async (tokenMode) => {
      const company = await openCompany({ tokenMode });
      const response = await company.ask();
      expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
      const answer = (await response.json()) as Record<string, unknown>;
      expect(Object.keys(answer).toSorted()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
      expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'mcp:call' });
      const token = String(answer['access_token']);
      expect(decodeJwt(token)).toMatchObject({
        sub: company.member.userId,
        client_id: company.client.client_id,
        aud: `${world.url}/mcp`,
      });
      expect(await callAt(company.path, token)).toBe(200);
    },
  );

  test.each<[string, string]>([
    ['RS256', 'rsa'],
    ['PS256', 'rsa'],
    ['ES384', 'ec'],
    ['EdDSA', 'okp'],
  ])('may be signed with %s', async (alg) => {
    const company = await openCompany();
    const provider = await newIdentityProvider(`https://${alg.toLowerCase()}.test`, alg);
    await trust(company, provider, { jwks: provider.jwks });
    await link(company, provider, company.subject, company.member.email);
    expect((await company.present(await company.assert({}, provider))).status).toBe(200);
  });

  test('for us alone may say so in a list of one', async () => {
    const company = await openCompany();
    expect((await company.ask({ claims: { aud: [world.url] } })).status).toBe(200);
  });

  test.each<[string, () => Bend]>([
    ['60: for us and another server', () => ({ claims: { aud: [world.url, 'https://other.test'] } })],
    ['60: for another server', () => ({ claims: { aud: 'https://other.test' } })],
    ['60: for our issuer with a slash', () => ({ claims: { aud: `${world.url}/` } })],
    ['60: for our token endpoint', () => ({ claims: { aud: `${world.url}/token` } })],
    ['60: for our resource', () => ({ claims: { aud: `${world.url}/mcp` } })],
    ['60: for nobody', () => ({ claims: { aud: undefined } })],
    ['60: for another client', () => ({ claims: { client_id: 'cli_other' } })],
    ['60: for no client', () => ({ claims: { client_id: undefined } })],
    ['of the type JWT', () => ({ header: { typ: 'JWT' } })],
    ['of our access tokens’ type', () => ({ header: { typ: 'at+jwt' } })],
    ['without a type', () => ({ header: { typ: undefined } })],
    ['with a critical header that nobody knows', () => ({ header: CRITICAL_HEADER })],
    ['that expired', () => ({ claims: { iat: inSeconds(-200), exp: inSeconds(-60) } })],
    ['that lives for an hour', () => ({ claims: { exp: inSeconds(3600) } })],
    ['that never expires', () => ({ claims: { exp: undefined } })],
    ['from an hour ago', () => ({ claims: { iat: inSeconds(-3600) } })],
    ['from the future', () => ({ claims: { iat: inSeconds(120), exp: inSeconds(200) } })],
    ['from nobody knows when', () => ({ claims: { iat: undefined } })],
    ['that is not valid yet', () => ({ claims: { nbf: inSeconds(120) } })],
    ['without an id', () => ({ claims: { jti: undefined } })],
    ['with an empty id', () => ({ claims: { jti: '' } })],
    ['with an id that is a number', () => ({ claims: { jti: 7 } })],
    ['with an id of 300 characters', () => ({ claims: { jti: 'x'.repeat(300) } })],
    ['about nobody', () => ({ claims: { sub: undefined } })],
    ['about somebody whom nobody linked', () => ({ claims: { sub: 'stranger' } })],
    ['about a subject that no database takes', () => ({ claims: { sub: 'a\0b' } })],
    ['of an issuer whom nobody trusts', () => ({ claims: { iss: 'https://evil.test' } })],
    ['of an issuer in other capitals', () => ({ claims: { iss: 'HTTPS://idp.test' } })],
    ['of a tenant among many', () => ({ claims: { tenant: 'acme' } })],
    ['for another organisation of ours', () => ({ claims: { aud_tenant: 'globex' } })],
    ['with details that nobody reads', () => ({ claims: { authorization_details: [{ type: 'x' }] } })],
    ['with empty details', () => ({ claims: { authorization_details: [] } })],
    ['bound to a key that nobody showed', () => ({ claims: { cnf: { jkt: 'x'.repeat(43) } } })],
    ['bound in a way that nobody knows', () => ({ claims: { cnf: { 'x5t#S256': 'x' } } })],
    ['with a scope that is a list', () => ({ claims: { scope: ['mcp:call'] } })],
    ['with a key of its own in the header', () => ({ header: { jwk: newPublicJwk(), kid: 'idp-2' } })],
    ['with an address of keys in the header', () => ({ header: { jku: 'https://evil.test/k', kid: 'x' } })],
  ])('%s is refused, and creates nothing', async (_, bend) => {
    const company = await openCompany();
    expect(await refusalOf(await company.ask(bend()))).toEqual(INVALID_GRANT);
    expect(await company.grants()).toEqual([]);
  });

  test('signed with another key, with none, or with HS256 and the public one is refused', async () => {
    const company = await openCompany();
    const impostor = await newIdentityProvider(company.provider.issuer);
    const genuine = await company.assert();
    const [, payload = ''] = genuine.split('.');
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const head = (alg: string) => encode({ alg, kid: 'idp-1', typ: 'oauth-id-jag+jwt' });
    const hmac = (key: string) =>
      createHmac('sha256', key)
        .update(`${head('HS256')}.${payload}`)
        .digest('base64url');
    const forged = [
      await company.assert({}, impostor),
      `${head('none')}.${payload}.`,
      `${head('HS256')}.${payload}.${hmac(JSON.stringify(company.provider.publicJwk))}`,
      `${genuine.slice(0, -8)}AAAAAAAA`,
      'x.y.z',
      'x'.repeat(9000),
      '',
    ];
    for (const assertion of forged.slice(0, -1)) {
      expect(await refusalOf(await company.present(assertion))).toEqual(INVALID_GRANT);
    }
    expect(await company.grants()).toEqual([]);
    expect((await company.present(genuine)).status).toBe(200);
  });

  test('60: is good once, on two nodes together, for fifty at the same time too', async () => {
    const company = await openCompany();
    const assertion = await company.assert();
    expect((await company.present(assertion)).status).toBe(200);
    expect(await refusalOf(await company.present(assertion, {}, second.url))).toEqual(INVALID_GRANT);
    const another = await company.assert();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        company.present(another, {}, index % 2 === 0 ? world.url : second.url),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]));
    expect(await company.grants()).toHaveLength(1);
  });

  test('60: an id that one provider used does not use up another’s', async () => {
    for (const company of [await openCompany(), await openCompany()]) {
      expect((await company.ask({ claims: { jti: 'the same' } })).status).toBe(200);
    }
  });

  test('that was refused is not used up', async () => {
    const company = await openCompany();
    const assertion = await company.assert();
    const elsewhere = await world.newOrganisation();
    const refused = await company.present(assertion, { resource: `${world.url}/mcp/${elsewhere.slug}` });
    expect(await refusalOf(refused)).toEqual(INVALID_GRANT);
    expect((await company.present(assertion)).status).toBe(200);
  });
});

describe('T2: the client that presents it', () => {
  test('60: must be the one that it names, however good its own credentials are', async () => {
    const company = await openCompany();
    const thief = await company.newClient(APP);
    expect(await refusalOf(await company.present(await company.assert(), { ...thief }))).toEqual(
      INVALID_GRANT,
    );
  });

  test('must prove itself: no secret, a wrong one and a public client are refused', async () => {
    const company = await openCompany();
    const { client_id } = company.client;
    const assertion = await company.assert();
    for (const proof of [{ client_id }, { client_id, client_secret: 'wrong' }]) {
      const response = await postToken(world.url, { grant_type: JWT_BEARER, assertion, ...proof });
      expect(await refusalOf(response)).toEqual({ status: 401, error: 'invalid_client' });
    }
    const open = await register(world.url);
    const named = await company.provider.assert({
      subject: company.subject,
      clientId: open.client_id,
      audience: world.url,
    });
    const form = { grant_type: JWT_BEARER, assertion: named, client_id: open.client_id };
    expect(await refusalOf(await postToken(world.url, form))).toEqual({
      status: 400,
      error: 'unauthorized_client',
    });
  });

  test('is no machine: that acts for its agent and for nobody else', async () => {
    const company = await openCompany();
    const machine = await company.newClient();
    const assertion = await company.provider.assert({
      subject: company.subject,
      clientId: machine.client_id,
      audience: world.url,
    });
    expect(await refusalOf(await company.present(assertion, { ...machine }))).toEqual({
      status: 400,
      error: 'unauthorized_client',
    });
  });

  test('may sign, and may have registered itself with a secret', async () => {
    const company = await openCompany();
    const signing = await company.newSigningClient(APP);
    const registered = (await register(world.url, {
      token_endpoint_auth_method: 'client_secret_post',
    })) as PortalClient;
    const named = (clientId: string) =>
      company.provider.assert({ subject: company.subject, clientId, audience: world.url });
    const bySignature = await postToken(world.url, {
      grant_type: JWT_BEARER,
      assertion: await named(signing.client_id),
      ...assertionForm(await signAssertion(signing, world.url)),
    });
    expect(bySignature.status).toBe(200);
    const { client_id, client_secret } = registered;
    const bySecret = await postToken(world.url, {
      grant_type: JWT_BEARER,
      assertion: await named(client_id),
      ...{ client_id, client_secret },
    });
    expect(bySecret.status).toBe(200);
  });

  test('of another organisation cannot use this one’s provider, and none can that an admin blocked', async () => {
    const company = await openCompany();
    const stranger = await openWorkshop(world, 'token', admin);
    const theirs = await stranger.newClient(APP);
    const named = await company.provider.assert({
      subject: company.subject,
      clientId: theirs.client_id,
      audience: world.url,
    });
    expect(await refusalOf(await company.present(named, { ...theirs }))).toEqual(INVALID_GRANT);
    const { access_token } = await company.tokensOf();
    const rule = { subject: company.client.client_id, rule: 'blocked' };
    expect((await company.send('PUT', '/client-rules', rule)).status).toBe(200);
    expect(await callAt(company.path, access_token)).toBe(401);
    expect(await refusalOf(await company.ask({ claims: { iat: inSeconds(5) } }))).toEqual(INVALID_GRANT);
  });

  test('without an assertion asks for nothing', async () => {
    const company = await openCompany();
    const response = await postToken(world.url, { grant_type: JWT_BEARER, ...company.client });
    expect(await refusalOf(response)).toEqual({ status: 400, error: 'invalid_request' });
  });
});

describe('Z5: the resource', () => {
  test('that the assertion names is the token’s audience, and the token is good nowhere else', async () => {
    const company = await openCompany();
    const resource = `${world.url}${company.path}/c/reelport`;
    const { access_token } = await company.tokensOf({ claims: { resource } });
    expect(decodeJwt(access_token).aud).toBe(resource);
    expect(await callAt(company.path, access_token)).toBe(401);
    const inList = await company.tokensOf({ claims: { resource: [`${world.url}${company.path}/`] } });
    expect(decodeJwt(inList.access_token).aud).toBe(world.url + company.path);
  });

  test('that the client asks for may not be another than the asserted one', async () => {
    const company = await openCompany();
    const resource = world.url + company.path;
    expect((await company.ask({ claims: { resource } }, { resource })).status).toBe(200);
    const wider = await company.ask({ claims: { resource } }, { resource: `${world.url}/mcp` });
    expect(await refusalOf(wider)).toEqual(INVALID_TARGET);
  });

  test.each(['https://other.test/mcp', 'no URL', ''])('%j in an assertion is refused', async (resource) => {
    const company = await openCompany();
    expect(await refusalOf(await company.ask({ claims: { resource } }))).toEqual(INVALID_TARGET);
  });

  test('of an organisation that does not trust the issuer is refused, though the client is of no organisation', async () => {
    const company = await openCompany();
    const other = await world.newOrganisation();
    const registered = (await register(world.url, {
      token_endpoint_auth_method: 'client_secret_post',
    })) as PortalClient;
    const { client_id, client_secret } = registered;
    const named = await company.provider.assert(
      { subject: company.subject, clientId: client_id, audience: world.url },
      { claims: { resource: `${world.url}/mcp/${other.slug}` } },
    );
    const form = { grant_type: JWT_BEARER, assertion: named, client_id, client_secret };
    expect(await refusalOf(await postToken(world.url, form))).toEqual(INVALID_GRANT);
  });

  test('is never reached with the keys that another organisation gave for the same issuer', async () => {
    const victim = await openCompany();
    const attacker = await openWorkshop(world, 'token', admin);
    const forger = await newIdentityProvider(victim.provider.issuer);
    const puppet = await newEmployee(attacker.organisation, 'member');
    await trust(attacker, forger, { jwks: forger.jwks });
    await link(attacker, forger, victim.subject, puppet.email);
    const { client_id, client_secret } = (await register(world.url, {
      token_endpoint_auth_method: 'client_secret_post',
    })) as PortalClient;
    const about = { subject: victim.subject, clientId: client_id, audience: world.url };
    const send = async (by: IdentityProvider, claims: Record<string, unknown>) =>
      postToken(world.url, {
        grant_type: JWT_BEARER,
        assertion: await by.assert(about, { claims }),
        client_id,
        client_secret,
      });
    // Where no organisation is named, it is the one whose own keys signed.
    const forged = (await (await send(forger, {})).json()) as Answer;
    expect(decodeJwt(forged.access_token).sub).toBe(puppet.userId);
    const honest = (await (await send(victim.provider, {})).json()) as Answer;
    expect(decodeJwt(honest.access_token).sub).toBe(victim.member.userId);
    const resource = world.url + victim.path;
    expect(await refusalOf(await send(forger, { resource }))).toEqual(INVALID_GRANT);
    expect(await callAt(victim.path, forged.access_token)).toBe(401);
  });

  test('must name the organisation where two trust the very same provider for the same subject', async () => {
    const first = await openCompany();
    const other = await openWorkshop(world, 'token', admin);
    const double = await newEmployee(other.organisation, 'viewer');
    await trust(other, first.provider, { jwks: first.provider.jwks });
    await link(other, first.provider, first.subject, double.email);
    const { client_id, client_secret } = (await register(world.url, {
      token_endpoint_auth_method: 'client_secret_post',
    })) as PortalClient;
    const send = async (claims: Record<string, unknown>) =>
      postToken(world.url, {
        grant_type: JWT_BEARER,
        assertion: await first.provider.assert(
          { subject: first.subject, clientId: client_id, audience: world.url },
          { claims },
        ),
        client_id,
        client_secret,
      });
    expect(await refusalOf(await send({}))).toEqual(INVALID_TARGET);
    for (const [claims, member] of [
      [{ resource: world.url + first.path }, first.member],
      [{ aud_tenant: first.organisation.slug }, first.member],
      [{ aud_tenant: other.organisation.orgId }, double],
    ] satisfies [Record<string, unknown>, Employee][]) {
      const { access_token } = (await (await send(claims)).json()) as Answer;
      expect(decodeJwt(access_token).sub).toBe(member.userId);
    }
  });
});

describe('T11: the access is the least of what', () => {
  test.each<[string, Parameters<typeof openCompany>[0], Bend, string | undefined, string]>([
    ['everybody allows', {}, {}, undefined, 'mcp:call'],
    ['the role allows', { role: 'viewer' }, { claims: { scope: 'mcp:call' } }, 'mcp:call', 'mcp:read'],
    ['the issuer may', { access: 'read' }, { claims: { scope: 'mcp:call' } }, 'mcp:call', 'mcp:read'],
    ['the provider says', {}, { claims: { scope: 'mcp:read' } }, 'mcp:call mcp:read', 'mcp:read'],
    ['the provider says, in words of others', {}, { claims: { scope: 'admin' } }, undefined, 'mcp:read'],
    ['the client asks for', {}, { claims: { scope: 'mcp:call' } }, 'mcp:read', 'mcp:read'],
    ['the client asks for among others', {}, {}, 'mcp:call offline_access root', 'mcp:call'],
  ])('%s', async (_, company, bend, scope, granted) => {
    const { tokensOf, grants } = await openCompany(company);
    const tokens = await tokensOf(bend, scope === undefined ? {} : { scope });
    expect(tokens.scope).toBe(granted);
    const access = granted === 'mcp:read' ? 'read' : 'full';
    expect(decodeJwt(tokens.access_token)['access']).toBe(access);
    expect(await grants()).toMatchObject([{ access }]);
  });

  test('the member may today: a lowered role cuts the next token, and the one before', async () => {
    const company = await openCompany();
    const { access_token } = await company.tokensOf();
    const toolsOf = async (token: string) => {
      const bearer = { authorization: `Bearer ${token}` };
      return (await rpc(world.url + company.path, bearer, 'tools/list')).text();
    };
    expect(await toolsOf(access_token)).toContain('"name":"publish_bundle"');
    await world.latchkey.people.setRole({
      orgId: company.organisation.orgId,
      userId: company.member.userId,
      role: 'viewer',
    });
    expect((await company.tokensOf()).scope).toBe('mcp:read');
    const tools = await toolsOf(access_token);
    expect(tools).toContain('"name":"get_credit_balance"');
    expect(tools).not.toContain('"name":"publish_bundle"');
  });
});

describe('the connection that comes of it', () => {
  test('is one row in the list of keys, however many assertions, and one for each access', async () => {
    const company = await openCompany();
    await Promise.all(Array.from({ length: 8 }, () => company.tokensOf()));
    expect(await company.grants()).toMatchObject([{ access: 'full', issuer: company.provider.issuer }]);
    await company.tokensOf({ claims: { scope: 'mcp:read' } });
    expect((await company.grants()).map(({ access }) => access)).toEqual(['full', 'read']);
    const { items } = (await (await company.send('GET', '/keys')).json()) as {
      items: Record<string, unknown>[];
    };
    expect(items).toHaveLength(2);
    const host = new URL(company.provider.issuer).host;
    for (const item of items) {
      expect(item).toMatchObject({
        holder: company.member.email,
        made_by: 'connection',
        status: 'active',
        name: expect.stringContaining(`(through ${host})`),
        client: { destination: host },
      });
    }
  });

  test('ends in the list of keys: its tokens on both nodes, and what was asserted before', async () => {
    const company = await openCompany();
    const { access_token } = await company.tokensOf();
    const before = await company.assert();
    expect(await callAt(company.path, access_token, second.url)).toBe(200);
    const [grant] = await company.grants();
    const [key] = await world.rows<{ id: string }>('select id from keys where grant_id = $1', [grant?.id]);
    expect((await company.send('POST', `/keys/${key?.id}/revoke`, {})).status).toBe(200);
    expect(await callAt(company.path, access_token)).toBe(401);
    await expect.poll(() => callAt(company.path, access_token, second.url)).toBe(401);
    expect(await refusalOf(await company.present(before))).toEqual(INVALID_GRANT);
    // The provider is asked anew and still allows it: that is a new connection.
    expect((await company.ask({ claims: { iat: inSeconds(5) } })).status).toBe(200);
    expect(await company.grants()).toMatchObject([{ revoked_reason: 'by_person' }, { revoked_reason: null }]);
  });

  test('ends with the membership, which takes the link along', async () => {
    const company = await openCompany();
    const { access_token } = await company.tokensOf();
    const ref = { orgId: company.organisation.orgId, userId: company.member.userId };
    expect((await world.latchkey.people.removeMember(ref)).ok).toBe(true);
    expect(await callAt(company.path, access_token)).toBe(401);
    await expect.poll(() => callAt(company.path, access_token, second.url)).toBe(401);
    expect(await refusalOf(await company.ask())).toEqual(INVALID_GRANT);
    await world.latchkey.store.people.addMember(ref.orgId, ref.userId, 'member');
    expect(await refusalOf(await company.ask({ claims: { iat: inSeconds(5) } }))).toEqual(INVALID_GRANT);
  });

  test('ends with the link, and no other member’s does', async () => {
    const company = await openCompany();
    const other = await newEmployee(company.organisation, 'member');
    await link(company, company.provider, 'another', other.email);
    const mine = await company.tokensOf();
    const theirs = await company.tokensOf({ claims: { sub: 'another' } });
    const { issuer } = company.provider;
    const removed = await company.send('POST', '/identity-links/remove', {
      issuer,
      subject: company.subject,
    });
    expect(await removed.json()).toMatchObject({ ended_grants: 1 });
    expect(await callAt(company.path, mine.access_token)).toBe(401);
    expect(await callAt(company.path, theirs.access_token)).toBe(200);
    expect(await refusalOf(await company.ask({ claims: { iat: inSeconds(5) } }))).toEqual(INVALID_GRANT);
  });

  test('ends with the trust in the issuer, on both nodes, and people’s own connections live', async () => {
    const company = await openCompany();
    const person = await world.newMember([company.organisation, 'member']);
    const own = await world.connect(person, 'read');
    const { access_token } = await company.tokensOf();
    const { issuer } = company.provider;
    const removed = await company.send('POST', '/trusted-issuers/remove', { issuer });
    expect(await removed.json()).toMatchObject({ ended_grants: 1 });
    expect(await callAt(company.path, access_token)).toBe(401);
    await expect.poll(() => callAt(company.path, access_token, second.url)).toBe(401);
    expect(await callAt(company.path, own.tokens.access_token)).toBe(200);
    expect(await refusalOf(await company.ask())).toEqual(INVALID_GRANT);
    expect(await company.grants()).toMatchObject([{ revoked_reason: 'issuer_removed' }]);
  });

  test('is never left alive by an assertion that races the end of the trust, ten times', async () => {
    for (let round = 0; round < 10; round += 1) {
      const company = await openCompany();
      const { issuer } = company.provider;
      const [asked, removed] = await Promise.all([
        company.ask(),
        company.send('POST', '/trusted-issuers/remove', { issuer }),
      ]);
      expect(removed.status).toBe(200);
      expect([200, 400]).toContain(asked.status);
      const alive = (await company.grants()).filter(({ revoked_reason }) => revoked_reason === null);
      expect(alive).toEqual([]);
    }
  });

  test('is never left alive by an assertion that races the removal of the member, ten times', async () => {
    for (let round = 0; round < 10; round += 1) {
      const company = await openCompany();
      const ref = { orgId: company.organisation.orgId, userId: company.member.userId };
      const [asked, removed] = await Promise.all([company.ask(), world.latchkey.people.removeMember(ref)]);
      expect(removed.ok).toBe(true);
      expect([200, 400]).toContain(asked.status);
      const alive = (await company.grants()).filter(({ revoked_reason }) => revoked_reason === null);
      expect(alive).toEqual([]);
    }
  });

  test('is not made in a suspended organisation', async () => {
    const company = await openCompany();
    await world.rows('update organisations set suspended_at = now() where id = $1', [
      company.organisation.orgId,
    ]);
    expect(await refusalOf(await company.ask())).toEqual(INVALID_GRANT);
    expect(await company.grants()).toEqual([]);
  });

  test('is not made by what was asserted before everyone was signed out', async () => {
    const company = await openCompany();
    await world.rows(`update organisations set tokens_valid_from = now() where id = $1`, [
      company.organisation.orgId,
    ]);
    expect(await refusalOf(await company.ask({ claims: { iat: inSeconds(-2) } }))).toEqual(INVALID_GRANT);
    expect((await company.ask({ claims: { iat: inSeconds(5) } })).status).toBe(200);
  });
});

describe('59: DPoP', () => {
  test('binds the token to the key of a proof, and an assertion that is bound to it is taken', async () => {
    const company = await openCompany();
    const key = await newProofKey();
    const claims = { cnf: { jkt: key.thumbprint } };
    const form = { grant_type: JWT_BEARER, assertion: await company.assert({ claims }), ...company.client };
    const response = await postProvenToken(world.url, form, key);
    expect(response.status).toBe(200);
    const answer = (await response.json()) as Answer;
    expect(answer).toMatchObject({ token_type: 'DPoP' });
    expect(decodeJwt(answer.access_token)['cnf']).toEqual({ jkt: key.thumbprint });
    expect(await callAt(company.path, answer.access_token)).toBe(401);
  });

  test('does not help with an assertion that is bound to another key', async () => {
    const company = await openCompany();
    const [right, wrong] = [await newProofKey(), await newProofKey()];
    const assertion = await company.assert({ claims: { cnf: { jkt: right.thumbprint } } });
    const form = { grant_type: JWT_BEARER, assertion, ...company.client };
    expect(await refusalOf(await postProvenToken(world.url, form, wrong))).toEqual(INVALID_GRANT);
  });
});

describe('E1: the audit trail', () => {
  const eventsOf = (orgId: string, action: string) =>
    world.rows<{ detail: Record<string, unknown> }>(
      'select detail from audit_events where org_id = $1 and action = $2',
      [orgId, action],
    );

  test('says through which issuer a connection came, and never the assertion or its id', async () => {
    const company = await openCompany();
    const jti = 'an-assertion-id-that-is-used-once';
    const assertion = await company.assert({ claims: { jti } });
    expect((await company.present(assertion)).status).toBe(200);
    const [created] = await eventsOf(company.organisation.orgId, 'grant.created');
    expect(created?.detail).toMatchObject({ issuer: company.provider.issuer, subject: company.subject });
    const rows = await world.rows('select * from audit_events');
    const used = await world.rows('select * from used_ids');
    for (const secret of [jti, assertion]) expect(JSON.stringify([rows, used])).not.toContain(secret);
  });

  test('tells admins whom they have not linked yet', async () => {
    const company = await openCompany();
    await company.ask({ claims: { sub: 'newcomer' } });
    await expect
      .poll(() => eventsOf(company.organisation.orgId, 'assertion.refused'))
      .toMatchObject([{ detail: { why: 'linked to nobody: newcomer' } }]);
  });

  test('of an organisation is not written by strangers who only name its issuer', async () => {
    const company = await openCompany();
    const { client_id, client_secret } = (await register(world.url, {
      token_endpoint_auth_method: 'client_secret_post',
    })) as PortalClient;
    const forger = await newIdentityProvider(company.provider.issuer);
    const assertion = await forger.assert({ subject: 'x', clientId: client_id, audience: world.url });
    await postToken(world.url, { grant_type: JWT_BEARER, assertion, client_id, client_secret });
    await expect
      .poll(() =>
        world.rows('select org_id from audit_events where client_id = $1 and action = $2', [
          client_id,
          'assertion.refused',
        ]),
      )
      .toEqual([{ org_id: null }]);
    expect(await eventsOf(company.organisation.orgId, 'assertion.refused')).toEqual([]);
  });
});

function newPublicJwk() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
}
