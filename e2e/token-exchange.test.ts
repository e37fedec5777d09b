import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CALLBACK } from './support/mcp-app.ts';
import { authorize, discover, ON_LOOPBACK } from './support/oauth4webapi.ts';
import { portalOf } from './support/portal.ts';
import { openWorld, type World } from './support/world.ts';

// A service that gets a person's token and needs one of its own for what it calls (RFC 8693), by a library of others.
let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** An app that a person has connected, and its access token. */
async function connectApp(
  server: oauth.AuthorizationServer,
  email: string,
  resource: string,
): Promise<string> {
  const client = await oauth.processDynamicClientRegistrationResponse(
    await oauth.dynamicClientRegistrationRequest(
      server,
      { client_name: 'Front', redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none' },
      ON_LOOPBACK,
    ),
  );
  const { parameters, verifier } = await authorize({
    server,
    client,
    resource,
    approve: (url) => world.approve(url, { email, access: 'full' }),
  });
  const tokens = await oauth.processAuthorizationCodeResponse(
    server,
    client,
    await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      parameters,
      CALLBACK,
      verifier,
      ON_LOOPBACK,
    ),
  );
  return tokens.access_token;
}

async function callTool(accessToken: string, name: string, path: string): Promise<{ isError?: boolean }> {
  const response = await oauth.protectedResourceRequest(
    accessToken,
    'POST',
    new URL(path, world.url),
    new Headers({ 'content-type': 'application/json', accept: 'application/json, text/event-stream' }),
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } }),
    ON_LOOPBACK,
  );
  expect(response.status).toBe(200);
  const text = await response.text();
  const { result } = JSON.parse(text.replace(/^.*?\{/s, '{')) as { result: { isError?: boolean } };
  return result;
}

test.each([
  ['token mode', { slug: 'acme', email: 'owner@acme.test' }],
  ['key mode', { slug: 'globex', email: 'owner@globex.test' }],
])(
  'oauth4webapi, in %s, exchanges a person’s token for a read-only one at one connector, down to a tool call and its end',
  async (_, { slug, email }) => {
    const server = await discover(world.url);
    expect(server.grant_types_supported).toContain('urn:ietf:params:oauth:grant-type:token-exchange');
    const subjectToken = await connectApp(server, email, `${world.url}/mcp/${slug}`);
    const { client_id, client_secret } = await portalOf(world, { email, slug }).createClient({
      name: `Backend of ${slug}`,
      auth_method: 'client_secret_basic',
      token_exchange: true,
    });
    const client: oauth.Client = { client_id };
    const path = `/mcp/${slug}/c/reelport`;
    const exchange = async (more: Record<string, string>) =>
      oauth.processGenericTokenEndpointResponse(
        server,
        client,
        await oauth.genericTokenEndpointRequest(
          server,
          client,
          oauth.ClientSecretBasic(client_secret),
          'urn:ietf:params:oauth:grant-type:token-exchange',
          { subject_token: subjectToken, subject_token_type: ACCESS_TOKEN, ...more },
          ON_LOOPBACK,
        ),
      );
    const answer = await exchange({ resource: world.url + path, scope: 'mcp:read' });
    expect(answer).toMatchObject({
      issued_token_type: ACCESS_TOKEN,
      token_type: 'bearer',
      scope: 'mcp:read',
    });
    expect(answer.refresh_token).toBeUndefined();

    expect((await callTool(answer.access_token, 'get_credit_balance', path)).isError ?? false).toBe(false);
    await expect(callTool(answer.access_token, 'get_credit_balance', `/mcp/${slug}`)).rejects.toBeInstanceOf(
      oauth.WWWAuthenticateChallengeError,
    );
    const about = await oauth.processIntrospectionResponse(
      server,
      client,
      await oauth.introspectionRequest(
        server,
        client,
        oauth.ClientSecretBasic(client_secret),
        answer.access_token,
        ON_LOOPBACK,
      ),
    );
    expect(about).toMatchObject({ active: true, client_id, act: { sub: client_id }, scope: 'mcp:read' });
    await expect(exchange({ resource: `${world.url}/mcp` })).rejects.toMatchObject({
      error: 'invalid_target',
    });

    await portalOf(world, { email, slug }).revokeConnections('Front');
    await expect(callTool(answer.access_token, 'get_credit_balance', path)).rejects.toBeInstanceOf(
      oauth.WWWAuthenticateChallengeError,
    );
    await expect(exchange({})).rejects.toMatchObject({ error: 'invalid_request' });
  },
);
