import { expect, test } from 'vitest';
import { compileCatalogue } from './compile.ts';
import { reportOf } from './report.ts';
import type { Catalogue, CompileOptions, Tool } from './types.ts';

function compiled(document: object, options?: CompileOptions): Catalogue {
  const result = compileCatalogue(
    JSON.stringify({ openapi: '3.1.0', info: { title: 'Shop' }, ...document }),
    options,
  );
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function tool(operation: object, method = 'get', path = '/x'): Tool {
  const [one] = compiled({ paths: { [path]: { [method]: operation } } }).tools;
  if (!one) throw new Error('There is no tool.');
  return one;
}

test.each([
  ['get', 'read', { readOnlyHint: true }],
  ['head', 'read', { readOnlyHint: true }],
  ['post', 'full', { destructiveHint: true }],
  ['put', 'full', { destructiveHint: true, idempotentHint: true }],
  ['patch', 'full', { destructiveHint: true }],
  ['delete', 'full', { destructiveHint: true, idempotentHint: true }],
])('%s has access %s', (method, access, hints) => {
  const one = tool({ summary: 'Do it.' }, method);
  expect(one.access).toBe(access);
  expect(one.annotations).toEqual({ title: 'Do it', ...hints, openWorldHint: true });
});

test('the author of the document names, describes and classifies a tool', () => {
  const hints = { name: 'find-things', title: 'Find', description: 'Finds things.', access: 'read', cost: 2 };
  expect(tool({ operationId: 'other', 'x-mcp': hints }, 'post')).toMatchObject({
    name: 'find_things',
    title: 'Find',
    description: 'Finds things. Consumes credits.',
    access: 'read',
    annotations: { title: 'Find', readOnlyHint: true },
    consumesCredits: true,
    credits: 2,
  });
});

test.each([
  [true, { consumesCredits: true }],
  ['per page', { consumesCredits: true }],
  [0, {}],
  [-1, {}],
  [false, {}],
])('a cost of %s is no number of credits', (cost, said) => {
  const { consumesCredits, credits } = tool({ operationId: 'one', 'x-mcp': { cost } });
  expect({ ...(consumesCredits && { consumesCredits }), ...(credits && { credits }) }).toEqual(said);
});

test.each([1e15, 1_000_001])('a cost of %s is counted as a million, and reported', (cost) => {
  const operation = { operationId: 'one', 'x-mcp': { cost } };
  const { tools, warnings } = compiled({ paths: { '/one': { get: operation } } });
  expect(tools.map(({ credits }) => credits)).toEqual([1_000_000]);
  expect(warnings.map(({ code, pointer }) => [code, pointer])).toContainEqual([
    'VALUE_IGNORED',
    '/paths/~1one/get/x-mcp/cost',
  ]);
});

test('hidden and deprecated operations are left out, and say by which rule', () => {
  const paths = { '/a': { get: { 'x-mcp': false } }, '/b': { get: { deprecated: true } } };
  expect(compiled({ paths }).skipped.map(({ code, path, pointer }) => [code, path, pointer])).toEqual([
    ['FILTERED', '/a', '/paths/~1a/get'],
    ['FILTERED', '/b', '/paths/~1b/get'],
  ]);
  expect(compiled({ paths }, { include: { deprecated: true } }).tools).toHaveLength(1);
});

test('one that was left out keeps what it is found by: its tags, and its summary as plain text', () => {
  const paths = {
    '/a': {
      get: { 'x-mcp': false, tags: ['Orders'], summary: `**List** orders${'\u202e'}.`, description: 'Long.' },
    },
    '/b': { get: { deprecated: true } },
    '/c': { get: { 'x-mcp': false, summary: 'x'.repeat(5000) } },
  };
  const [first, second, third] = compiled({ paths }).skipped;
  expect(first).toMatchObject({ tags: ['Orders'], summary: 'List orders' });
  expect(second).not.toHaveProperty('summary');
  expect(third?.summary?.length).toBeLessThan(300);
  expect(compiled({ paths }).warnings).toEqual([]);
});

test('a description is the summary, the first paragraph and the facts', () => {
  const one = tool({
    summary: 'List orders',
    description: 'Newest **first**.\n\nMore.',
  });
  expect(one.description).toBe('List orders. Newest first.');
});

test('the alternative of the requirements that the credential satisfies is taken, with its scopes', () => {
  const components = {
    securitySchemes: {
      oauth: { type: 'oauth2', flows: {} },
      key: { type: 'apiKey', in: 'header', name: 'X-Key' },
      tls: { type: 'mutualTLS' },
    },
  };
  const parameters = [{ name: 'x-key', in: 'header', required: true, schema: { type: 'string' } }];
  const security = [{ tls: [] }, { oauth: ['write'] }, { key: [] }];
  const paths = {
    '/a': { get: { operationId: 'a', security, parameters } },
    '/b': { get: { operationId: 'b', security: [{ tls: [] }] } },
    '/c': { get: { operationId: 'c', security: [] } },
    '/d': { get: { operationId: 'd', security: [{ unknown: [] }] } },
  };
  const catalogue = compiled({ components, paths });
  const [a, c] = catalogue.tools;
  expect(a).toMatchObject({
    scopes: ['write'],
    binding: { security: ['oauth'] },
    inputSchema: { properties: {} },
  });
  expect(a?.description).toBe('GET /a. Requires scope write.');
  expect(c).toMatchObject({ name: 'c', binding: { security: [], anonymous: true } });
  expect(catalogue.skipped.map(({ path, code }) => [path, code])).toEqual([
    ['/b', 'AUTH_UNSUPPORTED'],
    ['/d', 'AUTH_UNSUPPORTED'],
  ]);
  const keyed = compiled({ components, paths }, { security: ['key'] });
  expect(keyed.tools[0]?.binding.security).toEqual(['key']);
  expect(catalogue.security).toContainEqual({
    name: 'key',
    type: 'apiKey',
    in: 'header',
    parameterName: 'X-Key',
  });
});

test('a body is flat unless a field has the name of a parameter or the shape is open', () => {
  const body = (schema: object): object => ({
    requestBody: { required: true, content: { 'application/json': { schema } } },
  });
  const query = { parameters: [{ name: 'Name', in: 'query', schema: { type: 'string' } }] };
  const plain = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } };
  expect(tool(body(plain), 'post').inputSchema).toMatchObject({
    properties: { name: {} },
    required: ['name'],
  });
  expect(Object.keys(tool({ ...query, ...body(plain) }, 'post').inputSchema.properties)).toEqual([
    'Name',
    'body',
  ]);
  for (const open of [
    { ...plain, additionalProperties: { type: 'string' } },
    { ...plain, anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    { type: 'object' },
    { type: 'array', items: { type: 'string' } },
    {
      type: 'object',
      properties: Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`p${index}`, {}])),
    },
  ]) {
    expect(Object.keys(tool(body(open), 'post').inputSchema.properties)).toEqual(['body']);
  }
  const named = { parameters: [{ name: 'Body', in: 'query', schema: {} }], ...body({ type: 'object' }) };
  expect(Object.keys(tool(named, 'post').inputSchema.properties)).toEqual(['Body', 'request_body']);
});

test('a field that every body needs is required, also where the body is not said to be', () => {
  const schema = {
    type: 'object',
    required: ['to'],
    properties: { to: { type: 'string' }, text: { type: 'string' } },
  };
  const form = { requestBody: { content: { 'application/x-www-form-urlencoded': { schema } } } };
  expect(tool(form, 'post').inputSchema.required).toEqual(['to']);
});

test('the empty body that some documents give every GET is ignored', () => {
  const content = {
    'application/x-www-form-urlencoded': {
      schema: { type: 'object', properties: {}, additionalProperties: false },
    },
  };
  expect(tool({ requestBody: { content } }).binding).not.toHaveProperty('body');
});

test('the hash is of the content: it changes with a tool, not with the order or the spaces of the source', () => {
  const paths = { '/a': { get: { operationId: 'a' } }, '/b': { get: { operationId: 'b' } } };
  const turned = { '/b': paths['/b'], '/a': paths['/a'] };
  const [one, other] = [compiled({ paths }), compiled({ paths: turned })];
  expect(other.hash).toBe(one.hash);
  expect(other.sourceSha256).not.toBe(one.sourceSha256);
  expect(compiled({ paths: { ...paths, '/b': { get: { operationId: 'c' } } } }).hash).not.toBe(one.hash);
  expect(JSON.stringify(compiled({ paths }))).toBe(JSON.stringify(one));
});

test.each([
  ['/a/../b', 'PATH_INVALID'],
  ['/a b', 'PATH_INVALID'],
  ['/a#b', 'PATH_INVALID'],
  ['/a?b={c}', 'PATH_INVALID'],
  ['/a/{b', 'PATH_INVALID'],
  ['/a/{}', 'PATH_INVALID'],
  [`/${'{'.repeat(100_000)}`, 'PATH_INVALID'],
])('the path %s is no path', (path, code) => {
  expect(compiled({ paths: { [path]: { get: {} } } }).skipped).toMatchObject([{ method: 'GET', code }]);
});

test('more operations than are read reject the document', () => {
  const paths = Object.fromEntries(Array.from({ length: 20_001 }, (_, index) => [`/${index}`, { get: {} }]));
  expect(compileCatalogue(JSON.stringify({ openapi: '3.0.0', paths }))).toMatchObject({
    ok: false,
    error: { code: 'TOO_LARGE' },
  });
});

test('a tool that no cut makes small enough is skipped', () => {
  const parameters = Array.from({ length: 600 }, (_, index) => ({
    name: `parameter_with_a_long_name_${index}`,
    in: 'query',
    schema: { type: 'string' },
  }));
  expect(compiled({ paths: { '/a': { get: { parameters } } } }).skipped).toMatchObject([
    { code: 'TOO_LARGE' },
  ]);
});

test('a report counts what became of every operation', () => {
  const paths = { '/a': { get: {}, post: {} }, '/b': { get: { deprecated: true } }, '/c d': { get: {} } };
  const report = reportOf(compiled({ paths }));
  expect(report).toMatchObject({
    operations: 4,
    tools: { read: 1, full: 1 },
    skipped: { FILTERED: 1, PATH_INVALID: 1 },
    warnings: {},
    largestTool: { name: 'post_a' },
  });
  expect(report.bytes).toBeGreaterThan(report.largestTool?.bytes ?? Infinity);
});
