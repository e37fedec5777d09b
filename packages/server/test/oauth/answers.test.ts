import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashSecret } from '../../src/kernel/secret.ts';
import { postToken, refresh, register, type Tokens } from '../support/oauth-client.ts';
import { unescapeHtml } from '../../src/demo/html.ts';
import { openWorkshop } from './support/machines.ts';
import { openWorld, type Member, type World } from './support/world.ts';

let aheadMs = 0;
let world: World;
let member: Member;
beforeAll(async () => {
  world = await openWorld({ clock: { nowMs: () => Date.now() + aheadMs } });
  member = await world.newMember([await world.newOrganisation(), 'member']);
});
afterAll(() => world.close());

const post = (path: string, form: Record<string, string>) =>
  fetch(world.url + path, { method: 'POST', body: new URLSearchParams(form) });
const metadata = async () =>
  (await (await fetch(`${world.url}/.well-known/oauth-authorization-server`)).json()) as Record<
    string,
    unknown
  >;

/** RFC 6749 appendix A.7 and A.8: what an error and its description may be made of. */
const PLAIN_TEXT = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;

describe('errors', () => {
  test('of every endpoint are a code and a description in plain ASCII, whatever was sent', async () => {
    const { client_id } = await register(world.url);
    const strange = 'ü"\\\n<script>';
    const answers = await Promise.all([
      post('/token', { client_id, grant_type: strange }),
      post('/token', { client_id, grant_type: 'authorization_code', code: strange, code_verifier: strange }),
      post('/token', { client_id, grant_type: 'refresh_token', refresh_token: strange, scope: strange }),
      post('/token', { client_id, grant_type: 'refresh_token', refresh_token: 'x', resource: strange }),
      post('/token', { client_id: strange, grant_type: 'refresh_token' }),
      post('/revoke', { client_id }),
      post('/introspect', { client_id: strange, token: strange }),
      post('/register', { redirect_uris: strange }),
      fetch(`${world.url}/register`, { method: 'POST', body: JSON.stringify({ redirect_uris: [strange] }) }),
    ]);
    for (const answer of answers) {
      expect(answer.ok).toBe(false);
      const body = (await answer.json()) as Record<string, string>;
      expect(body['error']).toMatch(PLAIN_TEXT);
      expect(body['error_description']).toMatch(PLAIN_TEXT);
    }
  });

  test('of the authorization endpoint are so too', async () => {
    for (const bent of [
      { response_type: 'tökén' },
      { resource: 'ü"' },
      { code_challenge: '"' },
      { state: 's\0' },
    ]) {
      const { href } = await world.newRequest(bent);
      const { html } = await member.browser.get(href);
      const back = new URL(unescapeHtml(/<a href="(http:\/\/127[^"]*)"/.exec(html)?.[1] ?? ''));
      expect(back.searchParams.get('error')).toMatch(PLAIN_TEXT);
      expect(back.searchParams.get('error_description')).toMatch(PLAIN_TEXT);
    }
  });
});

test('parameters that nobody knows change nothing, at the authorization and at the token endpoint', async () => {
  const unknown = { claims: '{}', audience: 'x', login_hint: 'y', 'x y': 'z' };
  const approved = await world.approve(member, 'full', unknown);
  const response = await world.redeem(approved, unknown);
  expect(response.status).toBe(200);
  const tokens = (await response.json()) as Tokens;
  expect(tokens.scope).toBe('mcp:call');
  const next = await refresh(world.url, approved.clientId, tokens.refresh_token, unknown);
  expect(next.status).toBe(200);
});

test('a code is good for ten minutes at most', async () => {
  const { code } = await world.approve(member, 'read');
  const [row] = await world.rows<{ seconds: number }>(
    'select extract(epoch from code_expires_at - now())::int as seconds from authorizations where code_hash = $1',
    [hashSecret(code)],
  );
  expect(row?.seconds).toBeGreaterThan(0);
  expect(row?.seconds).toBeLessThanOrEqual(600);
});

test('nothing that we issue can be guessed: each is 256 random bits or more, and no two are alike', async () => {
  const issued: string[] = [];
  const keyMember = await world.newMember([await world.newOrganisation('key'), 'member']);
  for (const who of [member, member, keyMember, keyMember]) {
    const { code, tokens, href } = await world.connect(who, 'read');
    const { fields } = await who.browser.open(href);
    issued.push(code, tokens.refresh_token, tokens.access_token, fields['transaction'] ?? '');
    issued.push(secretOf(await register(world.url, { token_endpoint_auth_method: 'client_secret_basic' })));
  }
  expect(new Set(issued).size).toBe(issued.length);
  // 43 characters of base64url are 256 bits; a JWT's signature is longer.
  for (const each of issued) expect(each.split('.').at(-1)?.length).toBeGreaterThanOrEqual(43);
});

describe('documents', () => {
  test.each([
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration',
    '/.well-known/oauth-protected-resource/mcp',
    '/.well-known/jwks.json',
  ])('%s is 200, JSON by its type, and holds nothing that is empty', async (path) => {
    const response = await fetch(world.url + path, { redirect: 'manual' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json\b/);
    const values = Object.values((await response.json()) as Record<string, unknown>);
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) {
      expect(value).not.toBeNull();
      expect(value).not.toEqual([]);
      expect(value).not.toBe('');
    }
  });

  test('the endpoints are where clients of 2025-03-26 look for them without metadata', async () => {
    expect(await metadata()).toMatchObject({
      authorization_endpoint: `${world.url}/authorize`,
      token_endpoint: `${world.url}/token`,
      registration_endpoint: `${world.url}/register`,
    });
  });

  test('nothing is advertised that is not offered', async () => {
    const said = await metadata();
    for (const name of [
      'device_authorization_endpoint',
      'pushed_authorization_request_endpoint',
      'backchannel_authentication_endpoint',
      'userinfo_endpoint',
      'end_session_endpoint',
      'request_object_signing_alg_values_supported',
      'id_token_signing_alg_values_supported',
      'authorization_details_types_supported',
      'tls_client_certificate_bound_access_tokens',
      'signed_metadata',
    ])
      expect(said).not.toHaveProperty(name);
    expect(said['response_types_supported']).toEqual(['code']);
    expect(said['response_modes_supported']).toEqual(['query']);
    expect(JSON.stringify(said['grant_types_supported'])).not.toMatch(/implicit|password|device|ciba/);
    expect(JSON.stringify(said['token_endpoint_auth_methods_supported'])).not.toMatch(
      /tls|client_secret_jwt/,
    );
  });

  test.each(['/device_authorization', '/device', '/par', '/as/par', '/userinfo', '/end_session'])(
    '%s does not exist',
    async (path) => {
      for (const method of ['GET', 'POST']) {
        expect((await fetch(world.url + path, { method, redirect: 'manual' })).status).toBe(404);
      }
    },
  );
});

describe('a registration', () => {
  test('brings no means to change or read it later', async () => {
    const registered = await register(world.url, { client_name: 'Managed' });
    expect(registered).not.toHaveProperty('registration_access_token');
    expect(registered).not.toHaveProperty('registration_client_uri');
  });

  test('is not moved by a software statement, signed or not', async () => {
    const statement = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"client_name":"Trusted","redirect_uris":["https://evil.test/"]}').toString('base64url')}.`;
    const registered = await register(world.url, { client_name: 'Plain', software_statement: statement });
    expect(registered).toMatchObject({
      client_name: 'Plain',
      redirect_uris: ['http://127.0.0.1:33418/callback'],
    });
    expect(registered).not.toHaveProperty('software_statement');
  });

  test('promises nothing of DPoP, which each request asks for by itself', async () => {
    const registered = await register(world.url, { client_name: 'Bound', dpop_bound_access_tokens: true });
    expect(registered).not.toHaveProperty('dpop_bound_access_tokens');
  });

  test('cannot choose its client id', async () => {
    const { userId } = member;
    const registered = await register(world.url, { client_id: userId, client_name: 'Somebody' });
    expect(registered.client_id).toMatch(/^cli_/);
    expect(registered.client_id).not.toBe(userId);
  });
});

test('a client’s secret in the URL proves nothing', async () => {
  const registered = await register(world.url, { token_endpoint_auth_method: 'client_secret_post' });
  const proof = new URLSearchParams({ client_id: registered.client_id, client_secret: secretOf(registered) });
  const form = { grant_type: 'refresh_token', refresh_token: 'x' };
  const { client_id } = registered;
  for (const body of [form, { ...form, client_id }]) {
    const answer = await post(`/token?${proof.toString()}`, body);
    expect([answer.status, await answer.json()]).toMatchObject([401, { error: 'invalid_client' }]);
  }
  const inBody = { ...form, client_id, client_secret: secretOf(registered) };
  expect(await (await post('/token', inBody)).json()).toMatchObject({ error: 'invalid_grant' });
});

describe('introspection and revocation', () => {
  test('a token that expired, or that somebody changed, is not active', async () => {
    const { newClient } = await openWorkshop(world);
    const client = await newClient();
    const proof = { client_id: client.client_id, client_secret: client.client_secret };
    const issued = await postToken(world.url, { grant_type: 'client_credentials', ...proof });
    const { access_token: token } = (await issued.json()) as Tokens;
    const activeOf = async (presented: string) =>
      ((await (await post('/introspect', { ...proof, token: presented })).json()) as { active: boolean })
        .active;
    expect(await activeOf(token)).toBe(true);
    const [head, , signature] = token.split('.');
    const claims = Buffer.from(JSON.stringify({ exp: 9_999_999_999 })).toString('base64url');
    expect(await activeOf(`${head}.${claims}.${signature}`)).toBe(false);
    expect(await activeOf(`${token.slice(0, -8)}AAAAAAAA`)).toBe(false);
    try {
      aheadMs = 3_640_000;
      expect(await activeOf(token)).toBe(false);
    } finally {
      aheadMs = 0;
    }
  });

  test.each(['/introspect', '/revoke'])('%s takes no token from a URL', async (path) => {
    const response = await fetch(`${world.url}${path}?token=x&client_id=y`);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  test('a hint about the kind of a token does not mislead introspection, and no token at all is an error', async () => {
    const { newClient } = await openWorkshop(world);
    const { client_id, client_secret } = await newClient();
    const issued = await postToken(world.url, { grant_type: 'client_credentials', client_id, client_secret });
    const { access_token: token } = (await issued.json()) as Tokens;
    for (const hint of ['access_token', 'refresh_token', 'nonsense', '']) {
      const answer = await post('/introspect', { client_id, client_secret, token, token_type_hint: hint });
      expect([answer.status, await answer.json()]).toMatchObject([200, { active: true }]);
    }
    const missing = await post('/introspect', { client_id, client_secret });
    expect(missing.status).toBe(400);
    expect(await missing.json()).toMatchObject({ error: 'invalid_request' });
  });
});

function secretOf(registered: object): string {
  return 'client_secret' in registered ? String(registered.client_secret) : '';
}
