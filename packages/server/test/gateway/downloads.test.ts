import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { createDownloadLinks, DOWNLOAD_PATH, type DownloadOrder } from '../../src/gateway/download/links.ts';
import { deriveKey } from '../../src/kernel/seal.ts';
import { newProofKey } from '../support/dpop.ts';
import { startHarness, type Harness } from './support/harness.ts';
import { modern, toolCall } from './support/messages.ts';

let harness: Harness;
let nowMs = Date.now();
let answer: { type: string; body: Buffer; headers: Record<string, string>; status: number };

const PDF = Buffer.concat([
  Buffer.from('%PDF-1.7\n'),
  Buffer.from(Array.from({ length: 5_000 }, (_, i) => i % 256)),
]);
const JUNE = { 'mcp-protocol-version': '2025-06-18' };

beforeAll(async () => {
  harness = await startHarness({ clock: { nowMs: () => nowMs } });
});
afterAll(() => harness.close());
beforeEach(() => {
  harness.upstream.received.length = 0;
  answer = { type: 'application/pdf', body: PDF, headers: {}, status: 200 };
  harness.upstream.answer((_, res) => {
    res.writeHead(answer.status, { 'content-type': answer.type, ...answer.headers }).end(answer.body);
  });
});

type Caller = ReturnType<Harness['caller']>;

async function resultFor(caller: Caller, path = '/mcp/acme', name = 'get_item', args: object = { id: '7' }) {
  const headers = { ...caller.bearer, ...JUNE };
  const { json } = await harness.rpc(toolCall(name, args), { path, headers });
  return json.result as CallToolResult;
}

async function linkFor(caller: Caller, path?: string): Promise<string> {
  const { content } = await resultFor(caller, path);
  const link = content.find((block) => block.type === 'resource_link');
  if (link?.type !== 'resource_link') throw new Error(`no link in ${JSON.stringify(content)}`);
  return link.uri;
}

async function open(uri: string, headers: Record<string, string>, method = 'GET') {
  const response = await fetch(uri, { method, headers, redirect: 'manual' });
  const body = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, body };
}

const received = () => harness.upstream.received.map(({ method, url }) => `${method} ${url}`);

describe('a file that a read tool answers with', () => {
  test('is a link to it, with its name, type and size, and no byte of it is in the text', async () => {
    answer.headers = { 'content-disposition': 'attachment; filename="invoice 7.pdf"' };
    const { content } = await resultFor(harness.caller());
    expect(content).toEqual([
      { type: 'text', text: expect.stringContaining(`${PDF.length} bytes of application/pdf`) },
      {
        type: 'resource_link',
        uri: expect.stringContaining(`${harness.url}/downloads/`),
        name: 'invoice 7.pdf',
        mimeType: 'application/pdf',
        size: PDF.length,
      },
    ]);
    expect(JSON.stringify(content)).not.toContain(PDF.toString('base64').slice(0, 40));
  });

  test.each([
    ['a key', { kind: 'key' }],
    ['a token', { kind: 'token' }],
    ['a read-only token', { kind: 'token', access: 'read' }],
  ] as const)('is fetched anew, byte for byte, by who got the link (%s)', async (_, options) => {
    const caller = harness.caller(options);
    const uri = await linkFor(caller);
    const { body, headers, status } = await open(uri, caller.bearer);
    expect(status).toBe(200);
    expect(body.equals(PDF)).toBe(true);
    expect(headers.get('content-type')).toBe('application/pdf');
    expect(headers.get('x-request-id')).toMatch(/^req_/);
    expect(headers.get('ratelimit')).not.toBeNull();
    expect(received()).toEqual(['GET /v1/items/7', 'GET /v1/items/7']);
    expect(harness.upstream.received[1]?.headers.authorization).toContain('assertion.acme');
  });

  test.each(['/mcp', '/mcp/acme', '/mcp/acme/c/items'])(
    'opens with a token for %s alone',
    async (resource) => {
      const caller = harness.caller({ kind: 'token', resource });
      expect((await open(await linkFor(caller, resource), caller.bearer)).status).toBe(200);
    },
  );

  test('is called a link in words where the revision has none', async () => {
    const { json } = await harness.rpc(toolCall('get_item', { id: '7' }), {
      headers: harness.caller().bearer,
    });
    const { content } = json.result as CallToolResult;
    expect(content.map(({ type }) => type)).toEqual(['text', 'text']);
    expect(JSON.stringify(content[1])).toContain(
      `get_item.pdf (application/pdf, ${PDF.length} bytes): ${harness.url}/downloads/`,
    );
    const { headers, message } = modern('tools/call', { name: 'get_item', arguments: { id: '7' } });
    const latest = await harness.rpc(message, { headers: { ...headers, ...harness.caller().bearer } });
    expect(latest.json.result.content[1].type).toBe('resource_link');
  });

  test('is shown if it is a small image or sound, and linked if it is a large one', async () => {
    answer = { ...answer, type: 'image/png', body: Buffer.alloc(1024 * 1024) };
    expect((await resultFor(harness.caller())).content).toMatchObject([
      { type: 'image', mimeType: 'image/png' },
    ]);
    answer.body = Buffer.alloc(1024 * 1024 + 1);
    expect((await resultFor(harness.caller())).content[1]).toMatchObject({
      type: 'resource_link',
      name: 'get_item.png',
    });
    answer = { ...answer, type: 'video/mp4', body: Buffer.alloc(10) };
    expect((await resultFor(harness.caller())).content[1]).toMatchObject({
      type: 'resource_link',
      mimeType: 'video/mp4',
    });
  });

  test('has no link where a second call could change something', async () => {
    const { content } = await resultFor(harness.caller(), '/mcp/acme', 'create_item', { name: 'x' });
    expect(content).toEqual([
      {
        type: 'text',
        text: `The API answered with ${PDF.length} bytes of application/pdf, which cannot be shown as text.`,
      },
    ]);
  });

  test('has no link where the arguments are too long for an address', async () => {
    const { content } = await resultFor(harness.caller(), '/mcp/acme', 'get_item', { id: 'x'.repeat(5_000) });
    expect(content).toHaveLength(1);
  });

  test('is in the audit trail, under the name of its tool and without its arguments', async () => {
    const caller = harness.caller();
    const { headers } = await open(await linkFor(caller), caller.bearer);
    await expect
      .poll(async () =>
        (await harness.auditOf('acme')).find(({ requestId }) => requestId === headers.get('x-request-id')),
      )
      .toMatchObject({
        action: 'file.download',
        target: 'get_item',
        outcome: 'ok',
        status: 200,
        actorId: caller.credential.actor.id,
      });
  });
});

describe('a link', () => {
  test('opens nothing without the credential, and says where to get one', async () => {
    const caller = harness.caller({ kind: 'token' });
    const uri = await linkFor(caller);
    const { headers, status } = await open(uri, {});
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain(
      `${harness.url}/.well-known/oauth-protected-resource/mcp/acme`,
    );
    expect(received()).toHaveLength(1);
  });

  test.each<[string, () => Caller]>([
    ['another user of the same organisation', () => harness.caller()],
    ['an owner of the same organisation', () => harness.caller({ role: 'owner' })],
    ['a user of another organisation', () => harness.caller({ org: 'globex' })],
    ['a token of another grant', () => harness.caller({ kind: 'token' })],
  ])('opens nothing for %s', async (_, other) => {
    const uri = await linkFor(harness.caller());
    const { body, status } = await open(uri, other().bearer);
    expect([401, 404]).toContain(status);
    expect(body.toString()).not.toContain('PDF');
    expect(received()).toHaveLength(1);
  });

  test('opens nothing once its grant is revoked, its member gone, or its organisation left', async () => {
    const [revoked, gone] = [harness.caller({ kind: 'token' }), harness.caller()];
    const uris = [await linkFor(revoked), await linkFor(gone)] as const;
    revoked.revoke();
    gone.leave();
    expect((await open(uris[0], revoked.bearer)).status).toBe(401);
    expect((await open(uris[1], gone.bearer)).status).toBe(401);
    expect(received()).toHaveLength(2);
  });

  test('opens nothing after ten minutes', async () => {
    const caller = harness.caller();
    const uri = await linkFor(caller);
    nowMs += 599_000;
    expect((await open(uri, caller.bearer)).status).toBe(200);
    nowMs += 2_000;
    expect((await open(uri, caller.bearer)).status).toBe(404);
  });

  test('opens nothing when a single character of it is another one', async () => {
    const caller = harness.caller();
    const uri = await linkFor(caller);
    const start = uri.indexOf('/downloads/') + '/downloads/'.length;
    for (let index = start; index < uri.length; index += 7) {
      const other = uri[index] === 'A' ? 'B' : 'A';
      const { status } = await open(uri.slice(0, index) + other + uri.slice(index + 1), caller.bearer);
      expect(status).toBe(404);
    }
    for (const bent of [`${uri}A`, uri.slice(0, -1), `${uri}/`, `${uri}%00`, `${uri}/../../api/items`])
      expect((await open(bent, caller.bearer)).status).toBeGreaterThanOrEqual(400);
    expect(received()).toHaveLength(1);
  });

  test.each([
    '/downloads/',
    '/downloads/..%2f..%2fetc',
    '/downloads/eyJhIjoxfQ',
    `/downloads/${'A'.repeat(7_000)}`,
  ])('that nobody made (%.40s) is nothing', async (path) => {
    expect((await open(harness.url + path, harness.caller().bearer)).status).toBe(404);
  });

  test('made by another service opens nothing here', async () => {
    const other = await startHarness();
    try {
      other.upstream.answer((_, res) => res.writeHead(200, { 'content-type': 'application/pdf' }).end(PDF));
      const theirs = other.caller();
      const { json } = await other.rpc(toolCall('get_item', { id: '7' }), {
        headers: { ...theirs.bearer, ...JUNE },
      });
      const { uri } = json.result.content[1] as { uri: string };
      expect((await open(uri.replace(other.url, harness.url), harness.caller().bearer)).status).toBe(404);
    } finally {
      await other.close();
    }
  });

  test.each(['POST', 'PUT', 'DELETE', 'HEAD'])('is not for %s', async (method) => {
    const caller = harness.caller();
    expect((await open(await linkFor(caller), caller.bearer, method)).status).toBe(405);
    expect(received()).toHaveLength(1);
  });

  test('is not a credential: nothing in it says what it stands for', async () => {
    const caller = harness.caller();
    const reference = (await linkFor(caller)).split('/downloads/')[1] ?? '';
    const bytes = Buffer.from(reference, 'base64url').toString('latin1');
    for (const secret of [caller.secret, caller.credential.keyId, 'get_item', 'items'])
      expect(bytes + reference).not.toContain(secret);
  });
});

test('a link got with a key that is proved is opened by a proof for the link, and by no other', async () => {
  const key = await newProofKey();
  const caller = harness.caller({ kind: 'token' });
  Object.assign(caller.credential, { boundTo: key.thumbprint });
  const mcp = `${harness.url}/mcp/acme`;
  const first = await fetch(mcp, { method: 'POST', headers: { authorization: `DPoP ${caller.secret}` } });
  const nonce = first.headers.get('dpop-nonce') ?? undefined;
  const headersFor = async (url: string, method: string) => ({
    authorization: `DPoP ${caller.secret}`,
    dpop: await key.proof({ url, method, accessToken: caller.secret, nonce }),
  });
  const proven = { ...(await headersFor(mcp, 'POST')), ...JUNE };
  const { json } = await harness.rpc(toolCall('get_item', { id: '7' }), { headers: proven });
  const { uri } = json.result.content[1] as { uri: string };

  const used = await headersFor(uri, 'GET');
  expect((await open(uri, caller.bearer)).status).toBe(401);
  expect((await open(uri, await headersFor(mcp, 'GET'))).status).toBe(401);
  expect((await open(uri, await headersFor(uri, 'POST'))).status).toBe(401);
  expect((await open(uri, used)).status).toBe(200);
  expect((await open(uri, used)).status).toBe(401);
  expect(received()).toHaveLength(2);
});

test('a link is opened by every node with the same secret, and by no other', () => {
  const order: DownloadOrder = {
    orgId: 'org_1',
    actorId: 'usr_1',
    keyId: 'key_1',
    grantId: undefined,
    resourcePath: '/mcp/acme',
    connectorId: 'con_1',
    tool: 'get_item',
    arguments: { id: '7', list: [1, { a: null }] },
  };
  const nodeWith = (secret: string) =>
    createDownloadLinks({
      key: deriveKey(secret, 'downloads'),
      mcpBaseUrl: 'https://mcp.example.com',
      clock: { nowMs: () => nowMs },
    });
  const [first, second, stranger] = [nodeWith('one'), nodeWith('one'), nodeWith('two')];
  const reference = first.make(order)?.split(DOWNLOAD_PATH)[1] ?? '';
  expect(second.open(reference)).toEqual(order);
  expect(stranger.open(reference)).toBeUndefined();
});

describe('what is downloaded', () => {
  test.each([
    'text/html',
    'image/svg+xml',
    'application/xhtml+xml',
    'text/xml',
    'application/javascript',
    'text/html; charset=utf-7',
  ])('never runs at our origin, even if it has become %s', async (type) => {
    const caller = harness.caller();
    const uri = await linkFor(caller);
    answer = { ...answer, type, body: Buffer.from('<script>alert(1)</script>') };
    const { headers, status } = await open(uri, caller.bearer);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toMatch(/^attachment; /);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; frame-ancestors 'none'; sandbox",
    );
    expect(headers.get('cache-control')).toBe('private, no-store');
  });

  test.each([
    ['a line break', 'attachment; filename="a%0d%0aSet-Cookie: x=1.pdf"', 'a_0d_0aSet-Cookie_ x_1.pdf'],
    [
      'an encoded line break',
      "attachment; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x.pdf",
      'a__Set-Cookie_ x.pdf',
    ],
    [
      'a quote that ends the value',
      String.raw`attachment; filename="a\"; filename=evil.exe"`,
      'a__ filename_evil.exe',
    ],
    ['a path', 'attachment; filename="../../etc/passwd"', 'passwd'],
    ['a path of Windows', "attachment; filename*=UTF-8''..%5C..%5Cboot.ini", 'boot.ini'],
    ['a device', 'attachment; filename="CON.pdf"', '_CON.pdf'],
    ['a name that is hidden', 'attachment; filename=".htaccess"', 'htaccess'],
    ['nothing', 'attachment; filename=""', 'get_item.pdf'],
    ['a direction that is turned', "attachment; filename*=UTF-8''gpj.%E2%80%AEexe", 'gpj._exe'],
  ])('has a harmless name, whatever the API calls it (%s)', async (_, disposition, name) => {
    const caller = harness.caller();
    const uri = await linkFor(caller);
    answer.headers = { 'content-disposition': disposition, 'set-cookie': 'stolen=1' };
    const { headers } = await open(uri, caller.bearer);
    expect(headers.get('content-disposition')).toContain(`attachment; filename="${name}"; filename*=UTF-8''`);
    expect(headers.get('set-cookie')).toBeNull();
  });

  test('keeps a name of another alphabet', async () => {
    const caller = harness.caller();
    const uri = await linkFor(caller);
    answer.headers = { 'content-disposition': "attachment; filename*=UTF-8''Rechnung%20%E2%84%96%C3%BC.pdf" };
    expect((await open(uri, caller.bearer)).headers.get('content-disposition')).toBe(
      `attachment; filename="Rechnung __.pdf"; filename*=UTF-8''Rechnung%20_%C3%BC.pdf`,
    );
  });

  test.each([
    [404, 502],
    [500, 502],
    [302, 502],
    [401, 502],
  ])('is no %i of the API', async (status, expected) => {
    const caller = harness.caller();
    const uri = await linkFor(caller);
    answer = { ...answer, status, headers: { location: 'https://evil.example/' } };
    const opened = await open(uri, caller.bearer);
    expect(opened.status).toBe(expected);
    expect(opened.body.toString()).not.toContain('PDF');
    expect(opened.headers.get('location')).toBeNull();
  });

  test('is at most 10 MB', async () => {
    const caller = harness.caller();
    const uri = await linkFor(caller);
    answer.body = Buffer.alloc(10 * 1024 * 1024 + 1);
    expect((await open(uri, caller.bearer)).status).toBe(502);
  });
});
