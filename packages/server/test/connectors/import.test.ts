import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCatalogues, type Catalogues } from '../../src/connectors/catalogues.ts';
import { importConnector } from '../../src/connectors/import-connector.ts';
import { newId, type OrganisationId } from '../../src/kernel/ids.ts';
import { createTestStore } from '../support/database.ts';

let database: Awaited<ReturnType<typeof createTestStore>>;
let catalogues: Catalogues;
let number = 0;

beforeAll(async () => {
  database = await createTestStore();
});
afterAll(() => database.close());
beforeEach(() => {
  catalogues = createCatalogues({ store: database.store });
});

async function createOrganisation(): Promise<OrganisationId> {
  const id = newId('org');
  number += 1;
  await database.store.people.createOrganisation({
    id,
    slug: `org-${number}`,
    name: 'Org',
    tokenMode: 'token',
  });
  return id;
}

function document(operations: Record<string, 'get' | 'post'>, costly: string[] = []) {
  const entries = Object.entries(operations).map(([operationId, method]) => [
    `/${operationId}`,
    {
      [method]: {
        operationId,
        summary: operationId,
        responses: { '200': { description: 'ok' } },
        ...(costly.includes(operationId) && { 'x-mcp': { cost: 1 } }),
      },
    },
  ]);
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'T', version: '1' },
    paths: Object.fromEntries(entries),
  });
}

async function publish(
  orgId: OrganisationId | null,
  slug: string,
  operations: Record<string, 'get' | 'post'>,
  more: object = {},
) {
  const source = {
    orgId,
    slug,
    name: slug,
    baseUrl: 'https://api.example.com/v1/',
    document: document(operations),
    ...more,
  };
  const imported = await importConnector(database.store, source);
  if (!imported.ok) throw new Error(imported.error.message);
  return imported.value;
}

const namesOf = async (orgId: OrganisationId) =>
  (await catalogues.of(orgId, 'owner')).toolSet.tools.map(({ name }) => name).sort();

describe('importing a connector', () => {
  test('publishes catalogue, connector, change and audit row together', async () => {
    const orgId = await createOrganisation();
    const { catalogue, connectorId } = await publish(orgId, 'crm', { list_users: 'get' });
    const [connector] = (await database.store.connectors.listVisibleTo(orgId)).filter(
      ({ orgId: owner }) => owner === orgId,
    );
    expect(connector).toMatchObject({
      id: connectorId,
      baseUrl: 'https://api.example.com/v1',
      catalogueHash: catalogue.hash,
    });
    const changes = await database.store.changes.listYoungerThan(3600);
    expect(changes).toContainEqual(expect.objectContaining({ kind: 'connector', subject: orgId }));
    expect(await database.store.audit.list(orgId, { limit: 10 })).toMatchObject([
      { action: 'connector.published', target: connectorId, detail: { slug: 'crm', tools: 1 } },
    ]);
  });

  test('again under the same slug replaces what was there', async () => {
    const orgId = await createOrganisation();
    const first = await publish(orgId, 'crm', { list_users: 'get' });
    const second = await publish(orgId, 'crm', { list_accounts: 'get' });
    expect(second.connectorId).toBe(first.connectorId);
    expect(await namesOf(orgId)).toContain('list_accounts');
    expect(await namesOf(orgId)).not.toContain('list_users');
  });

  test.each([
    ['no document', { document: '<html></html>' }, 'document_rejected'],
    ['no OpenAPI', { document: '{"swagger":"9"}' }, 'document_rejected'],
    ['a relative base URL', { baseUrl: '/v1' }, 'base_url_invalid'],
    ['a file', { baseUrl: 'file:///etc/passwd' }, 'base_url_invalid'],
    ['a base URL with a user', { baseUrl: 'https://me:secret@api.example.com' }, 'base_url_invalid'],
    ['a slug with a slash', { slug: 'a/b' }, 'slug_invalid'],
    ['a slug in capitals', { slug: 'CRM' }, 'slug_invalid'],
  ])('refuses %s and changes nothing', async (_, more, kind) => {
    const orgId = await createOrganisation();
    const source = {
      orgId,
      slug: 'crm',
      name: 'CRM',
      baseUrl: 'https://api.example.com',
      document: document({}),
      ...more,
    };
    const imported = await importConnector(database.store, source);
    expect(imported).toMatchObject({ ok: false, error: { kind } });
    expect(
      (await database.store.connectors.listVisibleTo(orgId)).filter(({ orgId: owner }) => owner === orgId),
    ).toEqual([]);
  });
});

describe('what an organisation sees', () => {
  test('is its own connectors and the shared ones, and nothing of another organisation', async () => {
    const [acme, globex] = [await createOrganisation(), await createOrganisation()];
    await publish(acme, 'crm', { acme_only: 'get' });
    await publish(globex, 'crm', { globex_only: 'get' });
    await publish(null, 'shared', { for_all: 'get' });
    expect(await namesOf(acme)).toEqual(['acme_only', 'for_all']);
    expect(await namesOf(globex)).toEqual(['for_all', 'globex_only']);
  });

  test('is its own connector where a shared one has the same slug', async () => {
    const [acme, globex] = [await createOrganisation(), await createOrganisation()];
    await publish(null, 'files', { shared_files: 'get' });
    await publish(acme, 'files', { own_files: 'get' });
    expect(await namesOf(acme)).not.toContain('shared_files');
    expect(await namesOf(globex)).toContain('shared_files');
  });

  test('has unique names, and each connector by itself keeps its own', async () => {
    const orgId = await createOrganisation();
    await publish(orgId, 'ads', { list_things: 'get' });
    await publish(orgId, 'web', { list_things: 'get' });
    expect(await namesOf(orgId)).toEqual(expect.arrayContaining(['ads_list_things', 'web_list_things']));
    const { connectors } = await catalogues.of(orgId, 'owner');
    expect([...(connectors.get('ads')?.toolSet.tools ?? [])].map(({ name }) => name)).toEqual([
      'list_things',
    ]);
  });

  test('is kept until it is invalidated, and one organisation’s change does not touch another’s', async () => {
    const [acme, globex] = [await createOrganisation(), await createOrganisation()];
    const before = await catalogues.of(acme, 'owner');
    const other = await catalogues.of(globex, 'owner');
    await publish(acme, 'late', { late_tool: 'get' });
    expect(await catalogues.of(acme, 'owner')).toBe(before);
    catalogues.invalidate(acme);
    expect(await namesOf(acme)).toContain('late_tool');
    expect(await catalogues.of(globex, 'owner')).toBe(other);
    catalogues.invalidate('*');
    expect(await catalogues.of(globex, 'owner')).toBe(other);
  });

  test('after a failure is asked for again', async () => {
    const orgId = await createOrganisation();
    await database.store.pool.query('alter table connectors rename to connectors_away');
    await expect(catalogues.of(orgId, 'owner')).rejects.toThrow('connectors');
    await database.store.pool.query('alter table connectors_away rename to connectors');
    expect((await catalogues.of(orgId, 'owner')).toolSet).toBeDefined();
  });

  test('is counted for the consent page by level of access', async () => {
    const orgId = await createOrganisation();
    const shared = await catalogues.toolCounts(orgId, 'owner');
    await publish(orgId, 'counted', { look: 'get', change: 'post', change_more: 'post' });
    catalogues.invalidate(orgId);
    const counts = await catalogues.toolCounts(orgId, 'owner');
    expect([counts.read - shared.read, counts.full - shared.full]).toEqual([1, 3]);
    expect(counts.consumesCredits).toBe(false);
  });
});
