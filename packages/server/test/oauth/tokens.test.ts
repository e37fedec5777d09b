import { createHmac, sign } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newKeyPair } from '../../src/kernel/key-pair.ts';
import { rpc } from '../support/oauth-client.ts';
import { openWorld, type Connected, type Member, type Organisation, type World } from './support/world.ts';

let aheadMs = 0;
let world: World;
let organisation: Organisation;
let member: Member;
let full: Connected;
beforeAll(async () => {
  world = await openWorld({ clock: { nowMs: () => Date.now() + aheadMs } });
  organisation = await world.newOrganisation();
  member = await world.newMember([organisation, 'member']);
  full = await world.connect(member, 'full');
});
afterAll(() => world.close());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const statusAt = async (path: string, headers: Record<string, string>) =>
  (await rpc(world.url + path, headers, 'tools/list')).status;
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const partsOf = (jwt: string) =>
  jwt
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString())) as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];

async function toolsOf(headers: Record<string, string>): Promise<string[]> {
  const text = await (await rpc(`${world.url}/mcp`, headers, 'tools/list')).text();
  return [...text.matchAll(/"name":"([a-z0-9_-]+)"/gi)].map(([, name = '']) => name);
}

describe('K1: what an access token is', () => {
  test('an independent library verifies it with our published keys', async () => {
    const keys = createRemoteJWKSet(new URL(`${world.url}/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(full.tokens.access_token, keys, {
      algorithms: ['ES256'],
      typ: 'at+jwt',
      issuer: world.url,
      audience: `${world.url}/mcp`,
    });
    expect(Object.keys(protectedHeader).toSorted()).toEqual(['alg', 'kid', 'typ']);
    expect(Object.keys(payload).toSorted()).toEqual(
      [
        'access',
        'aud',
        'client_id',
        'exp',
        'gid',
        'iat',
        'iss',
        'jti',
        'key',
        'org',
        'role',
        'scope',
        'sub',
      ].toSorted(),
    );
    expect(payload).toMatchObject({
      sub: member.userId,
      client_id: full.clientId,
      org: organisation.orgId,
      gid: full.grantId,
      scope: 'mcp:call',
      access: 'full',
    });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(3600);
    // Nothing personal: it passes through programs of others.
    expect(JSON.stringify(payload)).not.toContain(member.email.split('@')[0]);
  });

  test('it is good for an hour and half a minute, and not longer', async () => {
    // An organisation of its own, because its limits see the clock go back.
    const { tokens } = await world.connect(
      await world.newMember([await world.newOrganisation(), 'member']),
      'read',
    );
    try {
      aheadMs += 3_605_000;
      expect(await statusAt('/mcp', bearer(tokens.access_token))).toBe(200);
      aheadMs += 27_000;
      expect(await statusAt('/mcp', bearer(tokens.access_token))).toBe(401);
    } finally {
      aheadMs = 0;
    }
  });

  test('it does not outlive its grant', async () => {
    const connection = await world.connect(member, 'read');
    await world.rows(`update grants set expires_at = now() + interval '10 minutes' where id = $1`, [
      connection.grantId,
    ]);
    const response = await fetch(`${world.url}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: connection.clientId,
        refresh_token: connection.tokens.refresh_token,
      }),
    });
    const { expires_in } = (await response.json()) as { expires_in: number };
    expect(expires_in).toBeLessThanOrEqual(600);
  });
});

describe('51: forged tokens', () => {
  const foreign = newKeyPair('P-256');
  const es256 = (header: object, payload: object, key = foreign.privateKey) => {
    const input = `${encode(header)}.${encode(payload)}`;
    const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
    return `${input}.${signature.toString('base64url')}`;
  };
  const cases: [
    string,
    (header: Record<string, unknown>, payload: Record<string, unknown>, jwks: string) => string,
  ][] = [
    ['alg none', (header, payload) => `${encode({ ...header, alg: 'none' })}.${encode(payload)}.`],
    ['alg None', (header, payload) => `${encode({ ...header, alg: 'None' })}.${encode(payload)}.`],
    ['no signature', (header, payload) => `${encode(header)}.${encode(payload)}.`],
    ['a signature of zeros', (header, payload) => `${encode(header)}.${encode(payload)}.${'A'.repeat(86)}`],
    ['another key under our kid', (header, payload) => es256(header, payload)],
    ...['jwk', 'jku', 'x5u', 'x5c'].map(
      (name): [string, (header: Record<string, unknown>, payload: Record<string, unknown>) => string] => [
        `a key of its own as ${name}`,
        (header, payload) =>
          es256(
            {
              ...header,
              [name]: name === 'jwk' ? foreign.publicKey.export({ format: 'jwk' }) : 'https://evil.test/',
            },
            payload,
          ),
      ],
    ),
    ['a critical extension', (header, payload) => es256({ ...header, crit: ['x'], x: 1 }, payload)],
    ...[
      '../../../../dev/null',
      'https://evil.test/key',
      "' or 1=1 --",
      '__proto__',
      'constructor',
      '',
      '\0',
    ].map((kid): [string, (header: Record<string, unknown>, payload: Record<string, unknown>) => string] => [
      `the kid ${JSON.stringify(kid)}`,
      (header, payload) => es256({ ...header, kid }, payload),
    ]),
    ['no kid', (header, payload) => es256({ ...header, kid: undefined }, payload)],
    ['a kid that is a number', (header, payload) => es256({ ...header, kid: 7 }, payload)],
    [
      'HS256 with our public key as the secret',
      (header, payload, jwks) => {
        const input = `${encode({ ...header, alg: 'HS256' })}.${encode(payload)}`;
        return `${input}.${createHmac('sha256', jwks).update(input).digest('base64url')}`;
      },
    ],
    ['two parts', (header, payload) => `${encode(header)}.${encode(payload)}`],
    ['five parts', (header) => `${encode(header)}.a.b.c.d`],
    ['a header that is a list', (_header, payload) => `${encode([])}.${encode(payload)}.AAAA`],
    ['a header that is no JSON', (_header, payload) => `AAAA.${encode(payload)}.AAAA`],
  ];

  test.each(cases)('%s is refused with 401', async (_what, forge) => {
    const [header, payload] = partsOf(full.tokens.access_token);
    const jwks = await (await fetch(`${world.url}/.well-known/jwks.json`)).text();
    expect(await statusAt('/mcp', bearer(forge(header, payload, jwks)))).toBe(401);
  });

  test.each([
    ['the access', { access: 'full', scope: 'mcp:call' }],
    ['the organisation', { org: 'org_other' }],
    ['the expiry', { exp: 9_999_999_999 }],
  ])('changing %s breaks the signature', async (_what, change) => {
    const { tokens } = await world.connect(member, 'read');
    const [header, , signature] = tokens.access_token.split('.');
    const [, payload] = partsOf(tokens.access_token);
    expect(
      await statusAt('/mcp', bearer(`${header}.${encode({ ...payload, ...change })}.${signature}`)),
    ).toBe(401);
  });
});

describe('52 and K3: where a token is good', () => {
  // A member of both, so that nothing but the token keeps the two apart.
  let other: Organisation;
  let both: Member;
  beforeAll(async () => {
    other = await world.newOrganisation();
    both = await world.newMember([organisation, 'member'], [other, 'owner']);
  });

  test.each([
    ['/mcp', '/mcp', 200],
    ['/mcp', '/mcp/SLUG', 200],
    ['/mcp', '/mcp/SLUG/sse', 200],
    ['/mcp', '/mcp/OTHER', 401],
    ['/mcp', '/mcp/globex', 401],
    ['/mcp/SLUG', '/mcp/SLUG', 200],
    ['/mcp/SLUG', '/mcp/SLUG/', 200],
    ['/mcp/SLUG', '/mcp/SLUG/sse', 200],
    ['/mcp/SLUG', '/mcp/SLUG/c/reelport', 200],
    ['/mcp/SLUG', '/mcp', 401],
    ['/mcp/SLUG', '/mcp/OTHER', 401],
    ['/mcp/SLUG/sse', '/mcp/SLUG', 401],
    ['/mcp/SLUG/c/reelport', '/mcp/SLUG', 401],
    ['/mcp/SLUG/c/reelport', '/mcp/SLUG/sse', 401],
  ])('one for %s is answered at %s with %i', async (resource, path, status) => {
    const fill = (text: string) => text.replace('SLUG', organisation.slug).replace('OTHER', other.slug);
    const { tokens } = await world.connect(both, 'read', { resource: world.url + fill(resource) });
    expect(await statusAt(fill(path), bearer(tokens.access_token))).toBe(status);
  });

  test.each(['/api/reelport/v1/credits', '/api/reelport/', '/api/reelport'])(
    'none is good at the REST door %s',
    async (path) => {
      const response = await fetch(world.url + path, { headers: bearer(full.tokens.access_token) });
      expect(response.status).toBe(401);
    },
  );

  test('one of another installation is refused', async () => {
    const elsewhere = await openWorld();
    try {
      const stranger = await elsewhere.newMember([await elsewhere.newOrganisation(), 'owner']);
      const { tokens } = await elsewhere.connect(stranger, 'full');
      expect(await statusAt('/mcp', bearer(tokens.access_token))).toBe(401);
    } finally {
      await elsewhere.close();
    }
  });
});

describe('53 and K6: where a credential is looked for', () => {
  test('not in the query, the body or a cookie', async () => {
    const token = full.tokens.access_token;
    const places: [string, RequestInit][] = [
      [`/mcp?access_token=${token}`, {}],
      [`/mcp?api_key=${token}&token=${token}`, {}],
      [
        '/mcp',
        { headers: { cookie: `access_token=${token}; Authorization=Bearer ${token}; session=${token}` } },
      ],
      [
        '/mcp',
        { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `access_token=${token}` },
      ],
      ['/mcp', { headers: { 'x-access-token': token, 'proxy-authorization': `Bearer ${token}` } }],
    ];
    for (const [path, init] of places) {
      const response = await fetch(world.url + path, { method: 'POST', body: '{}', ...init });
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /);
    }
  });

  test('two credentials at once are refused, even two good ones', async () => {
    const keys = await world.newOrganisation('key');
    const { tokens } = await world.connect(await world.newMember([keys, 'member']), 'read');
    const headers = { ...bearer(full.tokens.access_token), 'x-api-key': tokens.access_token };
    expect(await statusAt('/mcp', headers)).toBe(400);
  });
});

describe('54: changes inside the hour', () => {
  test('a member who was removed is refused on the next call', async () => {
    const removed = await world.newMember([organisation, 'member']);
    const { tokens } = await world.connect(removed, 'full');
    expect(await statusAt('/mcp', bearer(tokens.access_token))).toBe(200);
    await world.latchkey.people.removeMember({ orgId: organisation.orgId, userId: removed.userId });
    expect(await statusAt('/mcp', bearer(tokens.access_token))).toBe(401);
  });

  test('57: and stays refused when the same person comes back in the same second', async () => {
    for (const mode of ['token', 'key'] as const) {
      const org = await world.newOrganisation(mode);
      const back = await world.newMember([org, 'member']);
      const { tokens } = await world.connect(back, 'full');
      await world.newMember([org, 'owner']);
      await world.latchkey.people.removeMember({ orgId: org.orgId, userId: back.userId });
      await world.latchkey.store.people.addMember(org.orgId, back.userId, 'owner');
      await world.latchkey.store.changes.add('member', `${org.orgId}:${back.userId}`);
      expect(await statusAt('/mcp', bearer(tokens.access_token))).toBe(401);
      const fresh = await world.connect(back, 'full');
      expect(await statusAt('/mcp', bearer(fresh.tokens.access_token))).toBe(200);
    }
  });

  test.each(['token', 'key'] as const)(
    'K2: in %s mode a lowered role cuts full access on the next call',
    async (mode) => {
      const org = await world.newOrganisation(mode);
      const demoted = await world.newMember([org, 'member']);
      const [{ tokens }, read] = [await world.connect(demoted, 'full'), await world.connect(demoted, 'read')];
      const headers = bearer(tokens.access_token);
      const all = await toolsOf(headers);
      const readable = await toolsOf(bearer(read.tokens.access_token));
      const [write = ''] = all.filter((name) => !readable.includes(name));
      expect(write).not.toBe('');
      await world.latchkey.people.setRole({ orgId: org.orgId, userId: demoted.userId, role: 'viewer' });
      expect(await toolsOf(headers)).toEqual(readable);
      const call = await rpc(`${world.url}/mcp`, headers, 'tools/call', { name: write, arguments: {} });
      // S1: no consent could help a viewer, so it is no challenge that would start one.
      expect(call.status).toBe(200);
      expect(call.headers.get('www-authenticate')).toBeNull();
      expect(await call.text()).toMatch(/"isError":true|"error":/);
    },
  );

  test('S1: a read-only connection that calls a write tool is told which scopes would help', async () => {
    const { tokens } = await world.connect(member, 'read');
    const readable = await toolsOf(bearer(tokens.access_token));
    const [write = ''] = (await toolsOf(bearer(full.tokens.access_token))).filter(
      (name) => !readable.includes(name),
    );
    const response = await rpc(`${world.url}/mcp`, bearer(tokens.access_token), 'tools/call', {
      name: write,
      arguments: {},
    });
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer error="insufficient_scope", resource_metadata="${world.url}/.well-known/oauth-protected-resource/mcp", scope="mcp:read mcp:call"`,
    );
  });
});
