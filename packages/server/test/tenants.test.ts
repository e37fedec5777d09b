import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '../src/demo/demo-data.ts';
import { createPerson, type Person } from '../src/demo/person.ts';
import { startDemo, type RunningDemo } from './support/app.ts';
import {
  authorizeUrl,
  connect,
  newVerifier,
  register,
  rpc,
  type Connection,
} from './support/oauth-client.ts';

// Everyone here has a valid credential of one organisation and tries it on the other.
let demo: RunningDemo;
let acme: Connection;
let globex: Connection;
/** Belongs to acme alone. */
let member: Person;
let acmeKeyId: string;

beforeAll(async () => {
  demo = await startDemo();
  acme = await connect(demo.url, { email: 'owner@acme.test', access: 'full', path: '/mcp/acme' });
  globex = await connect(demo.url, { email: 'owner@globex.test', access: 'full', path: '/mcp/globex' });
  member = createPerson({ origins: [demo.url] });
  await connect(demo.url, { email: 'member@acme.test', access: 'full', path: '/mcp/acme', person: member });
  const keys = (await (await portal(acme.person, 'GET', '/organisations/acme/keys')).json()) as {
    items: { id: string }[];
  };
  acmeKeyId = keys.items[0]?.id ?? '';
  if (acmeKeyId === '') throw new Error('acme has no key to try with');
});
afterAll(() => demo.close());

function portal(person: Person, method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${demo.url}/portal/v1${path}`, {
    method,
    headers: { cookie: person.cookieHeader(), origin: demo.url, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function resultOf(response: Response): Promise<{ isError?: boolean; content: { text: string }[] }> {
  return ((await response.json()) as { result: { isError?: boolean; content: { text: string }[] } }).result;
}

/** What an error says, but for the request that it names. */
async function errorOf(response: Response): Promise<{ code: string; message: string }> {
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  return { code: error.code, message: error.message };
}

describe('the MCP door', () => {
  test.each([
    ['a JWT of acme', '/mcp/globex', () => ({ authorization: `Bearer ${acme.tokens.access_token}` })],
    ['a JWT of acme', '/mcp/globex/sse', () => ({ authorization: `Bearer ${acme.tokens.access_token}` })],
    [
      'a JWT of acme',
      '/mcp/globex/c/reelport',
      () => ({ authorization: `Bearer ${acme.tokens.access_token}` }),
    ],
    ['a key of globex', '/mcp/acme', () => ({ authorization: `Bearer ${globex.tokens.access_token}` })],
    ['a key of globex', '/mcp/acme', () => ({ 'x-api-key': globex.tokens.access_token })],
  ])('refuses %s at %s', async (_what, path, credential) => {
    const response = await rpc(demo.url + path, credential(), 'tools/list');
    expect(response.status).toBe(401);
    expect(await response.text()).not.toMatch(/list_bundles|"tools"/);
  });

  test('a bundle of one organisation is not there for the other', async () => {
    const bearer = { authorization: `Bearer ${acme.tokens.access_token}` };
    const call = { name: 'create_bundle', arguments: { title: 'Acme only, number 1' } };
    const made = await resultOf(await rpc(`${demo.url}/mcp/acme`, bearer, 'tools/call', call));
    const { id } = JSON.parse(made.content[0]?.text ?? '') as { id: string };
    const foreign = { authorization: `Bearer ${globex.tokens.access_token}` };
    const get = { name: 'get_bundle', arguments: { bundle_id: id } };
    const seen = await resultOf(await rpc(`${demo.url}/mcp/globex`, foreign, 'tools/call', get));
    expect(seen.isError).toBe(true);
    expect(JSON.stringify(seen)).not.toContain('Acme only');
    const list = { name: 'list_bundles', arguments: {} };
    const listed = await (await rpc(`${demo.url}/mcp/globex`, foreign, 'tools/call', list)).text();
    expect(listed).toContain('Spring launch');
    expect(listed).not.toContain('Acme only');
    const own = await (await rpc(`${demo.url}/mcp/acme`, bearer, 'tools/call', get)).text();
    expect(own).toContain('Acme only');
  });
});

describe('the REST door', () => {
  test('a key sees its own organisation and nothing of another', async () => {
    const response = await fetch(`${demo.url}/api/reelport/bundles`, {
      headers: { 'x-api-key': globex.tokens.access_token },
    });
    expect(response.status).toBe(200);
    expect(await response.text()).not.toContain('Acme only');
  });

  test('headers that claim another organisation change nothing', async () => {
    const response = await fetch(`${demo.url}/api/reelport/bundles`, {
      headers: {
        'x-api-key': globex.tokens.access_token,
        'x-organisation': 'acme',
        'x-org-id': 'acme',
        org: 'acme',
      },
    });
    expect(await response.text()).not.toContain('Acme only');
  });

  test('an access token is no key', async () => {
    const headers = { authorization: `Bearer ${acme.tokens.access_token}` };
    expect((await fetch(`${demo.url}/api/reelport/bundles`, { headers })).status).toBe(401);
  });
});

describe('the dashboard’s API', () => {
  test.each([
    ['GET', (): string => '/organisations/globex', undefined],
    ['GET', (): string => '/organisations/globex/keys', undefined],
    ['POST', (): string => '/organisations/globex/keys', { name: 'x', access: 'read', expires_in_days: 7 }],
    ['POST', (): string => `/organisations/globex/keys/${acmeKeyId}/revoke`, {}],
    ['GET', (): string => '/organisations/globex/agents', undefined],
    ['GET', (): string => '/organisations/globex/audit', undefined],
    ['GET', (): string => '/organisations/globex/audit/check', undefined],
    ['GET', (): string => '/organisations/globex/audit/export?format=csv', undefined],
    ['GET', (): string => '/organisations/globex/usage', undefined],
    ['GET', (): string => '/organisations/globex/overview', undefined],
    ['POST', (): string => '/organisations/globex/agents', { name: 'x', role: 'member' }],
    [
      'POST',
      (): string => '/organisations/globex/agents/agt_x/keys',
      { name: 'x', access: 'read', expires_in_days: 7 },
    ],
  ] as const)('%s of a foreign organisation answers as if there were none', async (method, path, body) => {
    const foreign = await portal(member, method, path(), body);
    const absent = await portal(member, method, path().replace('globex', 'nobody'), body);
    expect(foreign.status).toBe(404);
    expect(await errorOf(foreign)).toEqual(await errorOf(absent));
  });

  test('a key of another organisation cannot be revoked under one’s own', async () => {
    const response = await portal(
      globex.person,
      'POST',
      `/organisations/globex/keys/${acmeKeyId}/revoke`,
      {},
    );
    expect(response.status).toBe(404);
    const bearer = { authorization: `Bearer ${acme.tokens.access_token}` };
    expect((await rpc(`${demo.url}/mcp/acme`, bearer, 'tools/list')).status).toBe(200);
  });
});

describe('the consent page', () => {
  test('a member of one organisation cannot connect to another, by its URL or by a forged field', async () => {
    const { client_id: clientId } = await register(demo.url);
    const byUrl = authorizeUrl(demo.url, {
      client_id: clientId,
      code_challenge: newVerifier().challenge,
      resource: `${demo.url}/mcp/globex`,
    });
    const page = await member.visit(byUrl);
    expect(page.status).toBe(403);
    expect(page.html).not.toContain('Globex');

    const byField = authorizeUrl(demo.url, {
      client_id: clientId,
      code_challenge: newVerifier().challenge,
      resource: `${demo.url}/mcp`,
    });
    const decision = {
      email: 'member@acme.test',
      password: DEMO_PASSWORD,
      access: 'read',
      organisation: 'globex',
    } as const;
    await expect(member.decide(byField, decision)).rejects.toThrow(/Choose one of your organisations/);
  });
});
