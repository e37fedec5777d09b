import { createHmac } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newKeyPair } from '../../src/kernel/key-pair.ts';
import { postToken, register } from '../support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from '../support/second-node.ts';
import { APP, INVALID_GRANT, inSeconds, openCompanies, type Companies } from './support/companies.ts';
import {
  JWT_BEARER,
  link,
  newIdentityProvider,
  trust,
  UNKNOWN_EXTENSION,
  type Bend,
} from './support/identity-provider.ts';
import { assertionForm, signAssertion } from './support/machines.ts';
import { refusalOf, type World } from './support/world.ts';

let companies: Companies;
let world: World;
let second: SecondNode;
beforeAll(async () => {
  companies = await openCompanies({ secret: NODES_SECRET });
  ({ world } = companies);
  second = await startSecondNode({ url: world.url, databaseUrl: world.demo.databaseUrl });
});
afterAll(async () => {
  await second.close();
  await companies.close();
});

const CRITICAL_HEADER = { crit: [UNKNOWN_EXTENSION], [UNKNOWN_EXTENSION]: true };

describe('T11: an identity provider’s assertion', () => {
  test.each(['token', 'key'] as const)(
    'gives the linked member of an organisation in %s mode a JWT for an hour, without a refresh token',
    async (tokenMode) => {
      const company = await companies.openCompany({ tokenMode });
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
      expect(await companies.callAt(company.path, token)).toBe(200);
    },
  );

  test.each<[string, string]>([
    ['RS256', 'rsa'],
    ['PS256', 'rsa'],
    ['ES384', 'ec'],
    ['EdDSA', 'okp'],
  ])('may be signed with %s', async (alg) => {
    const company = await companies.openCompany();
    const provider = await newIdentityProvider(`https://${alg.toLowerCase()}.test`, alg);
    await trust(company, provider, { jwks: provider.jwks });
    await link(company, provider, company.subject, company.member.email);
    expect((await company.present(await company.assert({}, provider))).status).toBe(200);
  });

  test('for us alone may say so in a list of one', async () => {
    const company = await companies.openCompany();
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
    ['of an issuer that no database can hold', () => ({ claims: { iss: 'https://idp.test/\0' } })],
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
    const company = await companies.openCompany();
    expect(await refusalOf(await company.ask(bend()))).toEqual(INVALID_GRANT);
    expect(await company.grants()).toEqual([]);
  });

  test('signed with another key, with none, or with HS256 and the public one is refused', async () => {
    const company = await companies.openCompany();
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
    const company = await companies.openCompany();
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
    for (const company of [await companies.openCompany(), await companies.openCompany()]) {
      expect((await company.ask({ claims: { jti: 'the same' } })).status).toBe(200);
    }
  });

  test('that was refused is not used up', async () => {
    const company = await companies.openCompany();
    const assertion = await company.assert();
    const elsewhere = await world.newOrganisation();
    const refused = await company.present(assertion, { resource: `${world.url}/mcp/${elsewhere.slug}` });
    expect(await refusalOf(refused)).toEqual(INVALID_GRANT);
    expect((await company.present(assertion)).status).toBe(200);
  });
});

describe('T2: the client that presents it', () => {
  test('60: must be the one that it names, however good its own credentials are', async () => {
    const company = await companies.openCompany();
    const thief = await company.newClient(APP);
    expect(await refusalOf(await company.present(await company.assert(), { ...thief }))).toEqual(
      INVALID_GRANT,
    );
  });

  test('must prove itself: no secret, a wrong one and a public client are refused', async () => {
    const company = await companies.openCompany();
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
    const company = await companies.openCompany();
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
    const company = await companies.openCompany();
    const signing = await company.newSigningClient(APP);
    const { client_id, client_secret } = await companies.newStranger();
    const named = (clientId: string) =>
      company.provider.assert({ subject: company.subject, clientId, audience: world.url });
    const bySignature = await postToken(world.url, {
      grant_type: JWT_BEARER,
      assertion: await named(signing.client_id),
      ...assertionForm(await signAssertion(signing, world.url)),
    });
    expect(bySignature.status).toBe(200);
    const bySecret = await postToken(world.url, {
      grant_type: JWT_BEARER,
      assertion: await named(client_id),
      client_id,
      client_secret,
    });
    expect(bySecret.status).toBe(200);
  });

  test('of another organisation cannot use this one’s provider, and none can that an admin blocked', async () => {
    const company = await companies.openCompany();
    const stranger = await companies.newWorkshop();
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
    expect(await companies.callAt(company.path, access_token)).toBe(401);
    expect(await refusalOf(await company.ask({ claims: { iat: inSeconds(5) } }))).toEqual(INVALID_GRANT);
  });

  test('without an assertion asks for nothing', async () => {
    const company = await companies.openCompany();
    const response = await postToken(world.url, { grant_type: JWT_BEARER, ...company.client });
    expect(await refusalOf(response)).toEqual({ status: 400, error: 'invalid_request' });
  });
});

function newPublicJwk() {
  return newKeyPair('P-256').publicKey.export({ format: 'jwk' });
}
