import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  startDocumentHost,
  type DocumentHost,
} from '../packages/server/test/client-documents/support/document-host.ts';
import { freePort } from '../packages/server/test/support/free-port.ts';
import { CALLBACK } from './support/mcp-app.ts';
import { createDesktop } from './support/mcp-remote.ts';
import { MODES } from './support/organisations.ts';
import { authorize, discover, ON_LOOPBACK } from './support/oauth4webapi.ts';
import { callTool, connectBound } from './support/openid-client.ts';
import { callByHand } from './support/raw.ts';
import { sdkV1 } from './support/sdk-v1.ts';
import { sdkV2Auto, sdkV2Legacy, sdkV2Pinned } from './support/sdk-v2.ts';
import { expectValidMessagesIn } from './support/valid-messages.ts';
import { openWorld, type World } from './support/world.ts';

// Apps that are known by their documents (client id metadata documents), by libraries of others: nobody registers.
const CALL = 'get_credit_balance';

let internet: DocumentHost;
let world: World;
beforeAll(async () => {
  internet = await startDocumentHost(['app.test']);
  world = await openWorld({ addressGuard: internet.guard });
});
afterAll(async () => {
  await world.close();
  await internet.close();
});

let published = 0;
function publish(document: object = {}): string {
  published += 1;
  const clientId = `https://app.test/clients/${published}.json`;
  internet.publish(clientId, {
    client_id: clientId,
    client_name: `App ${published}`,
    redirect_uris: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    ...document,
  });
  return clientId;
}

describe.each(MODES)('in %s', (_mode, { slug, email, credential }) => {
  const path = `/mcp/${slug}`;
  const nobodyRegistered = (start: number) =>
    expect(world.wire.lines(start)).not.toContainEqual(expect.stringContaining('/register'));

  test.each([sdkV1, sdkV2Auto, sdkV2Legacy, sdkV2Pinned].map((library) => [library.name, library] as const))(
    '%s connects by its document, calls and refreshes',
    async (_name, library) => {
      const clientMetadataUrl = publish();
      const start = world.wire.length();
      const app = await library.connect(world, {
        path,
        email,
        access: 'full',
        clientName: 'By document',
        identity: { clientMetadataUrl },
      });
      expect(app.clientId()).toBe(clientMetadataUrl);
      expect(app.tokens().access).toMatch(credential);
      expect(await app.call(CALL)).toMatchObject({ failed: false });
      const { refresh } = app.tokens();
      app.spoilAccessToken();
      expect(await app.call('create_bundle', { title: library.name })).toMatchObject({ failed: false });
      expect(app.tokens().refresh).not.toBe(refresh);
      expect(app.authorizeUrls).toHaveLength(1);
      nobodyRegistered(start);
      await app.close();
    },
  );

  test('mcp-remote connects with --client-metadata-url', async () => {
    const port = await freePort();
    const url = publish({ redirect_uris: [`http://localhost:${port}/oauth/callback`] });
    const { browser, start: run } = await createDesktop(world, [{ email, access: 'full' }]);
    const start = world.wire.length();
    const remote = await run(world.url + path, String(port), '--client-metadata-url', url);
    expect(await remote.call(CALL)).toMatchObject({ failed: false });
    expect(new URL(browser.opened[0] ?? '').searchParams.get('client_id')).toBe(url);
    nobodyRegistered(start);
  });

  test.each([
    ['public', 'none'],
    ['with a key in its document', 'private_key_jwt'],
  ] as const)(
    'openid-client connects by its document, %s, calls and refreshes with DPoP',
    async (_what, method) => {
      const { privateKey, publicKey } = await oauth.generateKeyPair('ES256');
      const jwks = {
        keys: [{ ...(await crypto.subtle.exportKey('jwk', publicKey)), alg: 'ES256', use: 'sig' }],
      };
      const clientId = publish(
        method === 'none' ? {} : { token_endpoint_auth_method: 'private_key_jwt', jwks },
      );
      const config = await openid.discovery(
        new URL(world.url),
        clientId,
        undefined,
        method === 'none' ? openid.None() : openid.PrivateKeyJwt(privateKey),
        { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
      );
      expect(config.serverMetadata()['client_id_metadata_document_supported']).toBe(true);
      const resource = world.url + path;
      const { DPoP, tokens } = await connectBound(config, resource, (url) =>
        world.approve(url, { email, access: 'full' }),
      );
      const expectWorks = async ({
        access_token,
        token_type,
      }: {
        access_token: string;
        token_type: string;
      }) => {
        // In key mode the connector is given a key, which goes where no proof goes.
        expect(token_type).toBe(slug === 'acme' ? 'dpop' : 'bearer');
        const shown = { accessToken: access_token, DPoP: token_type === 'dpop' ? DPoP : undefined };
        const answer = await callTool(config, resource, CALL, shown);
        expect(answer.status).toBe(200);
        expect(await answer.text()).toContain('publish_cost');
      };
      await expectWorks(tokens);
      const refreshed = await openid.refreshTokenGrant(
        config,
        tokens.refresh_token ?? '',
        { resource },
        { DPoP },
      );
      expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
      await expectWorks(refreshed);
      await openid.tokenRevocation(config, refreshed.refresh_token ?? '');
      await expect(
        openid.refreshTokenGrant(config, refreshed.refresh_token ?? '', {}, { DPoP }),
      ).rejects.toMatchObject({ error: 'invalid_grant' });
    },
  );

  test('oauth4webapi connects by its document, with a key in it, calls and refreshes', async () => {
    const { privateKey, publicKey } = await oauth.generateKeyPair('RS256');
    const jwks = {
      keys: [{ ...(await crypto.subtle.exportKey('jwk', publicKey)), alg: 'RS256', use: 'sig' }],
    };
    const client = { client_id: publish({ token_endpoint_auth_method: 'private_key_jwt', jwks }) };
    const authentication = oauth.PrivateKeyJwt(privateKey);
    const server = await discover(world.url);
    const { parameters, verifier } = await authorize({
      server,
      client,
      resource: world.url + path,
      approve: (url) => world.approve(url, { email, access: 'full' }),
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
        ON_LOOPBACK,
      ),
    );
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
    for (const { access_token } of [tokens, refreshed]) {
      expect(access_token).toMatch(credential);
      const bearer = { authorization: `Bearer ${access_token}` };
      expect((await callByHand(world.url + path, bearer, CALL)).status).toBe(200);
    }
  });
});

expectValidMessagesIn(() => world, '2025-11-25 tools/call', '2026-07-28 tools/call');
