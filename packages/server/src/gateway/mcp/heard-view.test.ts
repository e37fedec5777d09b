import { expect, test } from 'vitest';
import type { Catalogues } from '../../connectors/catalogues.ts';
import type { McpView, OrganisationView } from '../../connectors/organisation-view.ts';
import type { Principal } from '../../kernel/principal.ts';
import { createHeardView } from './heard-view.ts';

const viewWith = (isListed: boolean): OrganisationView =>
  ({
    connectors: new Map([['wiki', { kind: 'mcp', isListed, target: { slug: 'wiki' } } as McpView]]),
  }) as unknown as OrganisationView;

const see = (views: readonly OrganisationView[], heard: Promise<void> | undefined) => {
  let read = 0;
  const catalogues = { of: async () => views[read++] } as unknown as Catalogues;
  const servers = { used: () => undefined, firstLists: () => heard };
  return createHeardView({ catalogues, servers })({} as Principal, { kind: 'any', path: '/mcp' });
};

test('a first list that came while the view was being read is seen in it', async () => {
  const [before, after] = [viewWith(false), viewWith(true)];
  expect(await see([before, after], Promise.resolve())).toBe(after);
  expect(await see([before, after], undefined)).toBe(after);
});

test('where all servers were heard the view is read once', async () => {
  const [known, other] = [viewWith(true), viewWith(true)];
  expect(await see([known, other], undefined)).toBe(known);
});
