import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  startDocumentHost,
  type DocumentHost,
} from '../packages/server/test/client-documents/support/document-host.ts';
import { freePort } from '../packages/server/test/support/free-port.ts';
import { needsAiSdk, signInAiSdk } from './support/ai-sdk.ts';
import { needsNewerNode } from './support/conformance.ts';
import { createInspector } from './support/inspector.ts';
import { CALLBACK } from './support/mcp-app.ts';
import { createMcpc, MCPC_CALLBACK } from './support/mcpc.ts';
import { ALL_TOOLS, MODES } from './support/organisations.ts';
import { portalOf } from './support/portal.ts';
import { openWorld, type World } from './support/world.ts';

// Programs of others that sign their user in by themselves, with nothing but the connector's URL.
const BALANCE = { failed: false, said: { balance: 250 } };
const CALL = 'get_credit_balance';

let internet: DocumentHost;
let world: World;
let start: number;
beforeAll(async () => {
  internet = await startDocumentHost(['app.test']);
  world = await openWorld({ addressGuard: internet.guard });
});
afterAll(async () => {
  await world.close();
  await internet.close();
});
beforeEach(() => {
  start = world.wire.length();
});

const lines = () => world.wire.lines(start);
const tokensGiven = () => lines().filter((line) => line === 'POST /token 200').length;
const shown = () => [...world.wire.headers('authorization', start)];

describe.for(MODES)('in %s', ([_mode, { slug, email, credential }]) => {
  const path = `/mcp/${slug}/sse`;
  const url = () => world.url + path;
  const portal = () => portalOf(world, { slug, email });
  const full = { email, access: 'full' } as const;
  const aCredential = expect.stringMatching(credential.source.replace('^', '^Bearer '));

  test('mcpc signs its user in, works, renews by itself, and is out once revoked', async (context) => {
    const mcpc = await createMcpc(context, world, [full]);
    expect(await mcpc.command('login', url())).toMatchObject({ serverUrl: url() });
    expect(lines()).toContain('POST /register 201');
    await mcpc.expire();
    await mcpc.command('connect', url(), '@own');
    expect(await mcpc.toolNames('@own')).toEqual(ALL_TOOLS);
    expect(await mcpc.call('@own', CALL)).toMatchObject(BALANCE);
    expect(tokensGiven()).toBe(2);
    expect(shown()).toContainEqual(aCredential);
    expect(mcpc.browser.opened).toHaveLength(1);

    await portal().revokeConnections('mcpc');
    const before = world.wire.length();
    await expect(mcpc.call('@own', CALL)).rejects.toThrow(/login/);
    expect(world.wire.lines(before)).toContain(`POST ${path} 401`);
    expect(world.wire.lines(before)).not.toContainEqual(expect.stringContaining('/credits/balance'));
  });

  test.for([
    ['http', 'legacy', `POST ${path} 200`],
    ['http', 'modern', `POST ${path} 200`],
    ['sse', 'legacy', `POST /mcp/${slug}/messages 202`],
  ] as const)(
    'the Inspector over %s, era %s, signs its user in, works, renews by itself, and is out once revoked',
    async ([transport, era, line], context) => {
      const inspector = await createInspector(context, world, [full]);
      const callback = `http://127.0.0.1:${await freePort()}/oauth/callback`;
      const flags = [url(), '--transport', transport, '--protocol-era', era, '--callback-url', callback];
      const stored = [...flags, '--stored-auth-only'];
      expect(await inspector.call(flags, CALL)).toMatchObject(BALANCE);
      expect(lines()).toContain('POST /register 201');
      await inspector.spoilAccessToken();
      expect(await inspector.toolNames(...stored, '--strict')).toEqual(ALL_TOOLS);
      expect(await inspector.call(stored, CALL)).toMatchObject(BALANCE);
      expect(lines()).toContain(line);
      expect(tokensGiven()).toBe(2);
      expect(shown()).toContainEqual(aCredential);
      expect(inspector.browser.opened).toHaveLength(1);

      await portal().revokeConnections('MCP Inspector');
      await expect(inspector.call(stored, CALL)).rejects.toThrow('auth_required');
    },
  );

  test.for([
    ['http', `POST ${path} 200`],
    ['sse', `POST /mcp/${slug}/messages 202`],
  ] as const)(
    '@ai-sdk/mcp over %s signs its user in, works, renews by itself, and asks again once revoked',
    async ([type, line], context) => {
      const sdk = await needsAiSdk(context);
      const app = await signInAiSdk(sdk, world, { type, url: url(), ...full });
      const asked = app.authorizeUrls.length;
      expect(lines()).toContain('POST /register 201');
      const client = await app.connect();
      expect(client.toolNames).toEqual(ALL_TOOLS);
      expect(await client.call(CALL)).toMatchObject(BALANCE);
      expect(lines()).toContain(line);
      app.spoilAccessToken();
      expect(await client.call(CALL)).toMatchObject(BALANCE);
      expect(tokensGiven()).toBe(2);
      expect(app.authorizeUrls).toHaveLength(asked);

      await client.close();

      await portal().revokeConnections('AI app');
      await expect(app.connect()).rejects.toBeInstanceOf(sdk.UnauthorizedError);
      expect(app.authorizeUrls.length).toBeGreaterThan(asked);
      await app.approve(full);
      const again = await app.connect();
      expect(await again.call(CALL)).toMatchObject(BALANCE);
      await again.close();
    },
  );

  /** The address of a document that an app is known by. */
  function publish(redirectUri: string): string {
    const client_id = `https://app.test/${slug}/${encodeURIComponent(redirectUri)}.json`;
    internet.publish(client_id, {
      client_id,
      client_name: `At ${redirectUri}`,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    });
    return client_id;
  }

  test('mcpc is known by a document, and renews by itself', async (context) => {
    const mcpc = await createMcpc(context, world, [full]);
    await mcpc.command('login', url(), '--client-metadata-url', publish(MCPC_CALLBACK));
    await mcpc.expire();
    await mcpc.command('connect', url(), '@known');
    expect(await mcpc.call('@known', CALL)).toMatchObject(BALANCE);
    expect(tokensGiven()).toBe(2);
    expect(lines()).not.toContain('POST /register 201');
  });

  test('the Inspector is known by a document, and renews by itself', async (context) => {
    const callback = `http://127.0.0.1:${await freePort()}/oauth/callback`;
    const inspector = await createInspector(context, world, [full]);
    const client = ['--client-metadata-url', publish(callback), '--callback-url', callback];
    const flags = [url(), '--transport', 'http', ...client];
    expect(await inspector.call(flags, CALL)).toMatchObject(BALANCE);
    await inspector.spoilAccessToken();
    expect(await inspector.call([...flags, '--stored-auth-only'], CALL)).toMatchObject(BALANCE);
    expect(tokensGiven()).toBe(2);
    expect(lines()).not.toContain('POST /register 201');
  });

  const newClient = (redirectUri: string) =>
    portal().createClient({
      name: `For ${redirectUri}`,
      auth_method: 'client_secret_basic',
      redirect_uris: [redirectUri],
    });

  test('mcpc takes the id and secret that an admin made', async (context) => {
    const { client_id, client_secret } = await newClient(MCPC_CALLBACK);
    const mcpc = await createMcpc(context, world, [full]);
    await mcpc.command('login', url(), '--client-id', client_id, '--client-secret', client_secret);
    await mcpc.command('connect', url(), '@given');
    expect(await mcpc.call('@given', CALL)).toMatchObject(BALANCE);
    expect(lines()).not.toContain('POST /register 201');
  });

  test('the Inspector takes the id and secret that an admin made, and renews what it lost', async (context) => {
    const callback = `http://127.0.0.1:${await freePort()}/oauth/callback`;
    const { client_id, client_secret } = await newClient(callback);
    const inspector = await createInspector(context, world, [full]);
    const client = ['--client-id', client_id, '--client-secret', client_secret, '--callback-url', callback];
    const flags = [url(), '--transport', 'http', ...client];
    expect(await inspector.call(flags, CALL)).toMatchObject(BALANCE);
    await inspector.spoilAccessToken();
    expect(await inspector.call(flags, CALL)).toMatchObject(BALANCE);
    expect(tokensGiven()).toBe(2);
    expect(inspector.browser.opened).toHaveLength(1);
    expect(lines()).not.toContain('POST /register 201');
  });

  test('@ai-sdk/mcp registers for a secret, takes one that an admin made, and renews what it lost', async (context) => {
    const sdk = await needsAiSdk(context);
    const authMethod = 'client_secret_basic';
    const credentials = {
      ...(await newClient(CALLBACK)),
      issuer: world.url,
      token_endpoint_auth_method: authMethod,
    };
    for (const identity of [{ authMethod }, { credentials }] as const) {
      const app = await signInAiSdk(sdk, world, { type: 'http', url: url(), ...full, identity });
      const asked = app.authorizeUrls.length;
      app.spoilAccessToken();
      const client = await app.connect();
      expect(await client.call(CALL)).toMatchObject(BALANCE);
      expect(app.authorizeUrls).toHaveLength(asked);
      await client.close();
    }
    expect(lines().filter((line) => line === 'POST /register 201')).toHaveLength(1);
    // It did show the secret.
    expect(shown()).toContainEqual(expect.stringMatching(/^Basic /));
  });
});

test('the Inspector asks nobody to sign in where there is no terminal, unless it is told to', async (context) => {
  const inspector = await createInspector(context, world);
  const flags = [`${world.url}/mcp/acme`, '--transport', 'http'];
  await expect(inspector.toolNames(...flags)).rejects.toThrow('MCP_AUTO_OPEN_ENABLED=true');
  expect(inspector.browser.opened).toEqual([]);
});

test('in all of this no token and no key was part of a URL', async (context) => {
  await needsAiSdk(context);
  expect(world.wire.credentials().size).toBeGreaterThan(0);
  expect(world.wire.secretsInUrls()).toEqual([]);
});

test('in all of this every message of both sides was valid by the schema of its revision', (context) => {
  needsNewerNode(context);
  expect(world.wire.expectValidMessages()).toEqual(
    expect.arrayContaining(['2025-11-25 tools/list', '2025-11-25 tools/call', '2026-07-28 tools/call']),
  );
});
