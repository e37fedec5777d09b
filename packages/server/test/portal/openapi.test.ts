import { compileCatalogue } from '@latchkey/tools';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { routesOf } from '../../src/portal/openapi/document.ts';
import { openPortal, type OpenedPortal } from './open-portal.ts';

type Json = Record<string, unknown>;

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

const operations = () =>
  Object.entries(portal.document['paths'] as Record<string, Record<string, Json>>).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

function compiled() {
  const catalogue = compileCatalogue(JSON.stringify(portal.document));
  if (!catalogue.ok) throw new Error(catalogue.error.message);
  return catalogue.value;
}

test('every route that is mounted is described, and the document has no other', () => {
  const routes = routesOf({ routes: portal.portalRoutes });
  expect(routes.filter(({ description }) => description === undefined)).toEqual([]);
  const mounted = routes.map(({ method, path }) => `${method} ${path}`);
  expect(
    operations()
      .map(({ method, path }) => `${method} ${path}`)
      .toSorted(),
  ).toEqual(mounted.toSorted());
  expect(mounted.length).toBeGreaterThan(20);
});

test('every operation has a name of its own, a summary and a description', () => {
  const ids = operations().map(({ operation }) => String(operation['operationId']));
  expect(new Set(ids).size).toBe(ids.length);
  for (const { operation } of operations()) {
    expect(operation['operationId']).toMatch(/^[a-z]+(?:_[a-z]+)+$/);
    expect(String(operation['summary']).length).toBeGreaterThan(4);
    expect(String(operation['description'])).toMatch(/^[A-Z].*\.$/s);
  }
});

test('the document is served to anybody, as it is', async () => {
  const answer = await portal.app.request(`${portal.baseUrl}/portal/v1/openapi.json`);
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=300']);
  expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(portal.document)));
});

test('our own compiler makes a tool of every operation, under its name, without a warning', () => {
  const { skipped, tools, warnings } = compiled();
  expect(skipped).toEqual([]);
  expect(warnings).toEqual([]);
  expect(tools.map(({ name }) => name).toSorted()).toEqual(
    operations()
      .map(({ operation }) => String(operation['operationId']))
      .toSorted(),
  );
});

test('what only reads is a read-only tool, and nothing else is', () => {
  const access = new Map(compiled().tools.map((tool) => [tool.name, tool.access]));
  for (const { method, operation } of operations()) {
    const wanted = method === 'get' ? 'read' : 'full';
    expect([operation['operationId'], access.get(String(operation['operationId']))]).toEqual([
      operation['operationId'],
      wanted,
    ]);
  }
});
