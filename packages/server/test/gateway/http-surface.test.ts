import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHarness, type Harness } from './support/harness.ts';
import { call, toolCall } from './support/messages.ts';

let harness: Harness;
let abroad: Harness;

beforeAll(async () => {
  harness = await startHarness();
  abroad = await startHarness({ mcpBaseUrl: 'https://mcp.example.com' });
});
afterAll(async () => {
  await harness.close();
  await abroad.close();
});

const PING = call('ping');

/** Bytes as they are, and the first line of what comes back. */
function sendBytes(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.includes('\r\n')) socket.destroy();
    });
    socket.on('close', () => resolve(text.split('\r\n')[0] ?? ''));
    socket.on('error', reject);
  });
}

const pingAs = (target: Harness, headers: Record<string, string>) => {
  const body = JSON.stringify(PING);
  const all = {
    'Content-Type': 'application/json',
    'Content-Length': String(body.length),
    ...target.caller().bearer,
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return sendBytes(target.url, `POST /mcp/acme HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
};

describe('a service on this computer', () => {
  test.each([
    'evil.test:4747',
    'evil.test',
    '127.0.0.1.evil.test',
    'localhost.evil.test',
    'a b',
    '[::1',
    'user@localhost',
  ])('is not reached by DNS rebinding, whatever the page brings along (Host: %s)', async (host) => {
    expect(await pingAs(harness, { Host: host })).toMatch(/^HTTP\/1\.1 40[03] /);
  });

  test.each(['localhost', 'localhost:9999', '127.0.0.1', '[::1]:4747', 'LOCALHOST', 'gateway:4747'])(
    'answers to Host: %s',
    async (host) => {
      expect(await pingAs(harness, { Host: host })).toBe('HTTP/1.1 200 OK');
    },
  );

  test.each([
    'https://evil.test',
    'http://localhost.evil.test',
    'null',
    'http://10.0.0.5',
    'https://127.0.0.1.evil.test',
    'nonsense',
  ])('does not hear a page of %s', async (origin) => {
    const { json, status } = await harness.rpc(PING, { headers: { ...harness.caller().bearer, origin } });
    expect([status, json.error.code]).toEqual([403, 'forbidden']);
    expect((await harness.send('OPTIONS', '/mcp/acme', { headers: { origin } })).status).toBe(403);
  });

  test.each([
    'http://localhost:6274',
    'http://127.0.0.1:3000',
    'http://[::1]:8080',
    'https://localhost',
    'vscode-webview://abc',
  ])('hears a program of this computer at %s, and lets it read the answer', async (origin) => {
    const { headers, status } = await harness.rpc(PING, { headers: { ...harness.caller().bearer, origin } });
    expect(status).toBe(200);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });
});

describe('a public service', () => {
  test('answers to its own name and to addresses, and to no other name', async () => {
    expect(await pingAs(abroad, { Host: 'mcp.example.com' })).toBe('HTTP/1.1 200 OK');
    expect(await pingAs(abroad, { Host: 'MCP.example.com:443' })).toBe('HTTP/1.1 200 OK');
    expect(await pingAs(abroad, { Host: '10.0.0.7:4747' })).toBe('HTTP/1.1 200 OK');
    expect(await pingAs(abroad, { Host: 'evil.test' })).toMatch(/ 403 /);
    expect(await pingAs(abroad, { Host: 'mcp.example.com.evil.test' })).toMatch(/ 403 /);
  });

  test('hears pages of anywhere under its own name, as they bring their own credential', async () => {
    expect(await pingAs(abroad, { Host: 'mcp.example.com', Origin: 'https://inspector.example.org' })).toBe(
      'HTTP/1.1 200 OK',
    );
    expect(await pingAs(abroad, { Host: '127.0.0.1', Origin: 'https://evil.test' })).toMatch(/ 403 /);
  });

  test('points to its public address in challenges', async () => {
    const { headers } = await abroad.rpc(PING, { path: '/mcp/acme/sse' });
    expect(headers['www-authenticate']).toBe(
      'Bearer resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp/acme/sse", scope="mcp:read mcp:call", DPoP algs="ES256 EdDSA RS256 PS256"',
    );
  });
});

describe('pages in a browser', () => {
  const origin = 'http://localhost:6274';

  test('learn from a preflight what they may send, without a credential', async () => {
    const { headers, status, text } = await harness.send('OPTIONS', '/mcp/acme', {
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,mcp-protocol-version',
      },
    });
    expect([status, text]).toEqual([204, '']);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-methods']).toContain('POST');
    for (const name of [
      'Authorization',
      'X-API-Key',
      'Content-Type',
      'MCP-Protocol-Version',
      'Mcp-Method',
      'Mcp-Name',
    ]) {
      expect(headers['access-control-allow-headers']).toContain(name);
    }
  });

  test('may read the challenge, or they could not sign in', async () => {
    const { headers, status } = await harness.rpc(PING, { headers: { origin } });
    expect(status).toBe(401);
    expect(headers['access-control-expose-headers']).toContain(
      'WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, X-Request-Id',
    );
  });
});

describe('whatever comes in, the process stays up', () => {
  const noise = [
    'GARBAGE\r\n\r\n',
    'POST /mcp/acme HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nContent-Length: 20\r\n\r\n',
    'POST /mcp/acme HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n',
    'POST /mcp/acme HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
    'GET /mcp/acme HTTP/1.0\r\n\r\n',
    'GET http://evil.test/mcp/acme HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n',
    `GET /mcp/${'a'.repeat(10_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    'GET /api/%00%ff/..%c0%af HTTP/1.1\r\nHost: localhost\r\n\r\n',
  ];
  test.each(noise)('%j', async (bytes) => {
    expect(await sendBytes(harness.url, bytes)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect((await harness.rpc(PING, { headers: harness.caller().bearer })).status).toBe(200);
  });

  test('a caller that leaves in the middle of its message', async () => {
    const { hostname, port } = new URL(harness.url);
    const { secret } = harness.caller();
    const logsBefore = harness.logged.length;
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST /mcp/acme HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${secret}\r\nContent-Length: 1000\r\n\r\n{"json`,
          () => socket.destroy(),
        );
      });
      socket.on('close', () => resolve());
    });
    expect((await harness.rpc(PING, { headers: harness.caller().bearer })).status).toBe(200);
    expect(harness.logged).toHaveLength(logsBefore);
  });

  test('a fault of our own is a 500 with a request id, and its cause stays in the log', async () => {
    const { bearer } = harness.caller({ org: 'globex' });
    harness.catalogues.invalidate('*');
    await harness.store.pool.query('alter table connectors rename to connectors_away');
    try {
      const { headers, json, status, text } = await harness.rpc(call('tools/list'), {
        path: '/mcp/globex',
        headers: bearer,
      });
      expect([status, json.error.code, json.error.request_id]).toEqual([
        500,
        'internal',
        headers['x-request-id'],
      ]);
      expect(text).not.toMatch(/connectors|select| at /);
      expect(harness.logged.join('\n')).toContain(String(headers['x-request-id']));
    } finally {
      await harness.store.pool.query('alter table connectors_away rename to connectors');
    }
    expect((await harness.rpc(call('tools/list'), { path: '/mcp/globex', headers: bearer })).status).toBe(
      200,
    );
  });

  test('no credential is ever written to the log', async () => {
    const secrets = [harness.caller(), harness.caller({ kind: 'token' })];
    for (const { bearer } of secrets) {
      await harness.rpc(toolCall('get_credits'), { headers: bearer });
      await harness.rpc('{', { headers: bearer });
    }
    await harness.rpc(PING, { headers: { 'x-api-key': 'lk_test_xbroken' } });
    const log = harness.logged.join('\n');
    for (const { secret } of secrets) expect(log).not.toContain(secret);
    expect(log).not.toContain('lk_test_xbroken');
  });
});

describe('closing', () => {
  test('waits for calls under way, and answers what still comes on a connection of before, which it then closes', async () => {
    const closing = await startHarness();
    const { bearer } = closing.caller();
    const finish: (() => void)[] = [];
    const arrived = new Promise<void>((resolve) =>
      closing.upstream.answer((_, res) => {
        finish.push(() => res.end('{"late":true}'));
        resolve();
      }),
    );
    const late = closing.rpc(toolCall('get_credits'), { headers: bearer });
    await arrived;
    const closed = closing.gateway.close(60_000);
    const last = await closing.rpc(PING, { headers: bearer });
    expect([last.status, last.headers['connection'], last.json.result]).toEqual([200, 'close', {}]);
    finish[0]?.();
    expect((await late).json.result.content[0].text).toContain('late');
    await closed;
    const refused = await closing.rpc(PING, { headers: bearer });
    expect([refused.status, refused.json.error.code]).toEqual([503, 'unavailable']);
    await closing.close();
  });

  test('ends what is not over in time', async () => {
    const closing = await startHarness();
    const arrived = new Promise<void>((resolve) => closing.upstream.answer(() => resolve()));
    const stuck = closing.rpc(toolCall('get_credits'), { headers: closing.caller().bearer });
    const outcome = stuck.then(
      () => 'answered',
      () => 'ended',
    );
    await arrived;
    await closing.gateway.close(1);
    expect(await outcome).toBe('ended');
    await closing.close();
  });
});
