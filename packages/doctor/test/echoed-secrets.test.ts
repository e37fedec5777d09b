import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { diagnose, toJson, toText, type DiagnoseOptions } from '../src/index.ts';
import { REDIRECT_URI } from './support.ts';

/** A connector that repeats in its errors, one after the other, every secret that it gave or was sent. */
async function startEcho() {
  const secrets = new Set<string>();
  const echoed = new Set<string>();
  const keep = (secret: string): string => {
    secrets.add(secret);
    return secret;
  };
  const echo = (): { error: string } => {
    const next = [...secrets].find((one) => !echoed.has(one)) ?? 'nothing-new';
    echoed.add(next);
    return { error: next };
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', origin);
    const body = await text(request);
    const json = (status: number, said: object, headers = {}): void =>
      void response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(said));
    if (url.pathname === '/mcp') return connector(request, body, json);
    if (url.pathname === '/authorize') {
      const back = new URL(url.searchParams.get('redirect_uri') ?? origin);
      back.searchParams.set('code', keep('code-of-a-visitor'));
      return void response.writeHead(302, { location: back.href }).end();
    }
    if (url.pathname === '/register') {
      const given = {
        client_secret: keep('secret-of-the-client'),
        registration_access_token: keep('token-of-registration'),
      };
      const asked = body.startsWith('{"client_name"') ? (JSON.parse(body) as object) : {};
      return json(201, {
        ...asked,
        client_id: 'c',
        token_endpoint_auth_method: 'client_secret_post',
        ...given,
      });
    }
    if (url.pathname === '/token') return token(new URLSearchParams(body), json);
    if (url.pathname === '/.well-known/oauth-protected-resource/mcp')
      return json(200, { resource: `${origin}/mcp`, authorization_servers: [origin] });
    if (url.pathname === '/.well-known/oauth-authorization-server') return json(200, metadata());
    json(404, { error: 'not_found' });
  }

  const metadata = () => ({
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    registration_endpoint: `${origin}/register`,
    code_challenge_methods_supported: ['S256'],
  });

  function token(form: URLSearchParams, json: (status: number, said: object) => void): void {
    if (form.has('client_secret')) keep(form.get('client_secret') ?? '');
    if (form.get('code') !== 'code-of-a-person') return json(400, echo());
    keep(form.get('code_verifier') ?? '');
    json(200, {
      access_token: keep('access-token-of-it'),
      refresh_token: keep('refresh-token-of-it'),
      id_token: keep('id-token-of-it'),
      token_type: 'Bearer',
      expires_in: 3_600,
    });
  }

  let initialized = false;
  function connector(
    { headers }: IncomingMessage,
    body: string,
    json: (status: number, said: object, headers?: object) => void,
  ): void {
    if (headers.authorization !== 'Bearer access-token-of-it')
      return json(401, { error: 'invalid_token' }, { 'www-authenticate': 'Bearer scope="tools"' });
    // What nobody reads would be echoed in vain.
    if (body.includes('notifications/')) return json(202, {});
    if (initialized || !body.includes('"initialize"')) return json(400, echo());
    initialized = true;
    const result = { protocolVersion: '2025-11-25', capabilities: {} };
    json(200, { jsonrpc: '2.0', id: 1, result }, { 'mcp-session-id': keep('session-of-the-doctor') });
  }

  return {
    url: `${origin}/mcp`,
    secrets,
    echoed,
    approve: () => Promise.resolve(keep('code-of-a-person')),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test.each<[string, DiagnoseOptions]>([
  ['that was given out on the way', {}],
  ['of a client that was registered by hand', { client: { id: 'c', secret: 'secret-by-hand' } }],
])('no secret %s is in the report, though the server repeats it', async (_, options) => {
  const echo = await startEcho();
  const report = await diagnose(echo.url, {
    ...options,
    approver: {
      redirectUri: REDIRECT_URI,
      approve: async ({ authorizeUrl }) => {
        const state = new URL(authorizeUrl).searchParams.get('state') ?? '';
        return `${REDIRECT_URI}?code=${await echo.approve()}&state=${state}`;
      },
    },
  });
  await echo.close();
  const shown = toText(report, { colour: false }) + JSON.stringify(toJson(report));
  expect(report.signedIn).toBe(true);
  expect([...echo.secrets].filter((secret) => !echo.echoed.has(secret))).toEqual([]);
  expect([...echo.secrets].filter((secret) => shown.includes(secret))).toEqual([]);
  expect(shown).toContain('400 [hidden]');
});

test('of the requests that were made, no query is in the report', async () => {
  const echo = await startEcho();
  const { exchanges } = await diagnose(echo.url);
  await echo.close();
  expect(exchanges.some(({ url }) => url.endsWith('/authorize?…'))).toBe(true);
  expect(exchanges.filter(({ url }) => /\?(?!…$)/.test(url))).toEqual([]);
});
