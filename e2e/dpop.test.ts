import {
  Client,
  DpopSession,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
} from '@modelcontextprotocol/client';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CALLBACK, comeBack, createMemory } from './support/mcp-app.ts';
import { authorize, discover, ON_LOOPBACK } from './support/oauth4webapi.ts';
import { expectValidMessagesIn } from './support/valid-messages.ts';
import { openWorld, type World } from './support/world.ts';

// Clients that bind their tokens to a key (RFC 9449), with nothing of ours on their side.
let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** An app on the SDK whose provider has a DPoP key. */
async function connectWithSdk(mode: 'auto' | 'legacy', path: string, email: string) {
  const session = await DpopSession.create();
  const memory = createMemory<StoredOAuthClientInformation, StoredOAuthTokens, OAuthDiscoveryState>(
    `Bound (${mode})`,
  );
  const { provider } = memory;
  const newTransport = () =>
    new StreamableHTTPClientTransport(new URL(path, world.url), {
      authProvider: { ...provider, dpop: () => session },
    });
  const newClient = () => new Client({ name: 'bound', version: '1.0.0' }, { versionNegotiation: { mode } });

  const first = newTransport();
  await expect(newClient().connect(first)).rejects.toBeInstanceOf(UnauthorizedError);
  await first.finishAuth(await comeBack(world, memory, { email, access: 'full' }));
  const client = newClient();
  await client.connect(newTransport());
  return { client, memory, session, tokens: () => provider.tokens() };
}

const claimsOf = (jwt = ''): unknown =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());

const CALL = { name: 'get_credit_balance', arguments: {} };

describe.each(['auto', 'legacy'] as const)('the MCP SDK v2 client (%s) with a DPoP key', (mode) => {
  test('connects, calls and refreshes with tokens that only its key makes good', async () => {
    const path = '/mcp/acme';
    const start = world.wire.length();
    const { client, memory, session, tokens } = await connectWithSdk(mode, path, 'owner@acme.test');
    const bound = tokens();
    expect(bound?.token_type).toBe('DPoP');
    expect(claimsOf(bound?.access_token)).toMatchObject({ cnf: { jkt: session.thumbprint } });
    expect((await client.callTool(CALL)).isError ?? false).toBe(false);

    memory.spoilAccessToken();
    expect((await client.callTool(CALL)).isError ?? false).toBe(false);
    const refreshed = tokens();
    expect(refreshed?.token_type).toBe('DPoP');
    expect(refreshed?.refresh_token).not.toBe(bound?.refresh_token);
    expect(memory.authorizeUrls).toHaveLength(1);
    const shown = world.wire.headers('authorization', start);
    for (const token of [bound?.access_token, refreshed?.access_token]) {
      expect(shown).toContain(`DPoP ${token}`);
      expect(shown).not.toContain(`Bearer ${token}`);
    }
    await client.close();
  });

  test('works in key mode too, where it is given a bearer key', async () => {
    const { client, tokens } = await connectWithSdk(mode, '/mcp/globex', 'owner@globex.test');
    expect(tokens()?.token_type).toBe('Bearer');
    expect((await client.callTool(CALL)).isError ?? false).toBe(false);
    await client.close();
  });
});

test('oauth4webapi, which checks every answer, binds code, tokens and refresh to its key', async () => {
  const server = await discover(world.url);
  expect(server.dpop_signing_alg_values_supported).toContain('ES256');
  const client = await oauth.processDynamicClientRegistrationResponse(
    await oauth.dynamicClientRegistrationRequest(
      server,
      { client_name: 'bound', redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none' },
      ON_LOOPBACK,
    ),
  );
  const DPoP = oauth.DPoP({}, await oauth.generateKeyPair('ES256'));
  const options = { DPoP, ...ON_LOOPBACK };
  /** As its documentation says: once more if the server asked for its nonce. */
  async function withNonce<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (!oauth.isDPoPNonceError(error)) throw error;
      return send();
    }
  }

  const { parameters, verifier } = await authorize({
    server,
    client,
    resource: `${world.url}/mcp/acme`,
    dpop: DPoP,
    approve: (url) => world.approve(url, { email: 'owner@acme.test', access: 'full' }),
  });
  const tokens = await withNonce(async () =>
    oauth.processAuthorizationCodeResponse(
      server,
      client,
      await oauth.authorizationCodeGrantRequest(
        server,
        client,
        oauth.None(),
        parameters,
        CALLBACK,
        verifier,
        options,
      ),
    ),
  );
  expect(tokens.token_type).toBe('dpop');

  const list = (accessToken: string, handle: oauth.DPoPHandle) =>
    withNonce(() =>
      oauth.protectedResourceRequest(
        accessToken,
        'POST',
        new URL(`${world.url}/mcp/acme`),
        new Headers({ 'content-type': 'application/json', accept: 'application/json' }),
        JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
        { ...options, DPoP: handle },
      ),
    );
  expect((await list(tokens.access_token, DPoP)).status).toBe(200);

  const refreshed = await oauth.processRefreshTokenResponse(
    server,
    client,
    await oauth.refreshTokenGrantRequest(server, client, oauth.None(), tokens.refresh_token ?? '', options),
  );
  expect(refreshed.token_type).toBe('dpop');
  expect((await list(refreshed.access_token, DPoP)).status).toBe(200);

  const thief = oauth.DPoP({}, await oauth.generateKeyPair('ES256'));
  await expect(list(refreshed.access_token, thief)).rejects.toBeInstanceOf(
    oauth.WWWAuthenticateChallengeError,
  );
});

expectValidMessagesIn(() => world, '2025-11-25 tools/call', '2026-07-28 tools/call');
