import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rpc } from '../support/oauth-client.ts';
import { openWorld, type World } from './support/world.ts';

const RESOURCES = [
  '/mcp',
  '/mcp/',
  '/mcp/acme',
  '/mcp/acme/',
  '/mcp/acme/sse',
  '/mcp/acme/c/reelport',
  '/mcp/acme/t/daily',
  '/api/ext/mcp',
];
const FOREIGN_PAGE = { origin: 'https://inspector.test' };

let world: World;
beforeAll(async () => {
  world = await openWorld({ connectorPaths: ['/api/ext/mcp'] });
});
afterAll(() => world.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(world.url + path, { redirect: 'manual', headers });
const json = async (response: Response) => (await response.json()) as Record<string, unknown>;

describe('D1: the challenge', () => {
  const credentials = [
    ['no credential', {}],
    ['a token that is none', { authorization: 'Bearer nonsense' }],
    ['a well-formed foreign JWT', { authorization: 'Bearer eyJhbGciOiJFUzI1NiJ9.e30.AAAA' }],
    ['a key that is none', { 'x-api-key': 'lk_test_nonsense' }],
    ['the wrong scheme', { authorization: 'Basic YTpi' }],
  ] as const;
  const cases = RESOURCES.flatMap((path) =>
    credentials.map(([what, headers]) => [path, what, headers] as const),
  );

  test.each(cases)('at %s, %s is answered 401 with where to go', async (path, _what, headers) => {
    const response = await rpc(world.url + path, headers, 'tools/list');
    expect(response.status).toBe(401);
    const challenge = response.headers.get('www-authenticate') ?? '';
    expect(challenge).toMatch(/^Bearer /);
    expect(challenge).toContain(
      `resource_metadata="${world.url}/.well-known/oauth-protected-resource${path}"`,
    );
    expect(challenge).toContain('scope="mcp:read mcp:call"');
  });

  test.each(RESOURCES)(
    'at %s the pointer of the challenge leads to a document about exactly that URL',
    async (path) => {
      const challenge = (await rpc(world.url + path, {}, 'initialize')).headers.get('www-authenticate') ?? '';
      const pointer = /resource_metadata="([^"]*)"/.exec(challenge)?.[1] ?? '';
      expect(await json(await fetch(pointer))).toMatchObject({ resource: world.url + path });
    },
  );
});

describe('D2: protected resource metadata', () => {
  test.each(RESOURCES)(
    'of %s echoes the URL as it was typed and lists one authorization server',
    async (path) => {
      const response = await get(`/.well-known/oauth-protected-resource${path}`);
      expect(response.status).toBe(200);
      expect(await json(response)).toEqual({
        resource: world.url + path,
        authorization_servers: [world.url],
        scopes_supported: ['mcp:read', 'mcp:call'],
        bearer_methods_supported: ['header'],
        dpop_signing_alg_values_supported: ['ES256', 'EdDSA', 'RS256', 'PS256'],
        dpop_bound_access_tokens_required: false,
      });
    },
  );

  test('at the root is that of /mcp', async () => {
    const document = await json(await get('/.well-known/oauth-protected-resource'));
    expect(document['resource']).toBe(`${world.url}/mcp`);
  });

  test.each([
    '/mcp/no-such-org',
    '/mcp/acme/x/y',
    '/mcp//acme',
    '/mcp/acme/../globex%00',
    '/',
    '/api/reelport',
    '/mcp/ACME',
  ])('of %s does not exist', async (path) => {
    const response = await get(`/.well-known/oauth-protected-resource${path}`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('application/json');
  });
});

describe('D3: authorization server metadata', () => {
  const places = ['oauth-authorization-server', 'openid-configuration'].flatMap((name) =>
    ['', '/mcp', '/mcp/acme', '/mcp/acme/sse', '/api/ext/mcp'].map((path) => `/.well-known/${name}${path}`),
  );
  const appended = ['/mcp', '/mcp/acme', '/mcp/acme/sse', '/api/ext/mcp'].map(
    (path) => `${path}/.well-known/openid-configuration`,
  );

  test.each([...places, ...appended])('at %s is the same body, with the origin as issuer', async (place) => {
    const [here, root] = await Promise.all([get(place), get('/.well-known/oauth-authorization-server')]);
    expect(here.status).toBe(200);
    const body = await here.text();
    expect(body).toBe(await root.text());
    expect(JSON.parse(body)).toMatchObject({ issuer: world.url });
  });

  test('D4: advertises what there is, and each endpoint is there', async () => {
    const document = await json(await get('/.well-known/oauth-authorization-server'));
    expect(document).toMatchObject({
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      grant_types_supported: [
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:token-exchange',
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
      ],
      authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
      token_endpoint_auth_methods_supported: [
        'none',
        'client_secret_basic',
        'client_secret_post',
        'private_key_jwt',
      ],
      authorization_response_iss_parameter_supported: true,
    });
    for (const name of [
      'token_endpoint',
      'registration_endpoint',
      'revocation_endpoint',
      'introspection_endpoint',
    ]) {
      const response = await fetch(String(document[name]), { method: 'POST' });
      expect([name, response.status]).toEqual([name, 400]);
    }
    expect((await fetch(String(document['authorization_endpoint']))).status).toBe(400);
  });

  test('the key set holds public keys alone', async () => {
    const { keys } = (await json(await get('/.well-known/jwks.json'))) as { keys: Record<string, string>[] };
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
      expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
    }
  });
});

describe('D5: how the documents are served', () => {
  const documents = [
    '/.well-known/oauth-protected-resource/mcp',
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration',
    '/.well-known/jwks.json',
    '/mcp/.well-known/openid-configuration',
  ];

  test.each(documents)(
    '%s is cached for five minutes at most, has an ETag, and any page may read it',
    async (path) => {
      const response = await get(path, FOREIGN_PAGE);
      const maxAge = Number(/max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '')?.[1]);
      expect(maxAge).toBeLessThanOrEqual(300);
      const etag = response.headers.get('etag') ?? '';
      expect(etag).not.toBe('');
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect((await get(path, { 'if-none-match': etag })).status).toBe(304);
    },
  );

  test.each([
    '/.well-known/nothing',
    '/.well-known/oauth-protected-resourceful',
    '/.well-known/security.txt',
    '/mcp/.well-known/nothing',
  ])('%s is a JSON 404, so that a probing client goes on', async (path) => {
    const response = await get(path, { accept: 'text/html,*/*' });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('application/json');
  });

  test.each([
    '/.well-known/oauth-protected-resource/mcp',
    '/.well-known/oauth-authorization-server',
    '/register',
    '/token',
    '/revoke',
  ])('a page in a browser may call %s', async (path) => {
    const response = await fetch(world.url + path, {
      method: 'OPTIONS',
      headers: {
        ...FOREIGN_PAGE,
        'access-control-request-method': path.startsWith('/.well-known') ? 'GET' : 'POST',
        'access-control-request-headers': path.startsWith('/.well-known')
          ? 'mcp-protocol-version'
          : 'content-type',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect((response.headers.get('access-control-allow-headers') ?? '').toLowerCase()).toContain(
      path.startsWith('/.well-known') ? 'mcp-protocol-version' : 'content-type',
    );
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test.each(['/authorize', '/oauth/consent', '/authorize/return', '/sign-in', '/portal/v1/me', '/app'])(
    'a foreign page can read nothing of %s',
    async (path) => {
      for (const method of ['GET', 'OPTIONS', 'POST']) {
        const response = await fetch(world.url + path, {
          method,
          redirect: 'manual',
          headers: { ...FOREIGN_PAGE, 'access-control-request-method': 'POST' },
        });
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
      }
    },
  );
});
