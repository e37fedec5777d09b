import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Credential } from '../../../src/upstreams/credentials/credential.ts';
import {
  openWorld,
  type Connected,
  type Member,
  type Organisation,
  type World,
} from '../../oauth/support/world.ts';
import { rpc } from '../../support/oauth-client.ts';
import { startService, type Service } from './support/authorization-server.ts';
import { connectAccount } from './support/people-with-accounts.ts';

// An MCP server that is relayed, and asks each person for an account of their own.
let world: World;
let service: Service;
let acme: Organisation;
let ada: Member;
let app: Connected;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  service = await startService();
  acme = await world.newOrganisation();
  ada = await world.newMember([acme, 'member']);
  const { orgId } = acme;
  const { latchkey } = world;
  const published = await latchkey.publishMcp({
    orgId,
    slug: 'drive',
    name: 'Drive',
    upstream: { transport: 'streamable-http', url: service.resource },
  });
  if (!published.ok) throw new Error(published.error.message);
  const { connectorId } = published.value;
  const credential: Credential = { kind: 'oauth', scopes: [] };
  await latchkey.setCredential({ connectorId, orgId, audience: service.resource, credential });
  await connectAccount(ada);
  app = await world.connect(ada, 'read', { resource: `${world.url}/mcp/${acme.slug}` });
  // The tools are listed to whom the server knows: with the first call they are known here.
  await vi.waitUntil(async () => (await call('tools/list')).text.includes('whoami'), { timeout: 20_000 });
  service.seen.api.length = 0;
  service.seen.token.length = 0;
});
afterEach(() => service.close());

async function call(method: string, params: Record<string, unknown> = {}) {
  const authorization = `Bearer ${app.tokens.access_token}`;
  const response = await rpc(`${world.url}/mcp/${acme.slug}/c/drive`, { authorization }, method, params);
  return { status: response.status, headers: response.headers, text: await response.text() };
}
const whoami = () => call('tools/call', { name: 'whoami', arguments: {} });

test('the server is asked with the person’s own account, never with what the caller showed', async () => {
  expect((await whoami()).text).toContain('ada');
  expect(service.seen.api.length).toBeGreaterThan(0);
  expect(JSON.stringify(service.seen.api)).not.toContain(app.tokens.access_token);
});

test('a token that the server withdrew is replaced within the same call, which is sent twice at most', async () => {
  // One that has just been issued would not be asked for again.
  await world.rows(
    `update upstream_accounts set refreshed_at = now() - interval '1 hour' where org_id = $1`,
    [acme.orgId],
  );
  service.dropAccessTokens();
  expect((await whoami()).text).toContain('ada');
  expect(service.seen.token.map(({ form }) => form.get('grant_type'))).toEqual(['refresh_token']);
  // And a server that refuses the fresh one, too, is not asked for ever, nor heard on what the caller should do.
  service.dropAccessTokens();
  service.seen.api.length = 0;
  const refused = await whoami();
  expect(refused.status).toBe(200);
  expect(refused.headers.has('www-authenticate')).toBe(false);
  expect(JSON.parse(refused.text)).toMatchObject({
    error: { data: { code: 'upstream_unauthorized', status: 502 } },
  });
  expect(service.seen.api.length).toBeLessThanOrEqual(2);
});

test('who has no account there is told where to connect one', async () => {
  const bob = await world.newMember([acme, 'member']);
  app = await world.connect(bob, 'read', { resource: `${world.url}/mcp/${acme.slug}` });
  // Whether its tools have changed is asked by itself every few seconds, with the account that is connected.
  service.seen.api.length = 0;
  const refused = await call('initialize', { protocolVersion: '2025-11-25', capabilities: {} });
  expect(JSON.parse(refused.text)).toMatchObject({
    error: {
      data: { code: 'connect_needed', connect_url: `${world.url}/connect/${acme.slug}/drive` },
    },
  });
  expect(service.seen.api).toEqual([]);
});
