import { createConnection } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dial } from './front/support.ts';
import { startDemo, type RunningDemo } from './support/app.ts';
import { connect, refresh, rpc } from './support/oauth-client.ts';

let demo: RunningDemo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());

test.each([
  ['token mode', 'acme', 'owner@acme.test'],
  ['key mode', 'globex', 'owner@globex.test'],
])(
  'in %s a revoked connection gets 401 with a challenge on its next call, and invalid_grant',
  async (_mode, slug, email) => {
    const path = `/mcp/${slug}`;
    const { tokens, clientId, person } = await connect(demo.url, { email, access: 'full', path });
    const bearer = { authorization: `Bearer ${tokens.access_token}` };
    expect((await rpc(demo.url + path, bearer, 'tools/list')).status).toBe(200);

    const headers = { cookie: person.cookieHeader(), origin: demo.url, 'content-type': 'application/json' };
    const keysUrl = `${demo.url}/portal/v1/organisations/${slug}/keys`;
    const listed = (await (await fetch(keysUrl, { headers })).json()) as {
      items: { id: string; name: string }[];
    };
    const key = listed.items.find(({ name }) => name === 'Test app (MCP connector)');
    expect(
      (await fetch(`${keysUrl}/${key?.id}/revoke`, { method: 'POST', headers, body: '{}' })).status,
    ).toBe(200);

    const refused = await rpc(demo.url + path, bearer, 'tools/list');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe(
      `Bearer error="invalid_token", resource_metadata="${demo.url}/.well-known/oauth-protected-resource${path}", scope="mcp:read mcp:call", DPoP algs="ES256 EdDSA RS256 PS256"`,
    );
    const refreshed = await refresh(demo.url, clientId, tokens.refresh_token);
    expect(refreshed.status).toBe(400);
    expect(await refreshed.json()).toMatchObject({ error: 'invalid_grant' });
  },
);

test('what is no HTTP gets 400 with a request id, and the service goes on', async () => {
  const socket = createConnection(Number(new URL(demo.url).port), '127.0.0.1');
  socket.end('NONSENSE\r\n\r\n');
  const answer = (await socket.setEncoding('utf8').toArray()).join('');
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toMatch(/X-Request-Id: req_/);
  expect((await fetch(`${demo.url}/healthz`)).status).toBe(200);
});

test('what is no HTTP and comes after an answer gets 400, too', async () => {
  const line = await dial(Number(new URL(demo.url).port));
  for (const path of ['/healthz', '/readyz']) {
    line.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await expect.poll(line.text).toMatch(/"status":"(ok|ready)"/);
  }
  line.send('NONSENSE\r\n\r\n');
  await expect.poll(line.isClosed).toBe(true);
  expect(line.text()).toMatch(/HTTP\/1\.1 400 [^]*not a well-formed HTTP request/);
});

test.each([
  ['at once', ''],
  ['once it is its turn', 'GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n'],
])(
  'what is no HTTP becomes no part of an answer that has begun %s: that breaks off',
  async (_when, before) => {
    const { tokens } = await connect(demo.url, {
      email: 'owner@acme.test',
      access: 'full',
      path: '/mcp/acme',
    });
    const line = await dial(Number(new URL(demo.url).port));
    line.send(
      `${before}GET /mcp/acme/sse HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${tokens.access_token}\r\n\r\n`,
    );
    await expect.poll(line.text).toContain('event: endpoint');
    const said = line.text();
    line.send('\0\r\n\r\n');
    await expect.poll(line.isClosed).toBe(true);
    expect(line.text()).toBe(said);
  },
);
