import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { createCatalogues } from '../../src/connectors/catalogues.ts';
import { toolSetAt, type OrganisationView } from '../../src/connectors/organisation-view.ts';
import { applyDeclared } from '../../src/declared.ts';
import type { Resource } from '../../src/kernel/resource.ts';
import { bigDocument } from '../gateway/support/big-document.ts';
import { openPeople } from '../people/open-people.ts';

// How an operator says, in LATCHKEY_CONFIG, how the tools of a connector are offered.

let opened: Awaited<ReturnType<typeof openPeople>>;
let folder: string;
let made = 0;
beforeAll(async () => {
  opened = await openPeople();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-declared-'));
  await writeFile(join(folder, 'big.json'), bigDocument());
  await writeFile(join(folder, 'small.json'), bigDocument({ groups: 1, title: 'Small' }));
});
afterAll(async () => {
  await opened.close();
  await rm(folder, { recursive: true, force: true });
});

/** Declares connectors of a new organisation; what was said, and what the organisation sees then. */
async function declared(connectors: object[]) {
  made += 1;
  const slug = `org-${made}`;
  const file = join(folder, `${slug}.yaml`);
  const of = (more: object, index: number) => ({
    slug: `c${index}`,
    name: `C${index}`,
    organisation: slug,
    document: 'big.json',
    base_url: 'http://127.0.0.1:9',
    ...more,
  });
  await writeFile(file, stringify({ organisations: [{ slug, name: slug }], connectors: connectors.map(of) }));
  const said: string[] = [];
  const { store, people, publishMcp, setCredential } = opened;
  const applied = await applyDeclared(file, {
    store,
    people,
    publishMcp,
    setCredential,
    say: (line) => said.push(line),
  });
  if (!applied.ok) return { refused: applied.error };
  const organisation = await store.people.findOrganisationBySlug(slug);
  if (organisation === undefined) throw new Error('There is no organisation.');
  const view = await createCatalogues({ store }).of(organisation.id, 'owner');
  return { said: said.join('\n'), view, at: (place: string) => offerAt(view, slug, place) };
}

function offerAt(view: OrganisationView, org: string, place: string) {
  const [, kind, name = ''] = place.split('/');
  const path = `/mcp/${org}${place}`;
  const resource: Resource =
    kind === 'c'
      ? { kind: 'connector', path, org, connector: name }
      : kind === 't'
        ? { kind: 'toolset', path, org, toolset: name }
        : { kind: 'organisation', path, org, sse: false };
  const offer = toolSetAt(view, resource)?.offer();
  return (
    offer && { mode: offer.mode, tools: offer.tools, names: offer.listed('full').map(({ name: one }) => one) }
  );
}

const OWN = ['search_tools', 'describe_tools', 'call_read_tool', 'call_write_tool'];

test('nothing said: by size, with a warning that the operator sees, and a toolset for each tag', async () => {
  const { at, said } = await declared([{}, { document: 'small.json' }]);
  expect(said).toContain('MODE_CHANGED: 400 tools are');
  expect(said).toContain('/mcp/<organisation>/t/<toolset>: contract-matters, invoice-matters');
  expect(at?.('/c/c0')).toEqual({ mode: 'search', tools: 400, names: OWN });
  expect(at?.('/c/c1')).toMatchObject({ mode: 'full', tools: 40 });
  expect(at?.('')).toMatchObject({ mode: 'search', tools: 440 });
  expect(at?.('/t/sensor-matters')).toMatchObject({ mode: 'full', tools: 55 });
  expect(at?.('/t/nothing')).toBeUndefined();
});

describe('the mode', () => {
  test.each([
    ['search', 'small.json', 'search'],
    ['full', 'big.json', 'full'],
    ['auto', 'small.json', 'full'],
    ['auto', 'big.json', 'search'],
  ])('%s for %s is %s', async (mode, document, expected) => {
    const { at } = await declared([{ mode, document }]);
    expect(at?.('/c/c0')?.mode).toBe(expected);
    expect(at?.('')?.mode).toBe(expected);
    expect(at?.('/t/sensor-matters')?.mode).toBe('full');
  });

  test.each([
    ['full', 'full', 'full'],
    ['full', 'auto', 'search'],
    ['search', 'full', 'search'],
  ])('%s and %s together are %s', async (first, second, expected) => {
    const { at } = await declared([{ mode: first }, { mode: second, document: 'small.json' }]);
    expect(at?.('')?.mode).toBe(expected);
  });

  test('in full against the budget is warned of', async () => {
    expect((await declared([{ mode: 'full' }])).said).toContain('listed in full as configured');
  });
});

test('pinned tools are listed beside our own, wherever they are offered', async () => {
  const { at } = await declared([
    { pinned: ['POST /tickets', 'list_recipes'] },
    { document: 'small.json', mode: 'search' },
  ]);
  expect(at?.('/c/c0')?.names).toEqual([...OWN, 'create_ticket', 'list_recipes']);
  // Both connectors have tools of these names.
  expect(at?.('')?.names).toEqual([...OWN, 'c0_create_ticket', 'c0_list_recipes']);
});

test('declared toolsets take the place of the tags, and each is at its URL', async () => {
  const { at, said } = await declared([
    { toolsets: { billing: ['tag:invoice matters', 'list_contracts'], none: ['nothing'] } },
  ]);
  expect(said).toContain('"nothing" selects no tool');
  expect(at?.('/t/billing')).toMatchObject({ mode: 'full', tools: 51 });
  expect(at?.('/t/invoice-matters')).toBeUndefined();
  expect(at?.('/t/none')).toBeUndefined();
});

test('the documentation to link may be named', async () => {
  const { view } = await declared([{ mode: 'search', docs_url: 'https://docs.example.com/' }]);
  expect(JSON.stringify(view?.toolSet.offer().listed('full'))).toContain('C0 (https://docs.example.com/)');
});

test.each([
  [{ mode: 'everything' }, 'mode'],
  [{ pinned: 'list_recipes' }, 'pinned'],
  [{ pinned: Array.from({ length: 16 }, String) }, 'pinned'],
  [{ toolsets: ['a'] }, 'toolsets'],
  [{ docs_url: 'javascript:alert(1)' }, 'docs_url'],
  [{ pined: [] }, 'pined'],
])('%j is refused by name', async (connector, key) => {
  expect((await declared([connector])).refused).toContain(key);
});
