import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newProofKey, postProvenToken } from '../support/dpop.ts';
import { postToken, rpc } from '../support/oauth-client.ts';
import {
  INVALID_GRANT,
  INVALID_TARGET,
  openCompanies,
  type AssertedTokens,
  type Companies,
  type CompanyOptions,
  type Employee,
} from './support/companies.ts';
import {
  JWT_BEARER,
  link,
  newIdentityProvider,
  trust,
  type Bend,
  type IdentityProvider,
} from './support/identity-provider.ts';
import { refusalOf, type World } from './support/world.ts';

let companies: Companies;
let world: World;
beforeAll(async () => {
  companies = await openCompanies();
  ({ world } = companies);
});
afterAll(() => companies.close());

describe('Z5: the resource', () => {
  test('that the assertion names is the token’s audience, and the token is good nowhere else', async () => {
    const company = await companies.openCompany();
    const resource = `${world.url}${company.path}/c/reelport`;
    const { access_token } = await company.tokensOf({ claims: { resource } });
    expect(decodeJwt(access_token).aud).toBe(resource);
    expect(await companies.callAt(company.path, access_token)).toBe(401);
    const inList = await company.tokensOf({ claims: { resource: [`${world.url}${company.path}/`] } });
    expect(decodeJwt(inList.access_token).aud).toBe(world.url + company.path);
  });

  test('that the client asks for may not be another than the asserted one', async () => {
    const company = await companies.openCompany();
    const resource = world.url + company.path;
    expect((await company.ask({ claims: { resource } }, { resource })).status).toBe(200);
    const wider = await company.ask({ claims: { resource } }, { resource: `${world.url}/mcp` });
    expect(await refusalOf(wider)).toEqual(INVALID_TARGET);
  });

  test.each(['https://other.test/mcp', 'no URL', ''])('%j in an assertion is refused', async (resource) => {
    const company = await companies.openCompany();
    expect(await refusalOf(await company.ask({ claims: { resource } }))).toEqual(INVALID_TARGET);
  });

  test('of an organisation that does not trust the issuer is refused, though the client is of no organisation', async () => {
    const company = await companies.openCompany();
    const other = await world.newOrganisation();
    const { client_id, client_secret } = await companies.newStranger();
    const named = await company.provider.assert(
      { subject: company.subject, clientId: client_id, audience: world.url },
      { claims: { resource: `${world.url}/mcp/${other.slug}` } },
    );
    const form = { grant_type: JWT_BEARER, assertion: named, client_id, client_secret };
    expect(await refusalOf(await postToken(world.url, form))).toEqual(INVALID_GRANT);
  });

  test('is never reached with the keys that another organisation gave for the same issuer', async () => {
    const victim = await companies.openCompany();
    const attacker = await companies.newWorkshop();
    const forger = await newIdentityProvider(victim.provider.issuer);
    const puppet = await companies.newEmployee(attacker.organisation, 'member');
    await trust(attacker, forger, { jwks: forger.jwks });
    await link(attacker, forger, victim.subject, puppet.email);
    const { client_id, client_secret } = await companies.newStranger();
    const about = { subject: victim.subject, clientId: client_id, audience: world.url };
    const send = async (by: IdentityProvider, claims: Record<string, unknown>) =>
      postToken(world.url, {
        grant_type: JWT_BEARER,
        assertion: await by.assert(about, { claims }),
        client_id,
        client_secret,
      });
    // Where no organisation is named, it is the one whose own keys signed.
    const forged = (await (await send(forger, {})).json()) as AssertedTokens;
    expect(decodeJwt(forged.access_token).sub).toBe(puppet.userId);
    const honest = (await (await send(victim.provider, {})).json()) as AssertedTokens;
    expect(decodeJwt(honest.access_token).sub).toBe(victim.member.userId);
    const resource = world.url + victim.path;
    expect(await refusalOf(await send(forger, { resource }))).toEqual(INVALID_GRANT);
    expect(await companies.callAt(victim.path, forged.access_token)).toBe(401);
  });

  test('must name the organisation where two trust the very same provider for the same subject', async () => {
    const first = await companies.openCompany();
    const other = await companies.newWorkshop();
    const double = await companies.newEmployee(other.organisation, 'viewer');
    await trust(other, first.provider, { jwks: first.provider.jwks });
    await link(other, first.provider, first.subject, double.email);
    const { client_id, client_secret } = await companies.newStranger();
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
      const { access_token } = (await (await send(claims)).json()) as AssertedTokens;
      expect(decodeJwt(access_token).sub).toBe(member.userId);
    }
  });
});

test('of a client that anybody could register not every refusal is a row of the audit log', async () => {
  const company = await companies.openCompany();
  const stranger = await companies.newStranger();
  const refusals = 40;
  for (let refused = 0; refused < refusals; refused += 1) {
    const form = { grant_type: JWT_BEARER, assertion: 'nobody’s', ...stranger };
    expect(await refusalOf(await postToken(world.url, form))).toEqual(INVALID_GRANT);
  }
  // The admins of a client's own organisation see each one; it is written after the stranger's.
  for (let refused = 0; refused < refusals; refused += 1)
    expect(await refusalOf(await company.present('nobody’s'))).toEqual(INVALID_GRANT);
  const rowsOf = async ({ client_id }: { client_id: string }) =>
    (
      await world.rows(`select 1 from audit_events where action = 'assertion.refused' and client_id = $1`, [
        client_id,
      ])
    ).length;
  await expect.poll(() => rowsOf(company.client)).toBe(refusals);
  const written = await rowsOf(stranger);
  expect(written).toBeGreaterThan(0);
  // Ten a minute: the minute may have ended meanwhile.
  expect(written).toBeLessThanOrEqual(refusals / 2);
});

describe('T11: the access is the least of what', () => {
  test.each<[string, CompanyOptions, Bend, string | undefined, string]>([
    ['everybody allows', {}, {}, undefined, 'mcp:call'],
    ['the role allows', { role: 'viewer' }, { claims: { scope: 'mcp:call' } }, 'mcp:call', 'mcp:read'],
    ['the issuer may', { access: 'read' }, { claims: { scope: 'mcp:call' } }, 'mcp:call', 'mcp:read'],
    ['the provider says', {}, { claims: { scope: 'mcp:read' } }, 'mcp:call mcp:read', 'mcp:read'],
    ['the provider says, in words of others', {}, { claims: { scope: 'admin' } }, undefined, 'mcp:read'],
    ['the client asks for', {}, { claims: { scope: 'mcp:call' } }, 'mcp:read', 'mcp:read'],
    ['the client asks for among others', {}, {}, 'mcp:call offline_access root', 'mcp:call'],
  ])('%s', async (_, company, bend, scope, granted) => {
    const { tokensOf, grants } = await companies.openCompany(company);
    const tokens = await tokensOf(bend, scope === undefined ? {} : { scope });
    expect(tokens.scope).toBe(granted);
    const access = granted === 'mcp:read' ? 'read' : 'full';
    expect(decodeJwt(tokens.access_token)['access']).toBe(access);
    expect(await grants()).toMatchObject([{ access }]);
  });

  test('the member may today: a lowered role cuts the next token, and the one before', async () => {
    const company = await companies.openCompany();
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

describe('59: DPoP', () => {
  test('binds the token to the key of a proof, and an assertion that is bound to it is taken', async () => {
    const company = await companies.openCompany();
    const key = await newProofKey();
    const claims = { cnf: { jkt: key.thumbprint } };
    const form = { grant_type: JWT_BEARER, assertion: await company.assert({ claims }), ...company.client };
    const response = await postProvenToken(world.url, form, key);
    expect(response.status).toBe(200);
    const answer = (await response.json()) as AssertedTokens;
    expect(answer).toMatchObject({ token_type: 'DPoP' });
    expect(decodeJwt(answer.access_token)['cnf']).toEqual({ jkt: key.thumbprint });
    expect(await companies.callAt(company.path, answer.access_token)).toBe(401);
  });

  test('does not help with an assertion that is bound to another key', async () => {
    const company = await companies.openCompany();
    const [right, wrong] = [await newProofKey(), await newProofKey()];
    const assertion = await company.assert({ claims: { cnf: { jkt: right.thumbprint } } });
    const form = { grant_type: JWT_BEARER, assertion, ...company.client };
    expect(await refusalOf(await postProvenToken(world.url, form, wrong))).toEqual(INVALID_GRANT);
  });
});
