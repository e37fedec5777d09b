import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHarness, type Harness } from './support/harness.ts';
import { call, toolCall } from './support/messages.ts';

let harness: Harness;

beforeAll(async () => {
  harness = await startHarness({ connectorPaths: ['/api/ext/mcp'] });
});
afterAll(() => harness.close());

const PING = call('ping');

function challengeAt(path: string, error?: string): string {
  const where = `resource_metadata="${harness.url}/.well-known/oauth-protected-resource${path}", scope="mcp:read mcp:call", DPoP algs="ES256 EdDSA RS256 PS256"`;
  return error === undefined ? `Bearer ${where}` : `Bearer error="${error}", ${where}`;
}

describe('a caller without a credential', () => {
  test.each(['/mcp', '/mcp/acme', '/mcp/acme/', '/mcp/acme/sse', '/mcp/acme/c/items', '/api/ext/mcp'])(
    'is told at %s where to sign in for exactly this address',
    async (path) => {
      const { headers, json, status } = await harness.rpc(PING, { path });
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toBe(challengeAt(path));
      expect(json).toEqual({
        error: {
          code: 'unauthenticated',
          message: 'Sign in, or send a key.',
          request_id: headers['x-request-id'],
        },
      });
    },
  );

  test.each(['GET', 'DELETE', 'HEAD', 'PUT'])(
    'is challenged on %s too, as clients look before they post',
    async (method) => {
      const { headers, status } = await harness.send(method, '/mcp/acme/sse', {
        headers: { accept: 'text/event-stream' },
      });
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toBe(challengeAt('/mcp/acme/sse'));
    },
  );

  test('is answered 404 where there is no such organisation', async () => {
    const { headers, json, status } = await harness.rpc(PING, { path: '/mcp/nobody' });
    expect(status).toBe(404);
    expect(json.error.code).toBe('not_found');
    expect(headers['www-authenticate']).toBeUndefined();
  });

  test.each(['/mcp/ACME', '/mcp/acme/sse/more', '/mcp/acme%2fsse', '/mcp//acme', '/mcp/acme/x/items'])(
    'is answered 404 at %s, which is no address of ours',
    async (path) => {
      expect((await harness.rpc(PING, { path })).status).toBe(404);
    },
  );

  test('cannot pass one in the query, in a cookie or in the body', async () => {
    const { secret } = harness.caller();
    const message = {
      ...PING,
      params: { access_token: secret, _meta: { authorization: `Bearer ${secret}` } },
    };
    const { headers, status } = await harness.rpc(message, {
      path: `/mcp/acme?access_token=${secret}&api_key=${secret}`,
      headers: { cookie: `authorization=${secret}; access_token=${secret}` },
    });
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBe(challengeAt('/mcp/acme'));
  });
});

describe('a credential that is not good', () => {
  test.each([
    ['unknown key', { authorization: 'Bearer lk_test_unknown' }],
    ['unknown token', { authorization: 'Bearer eyJ.a.b' }],
    ['another scheme', { authorization: 'Basic bGs6bGs=' }],
    ['an empty bearer', { authorization: 'Bearer ' }],
    ['two in one header', { authorization: 'Bearer lk_test_a, Bearer lk_test_b' }],
    ['a key that is no key', { 'x-api-key': 'eyJ.a.b' }],
  ])('(%s) is challenged with invalid_token', async (_, headers) => {
    const answer = await harness.rpc(PING, { headers });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe(challengeAt('/mcp/acme', 'invalid_token'));
    expect(answer.json.error.code).toBe('unauthenticated');
  });

  test('of two credentials at once neither is taken', async () => {
    const { bearer, secret } = harness.caller();
    for (const path of ['/mcp/acme', '/api/items/credits']) {
      const { json, status } = await harness.rpc(PING, { path, headers: { ...bearer, 'x-api-key': secret } });
      expect(status).toBe(400);
      expect(json.error.code).toBe('invalid_request');
    }
  });

  test('stops working on the next call when it is revoked or its holder leaves', async () => {
    const first = harness.caller({ kind: 'token' });
    expect((await harness.rpc(PING, { headers: first.bearer })).status).toBe(200);
    first.revoke();
    expect((await harness.rpc(PING, { headers: first.bearer })).status).toBe(401);

    const second = harness.caller();
    expect((await harness.rpc(PING, { headers: second.bearer })).status).toBe(200);
    second.leave();
    expect((await harness.rpc(PING, { headers: second.bearer })).status).toBe(401);
  });

  test('that cannot be checked is no refusal and no entrance, and says nothing of what is behind', async () => {
    const { headers, json, status, text } = await harness.rpc(PING, {
      headers: { 'x-api-key': 'lk_test_broken' },
    });
    expect(status).toBe(503);
    expect(json.error.code).toBe('unavailable');
    expect(headers['retry-after']).toBe('1');
    expect(text).not.toContain('10.0.0.7');
  });
});

describe('a key', () => {
  test.each(['authorization', 'x-api-key'])('opens both doors when it comes in %s', async (header) => {
    const { secret } = harness.caller();
    const headers = { [header]: header === 'authorization' ? `bearer ${secret}` : secret };
    for (const path of ['/mcp', '/mcp/acme', '/mcp/acme/sse', '/mcp/acme/c/items', '/api/ext/mcp']) {
      expect((await harness.rpc(PING, { path, headers })).json).toEqual({
        jsonrpc: '2.0',
        id: 1,
        result: {},
      });
    }
    expect((await harness.send('GET', '/api/items/credits', { headers })).status).toBe(200);
  });
});

describe('an access token', () => {
  test.each([
    ['/mcp', '/mcp/acme', 200],
    ['/mcp', '/api/ext/mcp', 200],
    ['/mcp/acme', '/mcp/acme/sse', 200],
    ['/mcp/acme', '/mcp/acme/c/items', 200],
    ['/mcp/acme', '/mcp', 401],
    ['/mcp/acme/sse', '/mcp/acme', 401],
    ['/mcp/acme/c/items', '/mcp/acme/c/other', 401],
  ])('for %s is answered at %s with %i', async (resource, path, expected) => {
    const { bearer } = harness.caller({ kind: 'token', resource });
    expect((await harness.rpc(PING, { path, headers: bearer })).status).toBe(expected);
  });

  test('never opens the REST door, and the refusal points to no authorization server', async () => {
    const { bearer } = harness.caller({ kind: 'token' });
    const sentBefore = harness.upstream.received.length;
    const { headers, json, status } = await harness.send('GET', '/api/items/credits', { headers: bearer });
    expect(status).toBe(401);
    expect(json.error.code).toBe('unauthenticated');
    expect(headers['www-authenticate']).toBe('Bearer realm="api"');
    expect(harness.upstream.received).toHaveLength(sentBefore);
  });
});

describe('organisations are apart', () => {
  test.each(['key', 'token'] as const)(
    'a %s of one is worth nothing at another, existing or not',
    async (kind) => {
      const { bearer } = harness.caller({ org: 'globex', kind });
      for (const path of ['/mcp/acme', '/mcp/acme/sse', '/mcp/acme/c/items', '/mcp/nobody']) {
        const { headers, status, text } = await harness.rpc(toolCall('get_credits'), {
          path,
          headers: bearer,
        });
        expect(status).toBe(401);
        expect(headers['www-authenticate']).toBe(challengeAt(path, 'invalid_token'));
        expect(text).not.toContain('globex');
      }
    },
  );

  test('at an address that names no connector of theirs, a member is told that there is nothing', async () => {
    const { bearer } = harness.caller();
    for (const path of ['/mcp/acme/c/nothing', '/mcp/acme/t/anything']) {
      const { json, status } = await harness.rpc(call('tools/list'), { path, headers: bearer });
      expect(status).toBe(404);
      expect(json.error.code).toBe('not_found');
    }
  });
});

test('after a method that the address does not take, the answer says which it takes', async () => {
  const { bearer } = harness.caller();
  for (const method of ['GET', 'DELETE', 'PUT', 'PATCH']) {
    const { headers, status } = await harness.send(method, '/mcp/acme', { headers: bearer });
    expect(status).toBe(405);
    expect(headers['allow']).toBe('POST');
  }
});

test('every answer carries a request id of ours, never the one it was sent', async () => {
  const { bearer } = harness.caller();
  const answers = await Promise.all([
    harness.rpc(PING, { headers: { ...bearer, 'x-request-id': 'mine' } }),
    harness.rpc(PING, { headers: { 'x-request-id': 'mine' } }),
    harness.rpc('{', { headers: bearer }),
    harness.send('GET', '/api/items/credits', { headers: { ...bearer, 'x-request-id': 'mine' } }),
    harness.send('GET', '/api/items/nothing', { headers: bearer }),
    harness.send('OPTIONS', '/mcp/acme'),
  ]);
  const ids = answers.map(({ headers }) => headers['x-request-id']);
  for (const id of ids) expect(id).toMatch(/^req_[A-Za-z0-9_-]{20}$/);
  expect(new Set(ids).size).toBe(ids.length);
});
