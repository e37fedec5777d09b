import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '../packages/server/src/demo/demo-data.ts';
import { createPerson } from '../packages/server/src/demo/person.ts';
import { startDemo, type RunningDemo } from '../packages/server/test/support/app.ts';
import { rpc } from '../packages/server/test/support/oauth-client.ts';
import { CALLBACK } from './support/mcp-app.ts';
import { authorize, discover, ON_LOOPBACK } from './support/oauth4webapi.ts';

// Strict general-purpose clients, written by others after the RFCs: they check what we send, not only what we refuse.

let demo: RunningDemo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());

async function approve(authorizeUrl: string, email: string): Promise<URL> {
  const person = createPerson({ origins: [demo.url] });
  const { callback } = await person.decide(authorizeUrl, {
    email,
    password: DEMO_PASSWORD,
    access: 'full',
  });
  return callback;
}

async function callTool(path: string, accessToken: string): Promise<number> {
  const call = { name: 'get_credit_balance', arguments: {} };
  return (await rpc(demo.url + path, { authorization: `Bearer ${accessToken}` }, 'tools/call', call)).status;
}

describe.each([
  ['acme', 'owner@acme.test'],
  ['globex', 'owner@globex.test'],
])('in %s', (slug, email) => {
  const path = `/mcp/${slug}`;

  test.each([
    ['a public client', 'none', () => oauth.None()],
    ['client_secret_basic', 'client_secret_basic', oauth.ClientSecretBasic],
    ['client_secret_post', 'client_secret_post', oauth.ClientSecretPost],
  ] as const)(
    'oauth4webapi goes from the resource to a revoked token as %s',
    async (_what, method, authenticationOf) => {
      const resource = new URL(demo.url + path);
      const described = await oauth.processResourceDiscoveryResponse(
        resource,
        await oauth.resourceDiscoveryRequest(resource, ON_LOOPBACK),
      );
      const server = await discover(described.authorization_servers?.[0] ?? '');
      const client = await oauth.processDynamicClientRegistrationResponse(
        await oauth.dynamicClientRegistrationRequest(
          server,
          { client_name: 'oauth4webapi', redirect_uris: [CALLBACK], token_endpoint_auth_method: method },
          ON_LOOPBACK,
        ),
      );
      const secret = client['client_secret'];
      const authentication = authenticationOf(typeof secret === 'string' ? secret : '');

      const { parameters, verifier } = await authorize({
        server,
        client,
        resource: resource.href,
        approve: (url) => approve(url, email),
      });
      const tokens = await oauth.processAuthorizationCodeResponse(
        server,
        client,
        await oauth.authorizationCodeGrantRequest(
          server,
          client,
          authentication,
          parameters,
          CALLBACK,
          verifier,
          {
            additionalParameters: { resource: resource.href },
            ...ON_LOOPBACK,
          },
        ),
      );
      expect(await callTool(path, tokens.access_token)).toBe(200);

      const refreshed = await oauth.processRefreshTokenResponse(
        server,
        client,
        await oauth.refreshTokenGrantRequest(
          server,
          client,
          authentication,
          tokens.refresh_token ?? '',
          ON_LOOPBACK,
        ),
      );
      expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
      expect(await callTool(path, refreshed.access_token)).toBe(200);

      await oauth.processRevocationResponse(
        await oauth.revocationRequest(
          server,
          client,
          authentication,
          refreshed.refresh_token ?? '',
          ON_LOOPBACK,
        ),
      );
      expect(await callTool(path, refreshed.access_token)).toBe(401);
    },
  );

  test('openid-client discovers, registers, and keeps a connection fresh', async () => {
    const config = await openid.dynamicClientRegistration(
      new URL(demo.url),
      { client_name: 'openid-client', redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none' },
      openid.None(),
      { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
    );
    const verifier = openid.randomPKCECodeVerifier();
    const state = openid.randomState();
    const resource = demo.url + path;
    const authorizeUrl = openid.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      resource,
    });
    const callback = await approve(authorizeUrl.href, email);
    const tokens = await openid.authorizationCodeGrant(
      config,
      callback,
      { pkceCodeVerifier: verifier, expectedState: state },
      { resource },
    );
    expect(await callTool(path, tokens.access_token)).toBe(200);
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(await callTool(path, refreshed.access_token)).toBe(200);
    await openid.tokenRevocation(config, refreshed.refresh_token ?? '');
    await expect(openid.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });
});
