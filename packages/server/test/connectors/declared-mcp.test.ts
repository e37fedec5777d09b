import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ToolFace } from '@latchkey/tools';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { createCatalogues } from '../../src/connectors/catalogues.ts';
import { mcpCatalogue } from '../../src/connectors/mcp-catalogue.ts';
import { applyDeclared } from '../../src/declared.ts';
import { dumpOf, openPeople } from '../people/open-people.ts';

// How an operator says, in LATCHKEY_CONFIG, that an MCP server stands behind us.

let opened: Awaited<ReturnType<typeof openPeople>>;
let folder: string;
let made = 0;
beforeAll(async () => {
  opened = await openPeople();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-declared-mcp-'));
});
afterAll(async () => {
  await opened.close();
  await rm(folder, { recursive: true, force: true });
});

const TOOL: ToolFace = {
  name: 'look',
  tags: [],
  title: 'Look',
  description: 'Looks.',
  inputSchema: { type: 'object', properties: {} },
  access: 'read',
  annotations: {
    title: 'Look',
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
};

async function declare(
  mcp: object,
  { more = {}, slug, variables }: { more?: object; slug?: string; variables?: Record<string, string> } = {},
) {
  made += 1;
  const connector = slug ?? `server-${made}`;
  const file = join(folder, `${made}.yaml`);
  await writeFile(
    file,
    stringify({
      organisations: [{ slug: 'acme', name: 'Acme' }],
      connectors: [{ slug: connector, name: 'Server', organisation: 'acme', mcp, ...more }],
    }),
  );
  const { people, publishMcp, setCredential, store } = opened;
  const applied = await applyDeclared(file, {
    people,
    publishMcp,
    setCredential,
    say: () => {},
    store,
    variables,
  });
  if (!applied.ok) return { refused: applied.error };
  const organisation = await store.people.findOrganisationBySlug('acme');
  if (organisation === undefined) throw new Error('There is no organisation.');
  const [row] = (await store.connectors.listVisibleTo(organisation.id)).filter(
    (found) => found.slug === connector,
  );
  const { connectors } = await createCatalogues({ store }).of(organisation.id, 'owner');
  const view = connectors.get(connector);
  if (row === undefined || view?.kind !== 'mcp') throw new Error('There is no such MCP server.');
  return { slug: connector, row, view, orgId: organisation.id };
}

async function published(mcp: object, options: Parameters<typeof declare>[1] = {}) {
  const declared = await declare(mcp, options);
  if (declared.refused !== undefined) throw new Error(declared.refused);
  return declared;
}

test.each([
  [
    { transport: 'streamable-http', url: 'https://mcp.example.com/mcp?team=1' },
    'https://mcp.example.com/mcp',
  ],
  [{ transport: 'sse', url: 'http://127.0.0.1:9/sse' }, 'http://127.0.0.1:9/sse'],
  [{ transport: 'stdio', command: 'node', args: ['server.js'], cwd: '/srv', env: {} }, undefined],
])('a server of %o is published with no tools yet, and nobody asks it for anything', async (mcp, baseUrl) => {
  const { row, slug, view } = await published(mcp);
  expect(view.target).toMatchObject({
    slug,
    name: 'Server',
    upstream: mcp,
    baseUrl: baseUrl ?? `stdio:${slug}`,
  });
  expect(view.toolSet.tools).toEqual([]);
  const { rows } = await opened.store.pool.query(
    `select action, detail from audit_events where target = $1`,
    [row.id],
  );
  expect(rows).toEqual([
    {
      action: 'connector.published',
      detail: { slug, transport: mcp.transport, catalogue: row.catalogueHash },
    },
  ]);
  const changes = await opened.store.changes.listYoungerThan(60);
  expect(changes).toContainEqual(expect.objectContaining({ kind: 'connector', subject: row.orgId }));
});

test('what the process of a server is told is sealed in the database, whether it stood in the file, in a variable or in another file', async () => {
  await writeFile(join(folder, 'token.txt'), 'of-a-file-7f3\n');
  const { row, orgId, slug, view } = await published(
    {
      transport: 'stdio',
      command: 'node',
      env: { PLAIN: 'of-the-file-9a1', TAKEN: { env: 'UPSTREAM_TOKEN' }, READ: { file: 'token.txt' } },
    },
    { variables: { UPSTREAM_TOKEN: 'of-a-variable-c44', OTHER: 'never-looked-at' } },
  );
  const dump = await dumpOf(opened.store);
  for (const secret of ['of-the-file-9a1', 'of-a-variable-c44', 'of-a-file-7f3'])
    expect(dump).not.toContain(secret);
  expect(JSON.stringify(view.target)).not.toContain('of-the-file-9a1');
  expect(opened.environment.open(view.target.upstream, { orgId, slug })).toMatchObject({
    env: { PLAIN: 'of-the-file-9a1', TAKEN: 'of-a-variable-c44', READ: 'of-a-file-7f3' },
  });
  expect(() => opened.environment.open(view.target.upstream, { orgId, slug: 'another' })).toThrow(
    'unable to authenticate data',
  );
  expect(row.kind).toBe('mcp');
});

test('a server that is declared again keeps the tools that are known of it, and another server in its place has none', async () => {
  const mcp = { transport: 'stdio', command: 'node', args: ['a.js'], env: { A: 'x', B: 'y' } };
  const first = await published(mcp);
  const catalogue = mcpCatalogue({ tools: [TOOL] });
  await opened.store.connectors.putCatalogue(catalogue.hash, JSON.stringify(catalogue));
  await opened.store.pool.query('update connectors set catalogue_hash = $1 where id = $2', [
    catalogue.hash,
    first.row.id,
  ]);
  const namesAfter = async (next: object) => {
    const { row, view } = await published(next, { slug: first.slug });
    expect(row.id).toBe(first.row.id);
    return view.toolSet.tools.map(({ name }) => name);
  };
  expect(await namesAfter({ ...mcp, env: { B: 'y', A: 'x' } })).toEqual(['look']);
  const { rows: before } = await opened.store.pool.query('select upstream from connectors where id = $1', [
    first.row.id,
  ]);
  expect(before).toEqual([{ upstream: first.row.upstream }]);
  expect(await namesAfter({ ...mcp, env: { A: 'x', B: 'a new secret' } })).toEqual(['look']);
  expect(await namesAfter({ ...mcp, args: ['b.js'] })).toEqual([]);
});

test.each<[string, object, object, string]>([
  [
    'no such transport',
    { transport: 'carrier-pigeon', url: 'https://a.example' },
    {},
    'streamable-http, sse or stdio',
  ],
  [
    'an address that is none',
    { transport: 'sse', url: 'ftp://a.example' },
    {},
    'must be an absolute http or https URL',
  ],
  [
    'a password in an address',
    { transport: 'sse', url: 'https://u:p@a.example/sse' },
    {},
    'must have no user',
  ],
  ['a command for an address', { transport: 'sse', command: 'node' }, {}, 'mcp.url'],
  [
    'a variable that is not set',
    { transport: 'stdio', command: 'x', env: { A: { env: 'NOPE' } } },
    {},
    'env A: the variable NOPE is not set',
  ],
  [
    'a file that is not there',
    { transport: 'stdio', command: 'x', env: { A: { file: 'nope' } } },
    {},
    'nope cannot be read',
  ],
  [
    'a variable that no process can have',
    { transport: 'stdio', command: 'x', env: { 'A=B': 'x' } },
    {},
    'connectors[0].mcp.env["A=B"]',
  ],
  [
    'a folder from nowhere',
    { transport: 'stdio', command: 'x', cwd: 'here' },
    {},
    'must be an absolute path',
  ],
  [
    'a document beside it',
    { transport: 'sse', url: 'https://a.example' },
    { document: 'a.json' },
    'document',
  ],
  [
    'a slug that is none',
    { transport: 'sse', url: 'https://a.example' },
    { slug: 'A B' },
    'lower-case letters',
  ],
])('%s is refused with a sentence that says what is wrong', async (_, mcp, more, sentence) => {
  const { refused } = await declare(mcp, { more });
  expect(refused).toContain(sentence);
});
