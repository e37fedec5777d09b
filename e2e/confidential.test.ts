import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../packages/server/test/support/free-port.ts';
import { CALLBACK } from './support/mcp-app.ts';
import { createDesktop } from './support/mcp-remote.ts';
import { MODES } from './support/organisations.ts';
import { callTool, connectBound } from './support/openid-client.ts';
import { portalOf } from './support/portal.ts';
import { sdkV1 } from './support/sdk-v1.ts';
import { sdkV2Auto, sdkV2Legacy, sdkV2Pinned } from './support/sdk-v2.ts';
import { expectValidMessagesIn } from './support/valid-messages.ts';
import { openWorld, type World } from './support/world.ts';

// Apps that keep a secret, registered or made by an admin, by libraries of others.
const DAY_MS = 86_400_000;
const CALL = 'get_credit_balance';
const METHODS = ['client_secret_basic', 'client_secret_post'] as const;
const LIBRARIES = [sdkV1, sdkV2Auto, sdkV2Legacy, sdkV2Pinned].map(
  (library) => [library.name, library] as const,
);

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

let made = 0;
const nextName = () => `Confidential ${(made += 1)}`;

describe.each(MODES)('in %s', (_mode, { slug, email }) => {
  const path = `/mcp/${slug}`;
  const newApp = (redirectUri: string, method: string) =>
    portalOf(world, { slug, email }).createClient({
      name: nextName(),
      auth_method: method,
      redirect_uris: [redirectUri],
    });

  describe.each(LIBRARIES)('%s', (_name, library) => {
    test.each(METHODS)('registers for %s, calls, and refreshes what it lost', async (authMethod) => {
      const options = { path, email, access: 'full', clientName: nextName() } as const;
      const app = await library.connect(world, { ...options, identity: { authMethod } });
      expect(await app.call(CALL)).toMatchObject({ failed: false });
      app.spoilAccessToken();
      expect(await app.call('create_bundle', { title: options.clientName })).toMatchObject({ failed: false });
      expect(app.authorizeUrls).toHaveLength(1);
      await app.close();
    });

    test.each(METHODS)(
      'takes the id and secret that an admin made for %s, and renews what expired',
      async (method) => {
        const start = world.wire.length();
        const client = await newApp(CALLBACK, method);
        const app = await library.connect(world, {
          path,
          email,
          access: 'full',
          clientName: nextName(),
          issuedAtOffsetMs: -8 * DAY_MS,
          identity: { credentials: { ...client, issuer: world.url, token_endpoint_auth_method: method } },
        });
        expect(app.clientId()).toBe(client.client_id);
        expect(await app.call(CALL)).toMatchObject({ failed: false });
        expect(world.wire.lines(start).filter((line) => line === 'POST /token 200')).toHaveLength(2);
        expect(world.wire.lines(start)).not.toContainEqual(expect.stringContaining('/register'));
        await app.close();
      },
    );
  });

  test('mcp-remote registers for a secret, and takes one that an admin made', async () => {
    const port = await freePort();
    const callback = `http://localhost:${port}/oauth/callback`;
    const given = JSON.stringify(await newApp(callback, 'client_secret_basic'));
    const metadata = JSON.stringify({ token_endpoint_auth_method: 'client_secret_basic' });
    for (const flags of [
      ['--static-oauth-client-metadata', metadata],
      [String(port), '--static-oauth-client-info', given],
    ]) {
      const { browser, start } = await createDesktop(world, [{ email, access: 'full' }]);
      const before = world.wire.length();
      const remote = await start(world.url + path, ...flags);
      expect(await remote.call(CALL)).toMatchObject({ failed: false });
      expect(browser.opened).toHaveLength(1);
      expect(remote.complaints).toEqual([]);
      // It did show the secret.
      expect([...world.wire.headers('authorization', before)]).toContainEqual(
        expect.stringMatching(/^Basic /),
      );
    }
  });

  test.each([
    ['client_secret_basic', openid.ClientSecretBasic],
    ['client_secret_post', openid.ClientSecretPost],
  ] as const)(
    'openid-client registers for %s, and binds code, tokens and refresh to its key',
    async (method, authenticationOf) => {
      const config = await openid.dynamicClientRegistration(
        new URL(world.url),
        { client_name: nextName(), redirect_uris: [CALLBACK], token_endpoint_auth_method: method },
        // It takes the secret from the answer.
        (as, client, body, headers) =>
          authenticationOf(String(client.client_secret))(as, client, body, headers),
        { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
      );
      const resource = world.url + path;
      const { DPoP, tokens } = await connectBound(config, resource, (url) =>
        world.approve(url, { email, access: 'full' }),
      );
      const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '', {}, { DPoP });
      expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
      for (const { access_token, token_type } of [tokens, refreshed]) {
        // In key mode the connector is given a key, which goes where no proof goes.
        expect(token_type).toBe(slug === 'acme' ? 'dpop' : 'bearer');
        const shown = { accessToken: access_token, DPoP: token_type === 'dpop' ? DPoP : undefined };
        const answer = await callTool(config, resource, CALL, shown);
        expect(answer.status).toBe(200);
        expect(await answer.text()).toContain('publish_cost');
      }
      expect((await openid.tokenIntrospection(config, refreshed.access_token)).active).toBe(true);
      await openid.tokenRevocation(config, refreshed.refresh_token ?? '');
      expect((await openid.tokenIntrospection(config, refreshed.access_token)).active).toBe(false);
    },
  );
});

expectValidMessagesIn(() => world, '2025-11-25 tools/call', '2026-07-28 tools/call');
