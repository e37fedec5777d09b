import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import type { Credential } from '../../../src/upstreams/credentials/credential.ts';
import { createUpstreamAccounts } from '../../../src/upstreams/credentials/upstream-accounts.ts';
import { createVault } from '../../../src/upstreams/credentials/vault.ts';
import { openWorld, type Member, type Organisation, type World } from '../../oauth/support/world.ts';
import { startService, type Service } from './support/authorization-server.ts';
import { callTool, connectAccount, depart, newConnector, refreshOf } from './support/people-with-accounts.ts';

const SECRET = 'the-secret: of our client/there+1';

let world: World;
let service: Service;
let acme: Organisation;
let ada: Member;
beforeAll(async () => {
  world = await openWorld({ trustedProxies: ['127.0.0.1'] });
});
afterAll(() => world.close());
beforeEach(async () => {
  service = await startService();
  acme = await world.newOrganisation();
  ada = await world.newMember([acme, 'member']);
  service.clients.set('set-up-there', {
    secret: SECRET,
    redirectUris: [`${world.url}/oauth/upstream/callback`],
  });
});
afterEach(() => service.close());

const works = async () => {
  const { tokens } = await world.connect(ada, 'read', { resource: `${world.url}/mcp/${acme.slug}` });
  const called = await callTool(world.url, acme.slug, tokens.access_token);
  return JSON.parse(called.content[0]?.text ?? '') as unknown;
};

test('a client that is set up at the service is used as it is, its secret in Basic', async () => {
  const credential: Credential = {
    kind: 'oauth',
    clientId: 'set-up-there',
    clientSecret: SECRET,
    scopes: ['files.read'],
  };
  await newConnector(world, acme, service.resource, { credential });
  expect((await connectAccount(ada)).status).toBe(303);
  expect(await works()).toEqual({ account: 'ada' });
  expect(service.seen.register).toEqual([]);
  expect(service.seen.authorize[0]?.get('scope')).toBe('files.read');
  expect(service.seen.token[0]?.form.has('client_secret')).toBe(false);
});

test('a service without any document is reached by the endpoints that the operator gives', async () => {
  service.bends.resource = { resource: 'https://elsewhere.example' };
  const credential: Credential = {
    kind: 'oauth',
    authorizationEndpoint: `${service.url}/authorize?access_type=offline`,
    tokenEndpoint: `${service.url}/token`,
    revocationEndpoint: `${service.url}/revoke`,
    clientId: 'set-up-there',
    clientSecret: SECRET,
    authMethod: 'client_secret_post',
    scopes: [],
  };
  await newConnector(world, acme, service.resource, { credential });
  expect((await connectAccount(ada)).status).toBe(303);
  expect(await works()).toEqual({ account: 'ada' });
  const [asked] = service.seen.authorize;
  expect(asked?.get('access_type')).toBe('offline');
  expect(asked?.has('resource')).toBe(false);
  expect(service.seen.token[0]).toMatchObject({ authorization: undefined });
});

test('an issuer that the operator names is compared with who answers, though its endpoints are given', async () => {
  const credential: Credential = {
    kind: 'oauth',
    issuer: service.url,
    authorizationEndpoint: `${service.url}/authorize`,
    tokenEndpoint: `${service.url}/token`,
    clientId: 'set-up-there',
    clientSecret: SECRET,
    scopes: [],
  };
  await newConnector(world, acme, service.resource, { credential });
  service.bends.iss = 'https://evil.example';
  const back = await connectAccount(ada);
  expect(back.html).toContain('connect_another_issuer');
  expect(service.seen.token).toEqual([]);
});

test('a secret that the operator changed is used at the next refresh', async () => {
  const credential = { kind: 'oauth', clientId: 'set-up-there', clientSecret: SECRET, scopes: [] } as const;
  const own = { ...credential, scopes: [] };
  await newConnector(world, acme, service.resource, { credential: own });
  await connectAccount(ada);
  const changed = 'another-secret-of-our-client';
  service.clients.set('set-up-there', { secret: changed, redirectUris: [] });
  await newConnector(world, acme, service.resource, { credential: { ...own, clientSecret: changed } });
  await world.rows(`update upstream_accounts set token_expires_at = now() where org_id = $1`, [acme.orgId]);
  expect(await works()).toEqual({ account: 'ada' });
});

test('a registration that the service has forgotten is made again for the next person', async () => {
  await newConnector(world, acme, service.resource);
  await connectAccount(ada);
  service.clients.clear();
  const bob = await world.newMember([acme, 'member']);
  expect((await connectAccount(bob)).html).toContain('connect_invalid_client');
  expect((await connectAccount(bob)).status).toBe(303);
  expect(service.seen.register).toHaveLength(2);
});

test('our own document says who we are and where we are answered, and nothing else', async () => {
  const response = await fetch(`${world.url}/oauth/upstream-client.json`);
  expect(response.headers.get('content-type')).toContain('application/json');
  expect(await response.json()).toEqual({
    client_id: `${world.url}/oauth/upstream-client.json`,
    client_name: 'Latchkey',
    client_uri: world.url,
    redirect_uris: [`${world.url}/oauth/upstream/callback`],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  });
});

test('where the service reads client documents and ours can be read, we are known by it, and not registered', async () => {
  service.bends.metadata = { client_id_metadata_document_supported: true };
  const connectorId = await newConnector(world, acme, service.resource);
  const { store } = world.latchkey;
  const sealKey = new Uint8Array(32);
  const vault = createVault({ store, sealKey, clock: systemClock, mayCache: () => false });
  const audience = service.resource;
  const credential: Credential = { kind: 'oauth', scopes: [] };
  await vault.set({ connectorId, orgId: acme.orgId, audience, credential });
  const { connecting, revoking } = createUpstreamAccounts({
    store,
    vault,
    masterSecret: 'x'.repeat(32),
    mcpBaseUrl: 'https://mcp.example.com',
    webBaseUrl: 'https://web.example.com',
    clock: systemClock,
    log: silentLog,
  });
  const begun = await connecting.begin({
    orgId: acme.orgId,
    connectorId,
    userId: ada.userId,
    audience,
    browser: 'b',
    sessionId: 's',
    returnTo: '/app',
  });
  await revoking.close();
  const url = new URL(begun.ok ? begun.value.url : 'https://nothing.example');
  expect(url.searchParams.get('client_id')).toBe('https://mcp.example.com/oauth/upstream-client.json');
  expect(url.searchParams.get('redirect_uri')).toBe('https://web.example.com/oauth/upstream/callback');
  expect(service.seen.register).toEqual([]);
});

test('where ours cannot be read, because it is on plain http, we register', async () => {
  service.bends.metadata = { client_id_metadata_document_supported: true };
  await newConnector(world, acme, service.resource);
  const left = await depart(ada.browser, `/connect/${acme.slug}/drive`);
  expect(new URL(refreshOf(left) ?? '').searchParams.get('client_id')).toBe('client-1');
  expect(service.seen.register).toHaveLength(1);
});
