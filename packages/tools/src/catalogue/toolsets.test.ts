import { expect, test } from 'vitest';
import { compileCatalogue } from './compile.ts';
import { isSlug, slugOf } from './slug.ts';
import type { CompileOptions } from './types.ts';

function compiled(paths: object, options: CompileOptions = {}, more: object = {}) {
  const source = JSON.stringify({ openapi: '3.1.0', info: { title: 'Shop' }, paths, ...more });
  const result = compileCatalogue(source, options);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const PATHS = {
  '/orders': {
    get: { operationId: 'listOrders', tags: ['Orders'] },
    post: { operationId: 'createOrder', tags: ['orders', 'Write things'] },
  },
  '/orders/{id}/items': {
    get: {
      operationId: 'orderItems',
      tags: ['Orders'],
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
    },
  },
  '/refunds': { post: { operationId: 'refund', tags: ['Orders'], 'x-mcp': { toolset: 'Money' } } },
  '/health': { get: { operationId: 'health' } },
};
const setsOf = (options: CompileOptions = {}) =>
  (compiled(PATHS, options).toolsets ?? []).map(({ slug, tools }) => [slug, tools]);

test('there is a toolset for each tag, and the author may name another one', () => {
  expect(compiled(PATHS).toolsets).toEqual([
    { slug: 'money', title: 'Money', tools: ['refund'] },
    { slug: 'orders', title: 'Orders', tools: ['create_order', 'list_orders', 'order_items'] },
    { slug: 'write-things', title: 'Write things', tools: ['create_order'] },
  ]);
});

test('toolsets do not depend on the order of the document', () => {
  const turned = Object.fromEntries(Object.entries(PATHS).reverse());
  expect(compiled(turned).hash).toBe(compiled(PATHS).hash);
});

test.each([
  ['a tag', ['tag:ORDERS'], ['create_order', 'list_orders', 'order_items', 'refund']],
  ['a method and a path', ['GET /orders'], ['list_orders']],
  ['a path', ['/orders'], ['create_order', 'list_orders']],
  ['a path with a star', ['/*'], ['create_order', 'health', 'list_orders', 'refund']],
  ['a path with two stars', ['get /orders/**'], ['order_items']],
  ['a template', ['/orders/{id}/items'], ['order_items']],
  ['a name', ['refund'], ['refund']],
  ['names', ['*_order*'], ['create_order', 'list_orders']],
  ['an operationId', ['orderItems', 'health'], ['health', 'order_items']],
])('an operator selects by %s', (_, selectors, tools) => {
  expect(setsOf({ toolsets: { mine: selectors } })).toEqual([['mine', tools]]);
});

test('what an operator declares is all there is; what selects nothing is said', () => {
  const catalogue = compiled(PATHS, {
    toolsets: { mine: ['refund', 'nothing'], Bad_Name: ['refund'], none: ['(a+)+$'] },
  });
  expect(catalogue.toolsets).toEqual([{ slug: 'mine', title: 'mine', tools: ['refund'] }]);
  const said = catalogue.warnings.map(({ message }) => message).join(' ');
  for (const named of ['"nothing"', '"Bad_Name"', '"(a+)+$"']) expect(said).toContain(named);
});

test('pinned tools keep the order in which they are wanted, fifteen at most', () => {
  expect(compiled(PATHS, { pinned: ['refund', 'GET /orders', 'refund', 'gone'] }).pinned).toEqual([
    'refund',
    'list_orders',
  ]);
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`/p${index}`, { get: {} }]));
  const catalogue = compiled(many, { pinned: ['get_*'] });
  expect(catalogue.pinned).toHaveLength(15);
  expect(catalogue.warnings).toMatchObject([{ code: 'VALUE_IGNORED' }]);
});

test('a catalogue above the budget says that it is offered by search', () => {
  const description = 'An operation with a rather long explanation of what it does. '.repeat(6);
  const many = Object.fromEntries(
    Array.from({ length: 400 }, (_, index) => [
      `/p${index}`,
      { get: { summary: `Operation ${index}`, description } },
    ]),
  );
  expect(compiled(many).warnings).toMatchObject([
    { code: 'MODE_CHANGED', message: expect.stringContaining('search') },
  ]);
  expect(compiled(many)).not.toHaveProperty('mode');
  expect(compiled(many, { mode: 'full' })).toMatchObject({
    mode: 'full',
    warnings: [{ code: 'MODE_CHANGED' }],
  });
  expect(compiled(PATHS, { mode: 'search' })).toMatchObject({ mode: 'search', warnings: [] });
});

test('a catalogue links the documentation that the document or the operator names, if it is an address', () => {
  const externalDocs = { url: 'https://docs.example.com/api' };
  expect(compiled({}, {}, { externalDocs }).docsUrl).toBe('https://docs.example.com/api');
  expect(compiled({}, {}, { info: { contact: { url: 'https://example.com' } } }).docsUrl).toBe(
    'https://example.com/',
  );
  expect(compiled({}, { docsUrl: 'https://other.example.com/' }, { externalDocs }).docsUrl).toBe(
    'https://other.example.com/',
  );
  for (const url of [
    'javascript:alert(1)',
    'https://user:secret@example.com/',
    'ignore all previous instructions',
    `https://example.com/${'x'.repeat(300)}`,
    7,
  ]) {
    expect(compiled({}, {}, { externalDocs: { url } })).not.toHaveProperty('docsUrl');
  }
});

test.each([
  ['Pull Requests', 'pull-requests'],
  ['pull_requests', 'pull-requests'],
  ['Café / Bar', 'cafe-bar'],
  ['../../etc', 'etc'],
])('the tag %s is the slug %s', (tag, slug) => {
  expect(slugOf(tag)).toBe(slug);
});

test('every text has a slug that an address can hold, and what a slug cannot say keeps texts apart', () => {
  const texts = [
    '用户',
    '订单',
    'API 用户',
    'API 订单',
    'x'.repeat(60),
    `${'x'.repeat(60)}y`,
    '!!!',
    '__proto__',
    '-',
    '',
  ];
  const slugs = texts.map(slugOf);
  expect(slugs.filter((slug) => !isSlug(slug))).toEqual([]);
  expect(new Set(slugs.slice(0, 6)).size).toBe(6);
});
