import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client';
import * as authV2 from '@modelcontextprotocol/client';
import type { OAuthClientProvider as OAuthClientProviderV1 } from '@modelcontextprotocol/sdk/client/auth.js';
import * as authV1 from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readOutcome } from './support/mcp-app.ts';
import { createDesktop } from './support/mcp-remote.ts';
import { ALL_TOOLS, MODES, READ_TOOLS } from './support/organisations.ts';
import { discover, ON_LOOPBACK } from './support/oauth4webapi.ts';
import { callTool } from './support/openid-client.ts';
import { portalOf } from './support/portal.ts';
import { callByHand } from './support/raw.ts';
import { expectValidMessagesIn } from './support/valid-messages.ts';
import { openWorld, type World } from './support/world.ts';

// Programs without a person (RFC 6749 section 4.4), by libraries of others. An admin makes each client in the portal.
const CALL = { name: 'get_credit_balance', arguments: {} };
/** In key mode too: a machine has its secret to get another. */
const SHORT_LIVED = /^eyJ/;
const DONE = { failed: false, said: { balance: 250 } };

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

let made = 0;
const nextName = () => `Machine ${(made += 1)}`;

describe.each(MODES)('in %s', (_mode, { slug, email }) => {
  const resource = () => `${world.url}/mcp/${slug}`;
  const newMachine = (more: object = {}) =>
    portalOf(world, { slug, email }).createClient({
      name: nextName(),
      auth_method: 'client_secret_basic',
      agent_role: 'member',
      ...more,
    });

  async function newSigningMachine() {
    const { privateKey, publicKey } = await oauth.generateKeyPair('ES256', { extractable: true });
    const jwks = { keys: [await crypto.subtle.exportKey('jwk', publicKey)] };
    const { client_id: clientId } = await newMachine({ auth_method: 'private_key_jwt', jwks });
    return { clientId, privateKey };
  }

  const expectWorks = async (token: string) => {
    expect(token).toMatch(SHORT_LIVED);
    const answer = await callByHand(resource(), { authorization: `Bearer ${token}` }, CALL.name);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('250');
  };

  describe.each([
    ['SDK v1', 'v1', undefined],
    ['SDK v2 (auto)', 'v2', 'auto'],
    ['SDK v2 (legacy)', 'v2', 'legacy'],
  ] as const)('%s', (_name, version, mode) => {
    const auth = version === 'v1' ? authV1 : authV2;

    /** Connects with nothing but a provider of the library’s own. */
    async function work(provider: OAuthClientProviderV1 | authV2.OAuthClientProvider) {
      const url = new URL(resource());
      const info = { name: 'machine', version: '1.0.0' };
      if (version === 'v1') {
        const client = new ClientV1(info);
        const authProvider = provider as OAuthClientProviderV1;
        await client.connect(new TransportV1(url, { authProvider }));
        return { tools: await client.listTools(), done: readOutcome(await client.callTool(CALL)), client };
      }
      const client = new ClientV2(info, { versionNegotiation: { mode: mode ?? 'auto' } });
      const authProvider = provider as authV2.OAuthClientProvider;
      await client.connect(new TransportV2(url, { authProvider }));
      return { tools: await client.listTools(), done: readOutcome(await client.callTool(CALL)), client };
    }

    test('works with its secret, and again after its token was lost, with no one at a browser', async () => {
      const { client_id: clientId, client_secret: clientSecret } = await newMachine();
      const provider = new auth.ClientCredentialsProvider({
        clientId,
        clientSecret,
        expectedIssuer: world.url,
      });
      const { tools, done, client } = await work(provider);
      expect(tools.tools.map((tool) => tool.name).sort()).toEqual(ALL_TOOLS);
      expect(done).toMatchObject(DONE);
      const first = provider.tokens();
      expect(first?.access_token).toMatch(SHORT_LIVED);
      expect(first?.refresh_token).toBeUndefined();

      provider.saveTokens({ access_token: 'not-a-token-of-ours', token_type: 'Bearer' });
      expect(readOutcome(await client.callTool(CALL))).toMatchObject(DONE);
      expect(provider.tokens()?.access_token).toMatch(SHORT_LIVED);
      await client.close();
    });

    test('works with a key that it signs with, and a viewer’s machine sees what a viewer sees', async () => {
      const { privateKey, publicKey } = await oauth.generateKeyPair('ES256', { extractable: true });
      const jwks = { keys: [await crypto.subtle.exportKey('jwk', publicKey)] };
      const machine = { auth_method: 'private_key_jwt', jwks, agent_role: 'viewer' };
      const { client_id: clientId } = await newMachine(machine);
      const provider = new auth.PrivateKeyJwtProvider({
        clientId,
        privateKey: { ...(await crypto.subtle.exportKey('jwk', privateKey)) },
        algorithm: 'ES256',
        expectedIssuer: world.url,
      });
      const { tools, done, client } = await work(provider);
      expect(tools.tools.map((tool) => tool.name).sort()).toEqual(READ_TOOLS);
      expect(done).toMatchObject(DONE);
      await client.close();
    });
  });

  test('mcp-remote works with --client-credentials, and opens no browser', async () => {
    const machine = await newMachine();
    const { browser, start } = await createDesktop(world);
    const info = JSON.stringify(machine);
    const remote = await start(resource(), '--client-credentials', '--static-oauth-client-info', info);
    expect(await remote.toolNames()).toEqual(ALL_TOOLS);
    expect(await remote.call(CALL.name)).toMatchObject(DONE);
    expect(browser.opened).toEqual([]);
  });

  test.each([
    ['client_secret_basic', openid.ClientSecretBasic],
    ['client_secret_post', openid.ClientSecretPost],
  ] as const)('openid-client gets a token by %s', async (method, authenticationOf) => {
    const machine = await newMachine({ auth_method: method });
    const { client_id: id, client_secret: secret } = machine;
    const config = await configOf(id, authenticationOf(secret));
    const tokens = await openid.clientCredentialsGrant(config, { resource: resource() });
    await expectWorks(tokens.access_token);
    expect((await openid.tokenIntrospection(config, tokens.access_token)).active).toBe(true);
    await openid.tokenRevocation(config, tokens.access_token);
    expect((await openid.tokenIntrospection(config, tokens.access_token)).active).toBe(false);
  });

  test('openid-client gets a token by private_key_jwt', async () => {
    const { clientId, privateKey } = await newSigningMachine();
    const config = await configOf(clientId, openid.PrivateKeyJwt(privateKey));
    const tokens = await openid.clientCredentialsGrant(config, { resource: resource() });
    expect(tokens.refresh_token).toBeUndefined();
    await expectWorks(tokens.access_token);
  });

  const configOf = (id: string, authentication: openid.ClientAuth) =>
    openid.discovery(new URL(world.url), id, undefined, authentication, {
      algorithm: 'oauth2',
      execute: [openid.allowInsecureRequests],
    });

  test.each(['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const)(
    'oauth4webapi, which checks every answer, gets a token by %s',
    async (method) => {
      const server = await discover(world.url);
      let client: oauth.Client;
      let authentication: oauth.ClientAuth;
      if (method === 'private_key_jwt') {
        const machine = await newSigningMachine();
        client = { client_id: machine.clientId };
        authentication = oauth.PrivateKeyJwt(machine.privateKey);
      } else {
        const { client_id, client_secret } = await newMachine({ auth_method: method });
        client = { client_id };
        const authenticationOf =
          method === 'client_secret_basic' ? oauth.ClientSecretBasic : oauth.ClientSecretPost;
        authentication = authenticationOf(client_secret);
      }
      const tokens = await oauth.processClientCredentialsResponse(
        server,
        client,
        await oauth.clientCredentialsGrantRequest(
          server,
          client,
          authentication,
          { resource: resource(), scope: 'mcp:read' },
          ON_LOOPBACK,
        ),
      );
      expect(tokens.scope).toBe('mcp:read');
      await expectWorks(tokens.access_token);
    },
  );
});

test('openid-client binds a machine’s token to its key, and nobody else can use it', async () => {
  const portal = portalOf(world, { slug: 'acme', email: 'owner@acme.test' });
  const machine = { name: nextName(), auth_method: 'client_secret_basic', agent_role: 'member' } as const;
  const { client_id: id, client_secret: secret } = await portal.createClient(machine);
  const config = await openid.discovery(new URL(world.url), id, secret, openid.ClientSecretBasic(secret), {
    algorithm: 'oauth2',
    execute: [openid.allowInsecureRequests],
  });
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'));
  const resource = `${world.url}/mcp/acme`;
  const tokens = await openid.clientCredentialsGrant(config, { resource }, { DPoP });
  expect(tokens.token_type).toBe('dpop');
  const present = (handle: openid.DPoPHandle) =>
    callTool(config, resource, CALL.name, { accessToken: tokens.access_token, DPoP: handle });
  const answer = await present(DPoP);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('250');
  const thief = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'));
  await expect(present(thief)).rejects.toBeInstanceOf(openid.WWWAuthenticateChallengeError);
  expect(
    (await callByHand(resource, { authorization: `Bearer ${tokens.access_token}` }, CALL.name)).status,
  ).toBe(401);
});

expectValidMessagesIn(() => world, '2025-11-25 tools/list', '2026-07-28 tools/call');
