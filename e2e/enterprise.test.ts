import {
  Client,
  CrossAppAccessProvider,
  requestJwtAuthorizationGrant,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPerson } from '../packages/server/src/demo/person.ts';
import {
  startDocumentHost,
  type DocumentHost,
} from '../packages/server/test/client-documents/support/document-host.ts';
import { startDemo, type RunningDemo } from '../packages/server/test/support/app.ts';
import { connect, rpc } from '../packages/server/test/support/oauth-client.ts';
import {
  startIdentityProvider,
  type ConnectedApp,
  type RunningIdentityProvider,
} from './support/identity-provider.ts';
import { discover, ON_LOOPBACK } from './support/oauth4webapi.ts';

// MCP's enterprise-managed authorization: a provider of the company's own, clients that others wrote, and no consent.
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const ISSUER = 'https://acme.okta.test';
const EMPLOYEE = { subject: '00u-member', email: 'member@acme.test' };

let internet: DocumentHost;
let demo: RunningDemo;
let provider: RunningIdentityProvider;
let app: ConnectedApp;
let clientSecret: string;
let resource: string;
let send: (path: string, body: unknown) => Promise<Response>;

/** What an admin of Acme does once: trust the provider, say who its people are, make the client. */
beforeAll(async () => {
  internet = await startDocumentHost(['acme.okta.test']);
  demo = await startDemo({ addressGuard: internet.guard });
  provider = await startIdentityProvider(internet, ISSUER);
  resource = `${demo.url}/mcp/acme`;
  const admin = createPerson({ origins: [demo.url] });
  await connect(demo.url, { email: 'owner@acme.test', access: 'read', path: '/mcp/acme', person: admin });
  send = (path, body) =>
    fetch(`${demo.url}/portal/v1/organisations/acme${path}`, {
      method: 'POST',
      headers: { cookie: admin.cookieHeader(), origin: demo.url, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const { subject, email } = EMPLOYEE;
  for (const [path, body] of [
    ['/trusted-issuers', { issuer: ISSUER, access: 'full' }],
    ['/identity-links', { issuer: ISSUER, subject, member: email }],
  ] as const) {
    const response = await send(path, body);
    if (response.status !== 201) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }
  const made = await send('/clients', {
    name: 'Desk',
    auth_method: 'client_secret_basic',
    redirect_uris: ['https://desk.test/callback'],
  });
  const client = (await made.json()) as { client_id: string; client_secret: string };
  clientSecret = client.client_secret;
  app = {
    clientId: 'desk-at-the-provider',
    clientSecret: 'desk-secret-at-the-provider',
    audience: demo.url,
    clientIdThere: client.client_id,
  };
  provider.connect(app);
});
afterAll(async () => {
  await provider.close();
  await demo.close();
  await internet.close();
});

const idToken = () => provider.signIn(app, EMPLOYEE.subject, EMPLOYEE.email);

/** What the MCP SDK asks the provider for. */
async function idJag(): Promise<string> {
  const granted = await requestJwtAuthorizationGrant({
    tokenEndpoint: provider.tokenEndpoint,
    audience: demo.url,
    resource,
    idToken: await idToken(),
    clientId: app.clientId,
    clientSecret: app.clientSecret,
  });
  return granted.jwtAuthGrant;
}

async function balance(accessToken: string): Promise<{ status: number; text: string }> {
  const call = { name: 'get_credit_balance', arguments: {} };
  const response = await rpc(resource, { authorization: `Bearer ${accessToken}` }, 'tools/call', call);
  return { status: response.status, text: await response.text() };
}

test('oauth4webapi finds the profile, exchanges at the provider, asks us, and calls a tool', async () => {
  const server = await discover(demo.url);
  expect(server.grant_types_supported).toContain(JWT_BEARER);
  expect(server['authorization_grant_profiles_supported']).toEqual([
    'urn:ietf:params:oauth:grant-profile:id-jag',
  ]);

  const idp = { issuer: ISSUER, token_endpoint: provider.tokenEndpoint };
  const there = { client_id: app.clientId };
  const exchanged = await oauth.processGenericTokenEndpointResponse(
    idp,
    there,
    await oauth.genericTokenEndpointRequest(
      idp,
      there,
      oauth.ClientSecretPost(app.clientSecret),
      'urn:ietf:params:oauth:grant-type:token-exchange',
      {
        requested_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
        subject_token: await idToken(),
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        audience: server.issuer,
        resource,
        scope: 'mcp:call',
      },
      ON_LOOPBACK,
    ),
    { recognizedTokenTypes: { n_a: () => undefined } },
  );

  const here = { client_id: app.clientIdThere };
  const ask = () =>
    oauth.genericTokenEndpointRequest(
      server,
      here,
      oauth.ClientSecretBasic(clientSecret),
      JWT_BEARER,
      { assertion: exchanged.access_token },
      ON_LOOPBACK,
    );
  const tokens = await oauth.processGenericTokenEndpointResponse(server, here, await ask());
  expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'mcp:call' });
  expect(tokens.refresh_token).toBeUndefined();
  const called = await balance(tokens.access_token);
  expect(called.status).toBe(200);
  expect(called.text).toContain('balance\\":250');
  await expect(
    ask().then((response) => oauth.processGenericTokenEndpointResponse(server, here, response)),
  ).rejects.toMatchObject({ error: 'invalid_grant' });
});

test('openid-client gets a token by the same grant', async () => {
  const config = await openid.discovery(
    new URL(demo.url),
    app.clientIdThere,
    undefined,
    openid.ClientSecretBasic(clientSecret),
    { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
  );
  const tokens = await openid.genericGrantRequest(config, JWT_BEARER, { assertion: await idJag() });
  expect((await balance(tokens.access_token)).status).toBe(200);
});

test('the MCP SDK connects from a pasted URL without a browser, and is out when its person is unlinked', async () => {
  const asked: { authorizationServerUrl: string; resourceUrl: string; scope: string | undefined }[] = [];
  const authProvider = new CrossAppAccessProvider({
    clientId: app.clientIdThere,
    clientSecret,
    expectedIssuer: demo.url,
    async assertion(context) {
      const { authorizationServerUrl, resourceUrl, scope } = context;
      asked.push({ authorizationServerUrl, resourceUrl, scope });
      const granted = await requestJwtAuthorizationGrant({
        tokenEndpoint: provider.tokenEndpoint,
        audience: authorizationServerUrl,
        resource: resourceUrl,
        idToken: await idToken(),
        clientId: app.clientId,
        clientSecret: app.clientSecret,
        ...(scope === undefined ? {} : { scope }),
      });
      return granted.jwtAuthGrant;
    },
  });
  const client = new Client({ name: 'Desk', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(resource), { authProvider }));
  expect(asked).toHaveLength(1);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain('publish_bundle');
  const result = await client.callTool({ name: 'get_credit_balance', arguments: {} });
  expect(JSON.stringify(result.content)).toContain('250');
  await client.close();

  const token = authProvider.tokens()?.access_token ?? '';
  const person = createPerson({ origins: [demo.url] });
  await connect(demo.url, { email: EMPLOYEE.email, access: 'read', path: '/mcp/acme', person });
  const keys = await fetch(`${demo.url}/portal/v1/organisations/acme/keys`, {
    headers: { cookie: person.cookieHeader() },
  });
  const { items } = (await keys.json()) as { items: { name: string; status: string }[] };
  expect(items).toContainEqual(
    expect.objectContaining({ name: 'Desk (through acme.okta.test)', status: 'active' }),
  );
  expect((await balance(token)).status).toBe(200);
  const removed = await send('/identity-links/remove', { issuer: ISSUER, subject: EMPLOYEE.subject });
  expect(await removed.json()).toMatchObject({ status: 'removed', ended_grants: 1 });
  expect((await balance(token)).status).toBe(401);
  const back = new Client({ name: 'Desk', version: '1.0.0' });
  const again = back.connect(new StreamableHTTPClientTransport(new URL(resource), { authProvider }));
  await expect(again).rejects.toMatchObject({ code: 'invalid_grant' });
});
