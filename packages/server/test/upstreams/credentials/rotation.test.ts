import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHECKPOINT_PURPOSE, newCheckpointKey } from '../../../src/audit/checkpoint-key.ts';
import {
  createWebhookSecrets,
  newWebhookSecret,
  WEBHOOK_PURPOSE,
} from '../../../src/audit/webhooks/secrets.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { newId, type OrganisationId, type UserId } from '../../../src/kernel/ids.ts';
import { deriveKey, seal } from '../../../src/kernel/seal.ts';
import { createProviderSecrets } from '../../../src/people/company/provider-secrets.ts';
import { contextOfTotp } from '../../../src/people/two-factor/second-factor.ts';
import { rotateSecret } from '../../../src/rotate-secret.ts';
import { SEALED_COLUMNS, type SealedTable } from '../../../src/store/queries/sealed.ts';
import { openWorld, type World } from '../../oauth/support/world.ts';
import { contextOfImport } from '../../../src/upstreams/credentials/vault.ts';
import { NODES_SECRET, startSecondNode } from '../../support/second-node.ts';
import { startService, type Service } from './support/authorization-server.ts';
import { callTool, connectAccount, depart, newConnector } from './support/people-with-accounts.ts';

const FORMER = 'the former secret of the nodes, 1234567890';

let world: World;
let service: Service;
beforeAll(async () => {
  world = await openWorld({ secret: FORMER, trustedProxies: ['127.0.0.1'] });
  service = await startService();
});
afterAll(async () => {
  await service.close();
  await world.close();
});

test('accounts, clients, ways begun and tokens to be given back survive a rotation; a node with the former secret seals nothing', async () => {
  const acme = await world.newOrganisation();
  const ada = await world.newMember([acme, 'member']);
  const bob = await world.newMember([acme, 'member']);
  const connectorId = await newConnector(world, acme, service.resource);
  await newConnector(world, acme, service.resource, {
    slug: 'plain',
    credential: { kind: 'bearer', token: 'a-token-1234567890' },
  });
  await connectAccount(ada);
  await connectAccount(bob);
  const { tokens } = await world.connect(ada, 'read', { resource: `${world.url}/mcp/${acme.slug}` });
  await depart(bob.browser, `/connect/${acme.slug}/drive`);
  service.bends.revocationStatus = 503;
  await world.latchkey.store.upstreamAccounts.disconnect(
    { orgId: acme.orgId, connectorId, userId: bob.userId },
    'test',
  );

  const { store } = world.latchkey;
  await sealTheRest(store, { orgId: acme.orgId, userId: ada.userId });
  const before = await sealedOf(store);
  for (const [table, rows] of Object.entries(before)) expect([table, rows.length > 0]).toEqual([table, true]);
  await expect(
    rotateSecret(store, { clock: systemClock, next: NODES_SECRET, previous: 'x'.repeat(40) }),
  ).rejects.toThrow('LATCHKEY_SECRET');
  expect(await sealedOf(store)).toEqual(before);

  const { resealed } = await rotateSecret(store, {
    clock: systemClock,
    next: NODES_SECRET,
    previous: FORMER,
  });
  const after = await sealedOf(store);
  expect(resealed).toBe(Object.values(before).flat().length);
  const common = Object.values(after)
    .flat()
    .filter((value) => Object.values(before).flat().includes(value));
  expect(common).toEqual([]);

  // The node that still has the former secret: it says what is the matter, and takes nobody on.
  const stale = await callTool(world.url, acme.slug, tokens.access_token);
  expect(stale).toMatchObject({ structuredContent: { code: 'credential_unavailable' } });
  await expect
    .poll(async () => (await depart(ada.browser, `/connect/${acme.slug}/drive`)).html)
    .toContain('about to be restarted');

  const consent = await world.newRequest({ resource: `${world.url}/mcp/${acme.slug}` });
  expect((await ada.browser.open(consent.href)).html).toContain('Your own accounts');

  const node = await startSecondNode({ url: world.url, databaseUrl: world.demo.databaseUrl });
  await world.rows(
    `update upstream_accounts set token_expires_at = now(), refreshed_at = now() - interval '1 hour'`,
  );
  const called = await callTool(node.url, acme.slug, tokens.access_token);
  expect(JSON.parse(called.content[0]?.text ?? '')).toEqual({ account: 'ada' });
  // People sign in again; what apps hold is as good as it was.
  const cookie = [...ada.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  expect((await fetch(`${world.url}/portal/v1/me`, { headers: { cookie } })).status).toBe(200);
  expect((await fetch(`${node.url}/portal/v1/me`, { headers: { cookie } })).status).toBe(401);
  await node.close();
});

/** What else is sealed: a second factor, a company's provider and somebody on the way there, an import, a webhook, and what signs the audit log. */
async function sealTheRest(
  store: World['latchkey']['store'],
  { orgId, userId }: { orgId: OrganisationId; userId: UserId },
): Promise<void> {
  const keyFor = (purpose: string) => deriveKey(FORMER, purpose);
  await store.secondFactors.begin(userId, seal(keyFor('two-factor'), 'a secret', contextOfTotp(userId)));
  const secrets = createProviderSecrets(keyFor('company sign-in'));
  await store.companySignIn.addProvider(orgId, {
    issuer: 'https://idp.test',
    clientId: 'latchkey',
    sealed: secrets.sealSecret(orgId, 'a secret'),
    scopes: 'openid email',
    defaultRole: null,
    groupsClaim: null,
    groupRoles: [],
    updatedBy: userId,
  });
  const departure = { issuer: 'https://idp.test', clientId: 'latchkey', nonce: 'n', verifier: 'v' };
  const sealed = secrets.sealDeparture('a state', departure);
  await store.companySignIn.begin(
    { stateHash: 'a state', orgId, browserHash: 'b', sessionHash: null, sealed, returnTo: '/app' },
    10,
  );
  const webhookId = newId('whk');
  const hook = { url: 'https://hooks.test/latchkey', description: '', families: ['keys'] as const };
  await store.webhooks.create({ ...hook, id: webhookId, orgId, createdBy: userId });
  const secretId = 'a-secret';
  const webhookSecret = createWebhookSecrets(keyFor(WEBHOOK_PURPOSE)).seal(secretId, newWebhookSecret());
  await store.webhooks.addSecret({ id: secretId, orgId, webhookId, sealed: webhookSecret }, 24);
  await store.auditCheckpoints.addKey(newCheckpointKey(keyFor(CHECKPOINT_PURPOSE)));
  const id = newId('imp');
  const context = contextOfImport(id);
  await store.transaction((queries) =>
    queries.imports.insert(
      {
        id,
        orgId,
        createdBy: userId,
        state: 'ready',
        source: { kind: 'upload', file_name: null },
        settings: {},
        credentialKind: 'bearer',
        credentialSealed: seal(keyFor('upstream credentials'), '{"token":"a-token"}', context),
      },
      { days: 7, most: 20 },
    ),
  );
}

async function sealedOf(store: World['latchkey']['store']): Promise<Record<string, string[]>> {
  const tables = Object.keys(SEALED_COLUMNS) as SealedTable[];
  const entries = await Promise.all(
    tables.map(
      async (table) => [table, (await store.sealed.list(table)).map(({ sealed }) => sealed)] as const,
    ),
  );
  return Object.fromEntries(entries);
}
