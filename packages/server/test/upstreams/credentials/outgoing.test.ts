import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OAuthCredential } from '../../../src/upstreams/credentials/credential.ts';
import { discover } from '../../../src/upstreams/credentials/personal/discovery.ts';
import { createOutgoing } from '../../../src/upstreams/credentials/personal/outgoing.ts';
import { startDocumentHost, type DocumentHost } from '../../client-documents/support/document-host.ts';

const UPSTREAM = 'https://mcp.example/mcp';
const SETTINGS: OAuthCredential = { kind: 'oauth', scopes: [] };

let host: DocumentHost;
let inside: Server;
let insideUrl: string;
const heard: string[] = [];
beforeAll(async () => {
  host = await startDocumentHost(['mcp.example', 'idp.example', 'inside.example']);
  inside = createServer((req, res) => {
    heard.push(req.url ?? '');
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  insideUrl = `http://127.0.0.1:${(inside.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await host.close();
  inside.closeAllConnections();
  await new Promise((resolve) => inside.close(resolve));
});
beforeEach(() => {
  heard.length = 0;
  host.dialled.length = 0;
  host.addresses.set('inside.example', ['10.0.0.7']);
});

function publishResource(authorizationServer: string, more: Record<string, unknown> = {}): void {
  host.publish('https://mcp.example/.well-known/oauth-protected-resource/mcp', {
    resource: UPSTREAM,
    authorization_servers: [authorizationServer],
    ...more,
  });
}

function publishServer(issuer: string, more: Record<string, unknown> = {}, at = issuer): void {
  host.publish(
    `${new URL(at).origin}/.well-known/oauth-authorization-server${new URL(at).pathname.replace(/\/$/, '')}`,
    {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      code_challenge_methods_supported: ['S256'],
      ...more,
    },
  );
}

const find = (settings = SETTINGS) => discover(createOutgoing(host.guard), UPSTREAM, settings);

test('a public upstream and its authorization server elsewhere are found, through the address guard', async () => {
  publishResource('https://idp.example');
  publishServer('https://idp.example', { scopes_supported: ['files', 'offline_access'] });
  expect(await find()).toMatchObject({
    ok: true,
    value: {
      issuer: 'https://idp.example',
      tokenEndpoint: 'https://idp.example/token',
      resource: UPSTREAM,
      scopes: ['offline_access'],
    },
  });
});

test('what a challenge says goes first, scopes too', async () => {
  host.on('https://mcp.example/mcp', (_request, response) =>
    response
      .writeHead(401, {
        'www-authenticate':
          'Bearer error="invalid_token", resource_metadata="https://mcp.example/here", scope="read write"',
      })
      .end(),
  );
  publishResource('https://wrong.example');
  host.publish('https://mcp.example/here', {
    resource: UPSTREAM,
    authorization_servers: ['https://idp.example'],
  });
  publishServer('https://idp.example');
  expect(await find()).toMatchObject({ ok: true, value: { scopes: ['read', 'write'] } });
  host.on('https://mcp.example/mcp', (_request, response) => response.writeHead(404).end());
});

test('an issuer with a path is found where RFC 8414 and where OpenID Connect have it', async () => {
  publishResource('https://idp.example/tenant');
  host.publish('https://idp.example/tenant/.well-known/openid-configuration', {
    issuer: 'https://idp.example/tenant',
    authorization_endpoint: 'https://idp.example/a',
    token_endpoint: 'https://idp.example/t',
    code_challenge_methods_supported: ['S256'],
  });
  expect(await find()).toMatchObject({ ok: true, value: { tokenEndpoint: 'https://idp.example/t' } });
});

describe('a public upstream', () => {
  test.each([
    ['to a loopback address', () => insideUrl],
    ['to localhost', () => insideUrl.replace('127.0.0.1', 'localhost')],
    ['to a name that resolves to a private address', () => 'https://inside.example'],
    ['to cloud metadata', () => 'http://169.254.169.254'],
    ['to plain http', () => 'http://idp.example'],
    ['to an address of IPv6', () => 'https://[::1]'],
    ['to another port', () => 'https://idp.example:8443'],
    ['to a file', () => 'file:///etc/passwd'],
    ['with a user in its address', () => 'https://user@idp.example'],
  ])('leads nowhere inside %s', async (_, issuer) => {
    publishResource(issuer());
    expect(await find()).toMatchObject({ ok: false });
    expect(heard).toEqual([]);
    expect(host.dialled.filter((address) => address !== '160.79.104.10')).toEqual([]);
  });

  test('leads nowhere inside by a challenge', async () => {
    host.on('https://mcp.example/mcp', (_request, response) =>
      response.writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${insideUrl}/x"` }).end(),
    );
    expect(await find()).toMatchObject({ ok: false });
    host.on('https://mcp.example/mcp', (_request, response) => response.writeHead(404).end());
    expect(heard).toEqual([]);
  });

  test('leads nowhere inside by a redirect', async () => {
    publishResource('https://idp.example');
    host.on('https://idp.example/.well-known/oauth-authorization-server', (_request, response) =>
      response.writeHead(302, { location: `${insideUrl}/x` }).end(),
    );
    expect(await find()).toMatchObject({ ok: false });
    expect(heard).toEqual([]);
  });

  test('leads nowhere inside by a token endpoint: nothing is posted there', async () => {
    const send = createOutgoing(host.guard);
    const declared = { audience: UPSTREAM, urls: [] };
    for (const url of [
      `${insideUrl}/token`,
      'https://inside.example/token',
      'http://169.254.169.254/token',
    ]) {
      expect(await send(url, declared, { body: 'code=secret' })).toMatchObject({ ok: false });
    }
    expect(heard).toEqual([]);
  });
});

test('an upstream on an address of one’s own may have its authorization server there, but not at cloud metadata', async () => {
  const send = createOutgoing();
  const declared = { audience: 'http://127.0.0.1:1/mcp', urls: [] };
  expect(await send(`${insideUrl}/token`, declared, { body: 'a=b' })).toMatchObject({ ok: true });
  expect(heard).toEqual(['/token']);
  expect(await send('http://169.254.169.254/latest', declared)).toEqual({
    ok: false,
    error: { reason: 'address' },
  });
});

test('what the operator wrote down is asked wherever it is, and nothing beside it', async () => {
  const send = createOutgoing(host.guard);
  const declared = { audience: UPSTREAM, urls: [`${insideUrl}/oauth/token`] };
  expect(await send(`${insideUrl}/oauth/token`, declared, { body: 'a=b' })).toMatchObject({ ok: true });
  const other = insideUrl.replace(/\d+$/, '1');
  expect(await send(`${other}/oauth/token`, declared)).toMatchObject({ ok: false });
});

test('an answer without an end, and one that is too large, are not waited for', async () => {
  const slow = createServer((req, res) => {
    res.writeHead(200, { 'content-type': 'application/json' });
    if (req.url === '/large') res.end('x'.repeat(70_000));
    else res.write('{');
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
  const send = createOutgoing({ deadlineMs: 200 });
  const declared = { audience: url, urls: [] };
  expect(await createOutgoing({})(`${url}/large`, declared)).toEqual({
    ok: false,
    error: { reason: 'too_large' },
  });
  expect(await send(`${url}/endless`, declared)).toEqual({ ok: false, error: { reason: 'deadline' } });
  slow.closeAllConnections();
  await new Promise((resolve) => slow.close(resolve));
});

test('an upstream that names several servers is asked at the one that the operator chose, and at no other', async () => {
  host.publish('https://mcp.example/.well-known/oauth-protected-resource/mcp', {
    resource: UPSTREAM,
    authorization_servers: ['https://wrong.example', 'https://idp.example'],
  });
  publishServer('https://idp.example');
  const chosen = await find({ ...SETTINGS, issuer: 'https://idp.example' });
  expect(chosen).toMatchObject({ ok: true, value: { issuer: 'https://idp.example' } });
  expect(await find({ ...SETTINGS, issuer: 'https://third.example' })).toMatchObject({ ok: false });
});
