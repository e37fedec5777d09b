import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importConnector } from '../../src/connectors/import-connector.ts';
import { bigDocument } from '../gateway/support/big-document.ts';
import { rpc } from '../support/oauth-client.ts';
import { openWorld, type Member, type Organisation, type World } from './support/world.ts';

// A toolset is a resource as the others are: what is approved for one opens that one and nothing beside it.

let world: World;
let organisation: Organisation;
let other: Organisation;
let member: Member;

async function publish({ orgId }: Organisation, slug: string, document: string, options = {}): Promise<void> {
  const source = { orgId, slug, name: `The ${slug}`, baseUrl: 'http://127.0.0.1:9', document, options };
  const imported = await importConnector(world.latchkey.store, source);
  if (!imported.ok) throw new Error(imported.error.message);
}

const get = (operationId: string, tag: string) => ({
  get: { operationId, summary: operationId, tags: [tag], responses: { '200': { description: 'Well.' } } },
});

beforeAll(async () => {
  world = await openWorld();
  organisation = await world.newOrganisation();
  other = await world.newOrganisation();
  await publish(organisation, 'registry', bigDocument());
  await publish(other, 'registry', bigDocument({ groups: 1 }));
  const paths = {
    '/recipes': get('list_recipes', 'recipe matters'),
    '/secret': get('get_secret', '<b>Secret & Co</b>'),
  };
  await publish(
    organisation,
    'kitchen',
    JSON.stringify({ openapi: '3.1.0', info: { title: 'Kitchen' }, paths }),
  );
  member = await world.newMember([organisation, 'member']);
});
afterAll(() => world.close());

const at = (path: string, org = organisation) => `/mcp/${org.slug}${path}`;
const list = (path: string, token: string) =>
  rpc(world.url + path, { authorization: `Bearer ${token}` }, 'tools/list');
async function namesAt(path: string, token: string): Promise<string[]> {
  const { result } = (await (await list(path, token)).json()) as { result: { tools: { name: string }[] } };
  return result.tools.map(({ name }) => name);
}
async function tokenFor(path: string, access: 'read' | 'full' = 'full'): Promise<string> {
  const { tokens } = await world.connect(member, access, { resource: world.url + path });
  return tokens.access_token;
}

test('from the bare URL of a toolset a client finds its way to the tools of that toolset', async () => {
  const url = world.url + at('/t/ticket-matters');
  const challenge = (await rpc(url, {}, 'tools/list')).headers.get('www-authenticate') ?? '';
  const pointer = /resource_metadata="([^"]*)"/.exec(challenge)?.[1] ?? '';
  expect(pointer).toBe(`${world.url}/.well-known/oauth-protected-resource${at('/t/ticket-matters')}`);
  expect(await (await fetch(pointer)).json()).toMatchObject({
    resource: url,
    authorization_servers: [world.url],
  });

  const names = await namesAt(at('/t/ticket-matters'), await tokenFor(at('/t/ticket-matters')));
  expect(names).toHaveLength(50);
  expect(names.filter((name) => !/^(?:list|create|get|update|delete)_ticket/.test(name))).toEqual([]);
});

test('with read-only access only what reads', async () => {
  const names = await namesAt(at('/t/ticket-matters'), await tokenFor(at('/t/ticket-matters'), 'read'));
  expect(names).toHaveLength(20);
  expect(names.filter((name) => !/^(?:list|get)_ticket/.test(name))).toEqual([]);
});

test('the consent page names the toolset and counts its tools, not those of the organisation', async () => {
  const open = async (path: string) =>
    (
      await member.browser.open((await world.newRequest({ resource: world.url + path })).href)
    ).html.replaceAll(/<\/?bdi>/g, '');
  const page = await open(at('/t/ticket-matters'));
  expect(page).toContain('It reaches the toolset ticket matters only');
  expect(page).toContain('20 tools.');
  expect(page).toContain('50 tools.');
  expect(await open(at('/c/kitchen'))).toContain('It reaches the connector The kitchen only');
  expect(await open(at('/t/b-secret-co-b'))).not.toContain('<b>Secret');
  expect(await open(at('/t/nothing'))).toContain('0 tools.');
  expect(await open(at(''))).not.toContain('It reaches');
});

describe('a token for a toolset', () => {
  test.each([
    ['another toolset', () => at('/t/invoice-matters')],
    ['one whose name begins alike', () => at('/t/ticket-matters-2')],
    ['a connector', () => at('/c/registry')],
    ['the organisation', () => at('')],
    ['the organisation at its other address', () => at('/sse')],
    ['the single connector URL', () => '/mcp'],
    ['the same toolset of another organisation', () => at('/t/ticket-matters', other)],
  ])('does not open %s', async (_, path) => {
    const token = await tokenFor(at('/t/ticket-matters'));
    const refused = await list(path(), token);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect((await list(at('/t/ticket-matters'), token)).status).toBe(200);
  });

  test('does not reach a tool beside it by name', async () => {
    const token = await tokenFor(at('/t/ticket-matters'));
    for (const [name, args] of [
      ['list_invoices', {}],
      ['call_read_tool', { name: 'list_invoices' }],
      ['get_secret', {}],
    ] as const) {
      const answer = await rpc(
        world.url + at('/t/ticket-matters'),
        { authorization: `Bearer ${token}` },
        'tools/call',
        { name, arguments: args },
      );
      expect(await answer.json()).toMatchObject({
        result: { isError: true, structuredContent: { code: 'not_found' } },
      });
    }
  });
});

test('a token for the organisation opens its toolsets, which are below it', async () => {
  const token = await tokenFor(at(''));
  expect(await namesAt(at('/t/vehicle-matters'), token)).toHaveLength(50);
});

test('a toolset that two connectors have is of both, and each tool has its own name there', async () => {
  const token = await tokenFor(at('/t/recipe-matters'));
  const names = await namesAt(at('/t/recipe-matters'), token);
  expect(names).toEqual(expect.arrayContaining(['kitchen_list_recipes', 'registry_list_recipes']));
  expect(new Set(names).size).toBe(51);
});

test('an unknown toolset is found out only by who is let in', async () => {
  const unknown = at('/t/no-such-set');
  expect((await rpc(world.url + unknown, {}, 'tools/list')).status).toBe(401);
  expect((await list(unknown, await tokenFor(at('')))).status).toBe(404);
});

test('a toolset that is itself above the budget is offered by search', async () => {
  const big = await world.newOrganisation();
  const everything = JSON.stringify(bigDocument()).replaceAll(/\w+ matters/g, 'all');
  await publish(big, 'registry', JSON.parse(everything));
  const owner = await world.newMember([big, 'member']);
  const { tokens } = await world.connect(owner, 'full', { resource: world.url + at('/t/all', big) });
  expect(await namesAt(at('/t/all', big), tokens.access_token)).toEqual([
    'search_tools',
    'describe_tools',
    'call_read_tool',
    'call_write_tool',
  ]);
});

test('what an operator declares takes the place of the tags, and a change counts at once', async () => {
  const changing = await world.newOrganisation();
  await publish(changing, 'registry', bigDocument({ groups: 1 }));
  const owner = await world.newMember([changing, 'member']);
  const { tokens } = await world.connect(owner, 'full', { resource: world.url + at('', changing) });
  const token = tokens.access_token;
  expect(await namesAt(at('/t/recipe-matters', changing), token)).toHaveLength(5);
  await publish(changing, 'registry', bigDocument({ groups: 1 }), {
    toolsets: { daily: ['GET /recipes*', 'create_ticket'] },
  });
  await expect.poll(async () => (await list(at('/t/daily', changing), token)).status).toBe(200);
  expect(await namesAt(at('/t/daily', changing), token)).toEqual(['create_ticket', 'list_recipes']);
  expect((await list(at('/t/recipe-matters', changing), token)).status).toBe(404);
});
