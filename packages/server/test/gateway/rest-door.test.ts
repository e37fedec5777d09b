import { randomBytes } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { importConnector } from '../../src/connectors/import-connector.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { UPSTREAM_DOCUMENT } from './support/upstream.ts';

let harness: Harness;
let key: Record<string, string>;

beforeAll(async () => {
  harness = await startHarness({ upstreamTimeoutMs: 4_000 });
});
afterAll(() => harness.close());
beforeEach(() => {
  key = { 'x-api-key': harness.caller().secret };
  harness.upstream.received.length = 0;
  harness.upstream.answer((_, res) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  });
});

/** Sends the path exactly as it is: most clients tidy it first. */
function sendRaw(method: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(harness.url);
    const req = httpRequest({ hostname, port, method, path, headers: key }, (res) => {
      res.resume();
      res.on('end', () => resolve(res.statusCode ?? 0));
    });
    req.on('error', reject);
    req.end();
  });
}

describe('a request of the API', () => {
  test('goes to the upstream as it came, under our credential', async () => {
    const body = JSON.stringify({ name: 'ü' });
    const answer = await harness.send('POST', '/api/items/items?dry=1&tag=a%20b', {
      headers: {
        ...key,
        'content-type': 'application/json; charset=utf-8',
        'idempotency-key': 'abc',
        'x-flavour': 'undeclared here',
        cookie: 'session=1',
        forwarded: 'for=10.1.1.1',
        'x-http-method-override': 'DELETE',
        'proxy-authorization': 'Basic x',
        connection: 'keep-alive',
      },
      body,
    });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ ok: true });
    const [sent] = harness.upstream.received;
    expect(sent).toMatchObject({ method: 'POST', url: '/v1/items?dry=1&tag=a%20b' });
    expect(sent?.body.toString()).toBe(body);
    expect(Object.keys(sent?.headers ?? {}).sort()).toEqual(
      [
        'authorization',
        'connection',
        'content-length',
        'content-type',
        'host',
        'idempotency-key',
        'x-request-id',
      ].sort(),
    );
    expect(sent?.headers).toMatchObject({
      authorization: expect.stringMatching(/^Bearer assertion\.acme\.full\./),
      'x-request-id': answer.headers['x-request-id'],
    });
  });

  test('keeps the headers that its operation declares', async () => {
    await harness.send('GET', '/api/items/items', { headers: { ...key, 'X-Flavour': 'sweet' } });
    expect(harness.upstream.received[0]?.headers['x-flavour']).toBe('sweet');
  });

  test('may be one that no tool can express', async () => {
    const answer = await harness.send('POST', '/api/items/media', {
      headers: { ...key, 'content-type': 'application/xml' },
      body: '<a/>',
    });
    expect(answer.status).toBe(200);
    expect(harness.upstream.received[0]?.body.toString()).toBe('<a/>');
  });

  test('comes back without what is only the upstream’s business', async () => {
    harness.upstream.answer((_, res) => {
      res
        .writeHead(203, {
          'content-type': 'text/html',
          'set-cookie': 'upstream=1',
          server: 'nginx/1.0',
          'x-powered-by': 'Express',
          'access-control-allow-origin': '*',
          'strict-transport-security': 'max-age=1',
          'x-request-id': 'theirs',
          'latchkey-error': 'unauthenticated',
          ratelimit: '"theirs";r=1',
          connection: 'x-hop',
          'x-hop': '1',
          'x-total': '3',
          etag: '"1"',
          vary: 'Accept',
        })
        .end('<p>hello</p>');
    });
    const { headers, status, text } = await harness.send('GET', '/api/items/credits', { headers: key });
    expect([status, text]).toEqual([203, '<p>hello</p>']);
    for (const dropped of [
      'set-cookie',
      'server',
      'x-powered-by',
      'access-control-allow-origin',
      'strict-transport-security',
      'x-hop',
      'latchkey-error',
    ]) {
      expect(headers[dropped]).toBeUndefined();
    }
    expect(headers).toMatchObject({
      'x-total': '3',
      etag: '"1"',
      vary: 'Authorization, X-API-Key, Accept',
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
      ratelimit: expect.stringContaining('"key"'),
      'x-request-id': expect.stringMatching(/^req_/),
    });
  });

  test.each([201, 204, 304, 403, 404, 409, 422, 429, 500, 503])(
    'with the upstream’s %i comes back as it is',
    async (status) => {
      const bodiless = status === 204 || status === 304;
      harness.upstream.answer((_, res) => {
        res
          .writeHead(status, { 'content-type': 'application/problem+json', 'retry-after': '9' })
          .end(bodiless ? '' : '{"code":"x"}');
      });
      const answer = await harness.send('GET', '/api/items/credits', { headers: key });
      expect([answer.status, answer.text, answer.headers['retry-after']]).toEqual([
        status,
        bodiless ? '' : '{"code":"x"}',
        '9',
      ]);
    },
  );

  test('that HEAD asks for is answered by the GET operation', async () => {
    const { status, text } = await harness.send('HEAD', '/api/items/credits', { headers: key });
    expect([status, text, harness.upstream.received[0]?.method]).toEqual([200, '', 'HEAD']);
  });

  test.each([
    ['/v1/items/7', '/api/items/items/7'],
    ['/v1', '/api/items'],
    ['items/7', '/api/items/items/7'],
    ['/login', '/login'],
    ['https://files.example.com/x', 'https://files.example.com/x'],
  ])('that is sent on to %s is sent on to %s', async (theirs, ours) => {
    harness.upstream.answer((_, res) => {
      const absolute = theirs.startsWith('/v1') ? new URL(theirs, harness.upstream.baseUrl).href : theirs;
      res.writeHead(303, { location: absolute }).end();
    });
    const { headers } = await harness.send('GET', '/api/items/credits', { headers: key });
    expect(headers['location']).toBe(ours);
  });

  test('the upstream’s 401 is about our credential, so it is no 401 of ours', async () => {
    harness.upstream.answer((_, res) => {
      res.writeHead(401, { 'www-authenticate': 'Bearer realm="theirs"' }).end('{"secret":"detail"}');
    });
    const { headers, json, status, text } = await harness.send('GET', '/api/items/credits', { headers: key });
    expect([status, json.error.code]).toEqual([502, 'upstream_invalid']);
    expect(headers['www-authenticate']).toBeUndefined();
    expect(text).not.toContain('detail');
  });

  test.each([600, 604, 999])('a status that HTTP does not know is no answer of ours: %i', async (unknown) => {
    harness.upstream.answer((_, res) => void res.writeHead(unknown).end('{"secret":"detail"}'));
    const { json, status } = await harness.send('GET', '/api/items/credits', { headers: key });
    expect([status, json.error.code]).toEqual([502, 'upstream_invalid']);
  });
});

describe('access at the REST door', () => {
  test('a read-only key reads, and changes nothing whatever it tries', async () => {
    const { secret } = harness.caller({ access: 'read' });
    key = { 'x-api-key': secret };
    expect((await harness.send('GET', '/api/items/items', { headers: key })).status).toBe(200);
    const sentBefore = harness.upstream.received.length;
    for (const [method, path] of [
      ['POST', '/api/items/items'],
      ['DELETE', '/api/items/items/1'],
      ['POST', '/api/items/media'],
    ] as const) {
      const { json, status } = await harness.send(method, path, { headers: key });
      expect([status, json.error.code]).toEqual([403, 'forbidden']);
    }
    expect(harness.upstream.received).toHaveLength(sentBefore);
  });

  test('what can change something is recorded before it leaves and after, by method and template', async () => {
    const seen: unknown[] = [];
    harness.upstream.answer(async (request, res) => {
      seen.push(
        ...(await harness.auditOf('acme')).filter(
          ({ requestId }) => requestId === request.headers['x-request-id'],
        ),
      );
      res.writeHead(204).end();
    });
    const { headers } = await harness.send('DELETE', '/api/items/items/secret-id', { headers: key });
    const entry = { action: 'api.call', target: 'DELETE /items/{id}', detail: { connector: 'items' } };
    expect(seen).toMatchObject([{ phase: 'intent', ...entry }]);
    const ours = async () =>
      (await harness.auditOf('acme')).filter((row) => row.requestId === headers['x-request-id']);
    await expect
      .poll(ours)
      .toMatchObject([{ phase: 'outcome', outcome: 'ok', status: 204, ...entry }, { phase: 'intent' }]);
  });

  test('an organisation reaches its own connectors only', async () => {
    const { secret } = harness.caller({ org: 'globex' });
    expect(
      (await harness.send('GET', '/api/nothing/credits', { headers: { 'x-api-key': secret } })).status,
    ).toBe(404);
    const { status } = await harness.send('GET', '/api/items/credits', { headers: { 'x-api-key': secret } });
    expect(status).toBe(200);
    expect(harness.upstream.received.at(-1)?.headers.authorization).toContain('assertion.globex.');
  });
});

describe('a path that is no operation', () => {
  test.each([
    ['GET', '/api/items/nothing', 404],
    ['GET', '/api/items', 404],
    ['GET', '/api/items/', 404],
    ['GET', '/api/nothing', 404],
    ['GET', '/api/', 404],
    ['GET', '/api/items/items/1/parts', 404],
    ['PUT', '/api/items/items', 405],
    ['GET', '/api/items/../items/credits', 400],
    ['GET', '/api/items/items/../credits', 400],
    ['GET', '/api/items/items/%2e%2e', 400],
    ['GET', '/api/items/items/..%2fcredits', 400],
    ['GET', '/api/items/items/%252e%252e%252fcredits', 400],
    ['GET', '/api/items/items/a%5cb', 400],
    ['GET', '/api/items//items', 400],
    ['GET', '/api/items/items/..;/credits', 400],
    ['GET', '/api/items/credits?a#b', 400],
    ['GET', '/api/../mcp/acme', 404],
  ])('%s %s is %i, and nothing is sent', async (method, path, expected) => {
    expect(await sendRaw(method, path)).toBe(expected);
    expect(harness.upstream.received).toEqual([]);
  });

  test('of another method names the methods that there are', async () => {
    const { headers, json, status } = await harness.send('PATCH', '/api/items/items/1', { headers: key });
    expect([status, json.error.code, headers['allow']]).toEqual([405, 'method_not_allowed', 'DELETE, GET']);
  });
});

describe('large and slow bodies', () => {
  test('stream through in both directions, byte for byte', async () => {
    const body = randomBytes(20 * 1024 * 1024);
    harness.upstream.answer((request, res) => {
      res.writeHead(200, { 'content-type': 'application/octet-stream' }).end(request.body);
    });
    const response = await fetch(`${harness.url}/api/items/media`, {
      method: 'POST',
      headers: { ...key, 'content-type': 'application/octet-stream' },
      body: new Blob([body]).stream(),
      duplex: 'half',
    });
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
  });

  test('reach the caller piece by piece', async () => {
    const next: (() => void)[] = [];
    harness.upstream.answer((_, res) => {
      res.writeHead(200, { 'content-type': 'text/plain' });
      res.write('first');
      next.push(() => res.end('second'));
    });
    const response = await fetch(`${harness.url}/api/items/credits`, { headers: key });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe('first');
    next[0]?.();
    expect((await reader?.read())?.value).toBe('second');
  });

  test('above 50 MB are refused, whether or not they say how long they are', async () => {
    const told = await harness.send('POST', '/api/items/media', {
      headers: { ...key, 'content-length': String(50 * 1024 * 1024 + 1) },
      body: Buffer.alloc(50 * 1024 * 1024 + 1),
    });
    expect([told.status, told.json.error.code]).toEqual([413, 'payload_too_large']);
    const chunked = await fetch(`${harness.url}/api/items/media`, {
      method: 'POST',
      headers: key,
      body: new Blob([Buffer.alloc(51 * 1024 * 1024)]).stream(),
      duplex: 'half',
    });
    expect(chunked.status).toBe(413);
    expect(await chunked.json()).toMatchObject({ error: { code: 'payload_too_large' } });
    expect(harness.upstream.received).toEqual([]);
  });

  test('an upstream that answers before it has read the upload does not cost the caller an answer', async () => {
    const early = createServer((_, res) =>
      res.writeHead(422, { connection: 'close' }).end('{"code":"early"}'),
    );
    await new Promise<void>((resolve) => early.listen(0, '127.0.0.1', resolve));
    const { port } = early.address() as AddressInfo;
    const orgId = harness.orgId('acme');
    const baseUrl = `http://127.0.0.1:${port}`;
    const source = { orgId, slug: 'early', name: 'Early', baseUrl, document: UPSTREAM_DOCUMENT };
    expect((await importConnector(harness.store, source)).ok).toBe(true);
    harness.catalogues.invalidate(orgId);
    const upload = { headers: key, body: Buffer.alloc(8 * 1024 * 1024) };
    const answer = await harness.send('POST', '/api/early/media', upload);
    // Whether the answer or the break comes first is the network's choice; it is told either way.
    expect([422, 502]).toContain(answer.status);
    early.closeAllConnections();
    await new Promise((resolve) => early.close(resolve));
  });
});

describe('an upstream that fails', () => {
  test.each([
    ['never answers', 'upstream_timeout', 504, () => undefined],
    ['breaks off', 'upstream_reset', 502, (_: unknown, res: { destroy(): void }) => res.destroy()],
  ] as const)('(%s) is %s', async (_, code, status, answer) => {
    harness.upstream.answer(answer);
    const { headers, json, ...rest } = await harness.send('GET', '/api/items/credits', { headers: key });
    expect([rest.status, json.error.code, json.error.request_id]).toEqual([
      status,
      code,
      headers['x-request-id'],
    ]);
  });

  test('(breaks off within its answer) breaks the answer off too, and later calls go on', async () => {
    harness.upstream.answer((_, res) => {
      res.writeHead(200, { 'content-type': 'text/plain', 'content-length': '100' });
      res.write('half', () => res.destroy());
    });
    const broken = harness.send('GET', '/api/items/credits', { headers: key });
    await expect(broken).rejects.toThrow(/terminated|closed|aborted|socket/);
    const latest = async () => (await harness.auditOf('acme'))[0];
    await expect
      .poll(latest)
      .toMatchObject({ outcome: 'failed', status: 200, detail: { reason: 'upstream_reset' } });
    harness.upstream.answer((_, res) => res.end('whole'));
    expect((await harness.send('GET', '/api/items/credits', { headers: key })).text).toBe('whole');
  });

  test('(sends headers that nobody may send) is answered all the same', async () => {
    harness.upstream.answer((_, res) => {
      res.socket?.end(
        'HTTP/1.1 200 OK\r\nX-Odd: \xe2\x82\xac\r\nX-Good: 1\r\nContent-Length: 2\r\n\r\nok',
        'latin1',
      );
    });
    const { headers, status, text } = await harness.send('GET', '/api/items/credits', { headers: key });
    expect([status, text, headers['x-good']]).toEqual([200, 'ok', '1']);
  });

  test('when the caller goes away, the upstream is let go too', async () => {
    const controller = new AbortController();
    const arrived = new Promise<void>((resolve) => harness.upstream.answer(() => resolve()));
    const gone = fetch(`${harness.url}/api/items/items/left`, { headers: key, signal: controller.signal });
    await arrived;
    controller.abort();
    await expect(gone).rejects.toThrow('aborted');
    await expect.poll(() => harness.upstream.aborted).toContain('/v1/items/left');
  });
});
