import { compileCatalogue, lintTools, PROFILES, type ProfileName } from '@latchkey/tools';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createToolDocument, routesOf } from '../../src/portal/openapi/document.ts';
import { compileAnswers } from './check-answers.ts';
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

function compiled(document: Json = portal.document) {
  const catalogue = compileCatalogue(JSON.stringify(document));
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

test('every answer that is described has a schema that can be compared with', () => {
  expect(compileAnswers(portal.document)).toBeGreaterThan(operations().length);
});

test('every moment in an answer is said to be one', () => {
  const unsaid: string[] = [];
  const look = (at: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, below] of Object.entries(value)) {
      const { anyOf: kinds = [below] } = Object(below) as { anyOf?: Json[] };
      const isAnyText = kinds.some((kind) => kind?.type === 'string' && kind.format === undefined);
      if (/(?:^|_)at$/.test(name) && isAnyText) unsaid.push(`${at} ${name}`);
      look(at, below);
    }
  };
  for (const { method, operation, path } of operations()) look(`${method} ${path}`, operation['responses']);
  expect(unsaid).toEqual([]);
});

test('every operation has a name of its own, a summary and a description', () => {
  const ids = operations().map(({ operation }) => String(operation['operationId']));
  expect(new Set(ids).size).toBe(ids.length);
  for (const { operation } of operations()) {
    expect(operation['operationId']).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
    expect(String(operation['summary']).length).toBeGreaterThan(4);
    expect(String(operation['description'])).toMatch(/^[A-Z].*\.$/s);
  }
});

test('the document is served to anybody, as it is', async () => {
  const answer = await portal.app.request(`${portal.baseUrl}/portal/v1/openapi.json`);
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=300']);
  expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(portal.document)));
});

test('our own compiler makes a tool of every operation, under its name', () => {
  const { skipped, tools, warnings } = compiled();
  expect(skipped).toEqual([]);
  // A pattern that is not portable is left to us to check; and all of them together are many, which nobody is offered.
  const expected = ['PATTERN_DROPPED', 'MODE_CHANGED'];
  expect(warnings.filter(({ code }) => !expected.includes(code))).toEqual([]);
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

describe('the document for models', () => {
  const tools = () =>
    compiled(createToolDocument({ routes: portal.portalRoutes }, 'http://localhost/portal/v1'));

  test('compiles without a warning, and takes the organisation from nobody', () => {
    const { skipped, tools: made, warnings } = tools();
    expect([skipped, warnings]).toEqual([[], []]);
    expect(made.length).toBeGreaterThan(8);
    for (const { binding, inputSchema } of made) {
      expect(binding.path).toMatch(/^\/organisations\/-(?:\/|$)/);
      expect(Object.keys(inputSchema.properties)).not.toContain('org');
    }
  });

  test('has what reads, and of what writes only that which takes something away and can be put right', () => {
    const writing = tools().tools.filter(({ access }) => access === 'full');
    expect(writing.map(({ name }) => name).toSorted()).toEqual([
      'disconnect',
      'make_connection_read_only',
      'revoke_key',
      'suspend_agent',
    ]);
    expect(tools().tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['list_keys', 'list_connections', 'list_audit_events', 'get_organisation']),
    );
  });

  test('passes the checks of the clients that will show it', () => {
    const listed = tools().tools.map(({ annotations, description, inputSchema, name, title }) => ({
      annotations,
      description,
      inputSchema,
      name,
      title,
    }));
    const found = Object.keys(PROFILES).flatMap((profile) => lintTools(listed, profile as ProfileName));
    expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
