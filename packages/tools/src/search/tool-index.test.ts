import { describe, expect, test } from 'vitest';
import { compileCatalogue } from '../catalogue/compile.ts';
import { createToolIndex } from './tool-index.ts';
import type { Offered } from './tool-index.ts';

function offered(paths: object): Offered[] {
  const compiled = compileCatalogue(JSON.stringify({ openapi: '3.1.0', info: { title: 'Shop' }, paths }));
  if (!compiled.ok) throw new Error(compiled.error.message);
  return compiled.value.tools.map((tool) => ({ name: tool.name, tool }));
}

const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const SHOP = offered({
  '/orders': {
    get: { operationId: 'listOrders', summary: 'List orders', tags: ['Orders'] },
    post: { operationId: 'placeOrder', summary: 'Place an order', tags: ['Orders'] },
  },
  '/orders/{id}': {
    get: { operationId: 'getOrder', summary: 'Get an order', parameters: [id] },
    patch: { operationId: 'updateOrder', summary: 'Update an order', parameters: [id] },
    delete: { operationId: 'cancelOrder', summary: 'Cancel an order', parameters: [id] },
  },
  '/orders/{id}/notes': {
    get: { operationId: 'listNotes', summary: 'List the notes of an order', parameters: [id] },
    post: { operationId: 'addNote', summary: 'Add a note to an order', parameters: [id] },
  },
  '/customers': {
    get: {
      operationId: 'listCustomers',
      summary: 'List customers',
      parameters: [{ name: 'email', in: 'query', schema: { type: 'string' } }],
    },
    post: { operationId: 'createCustomer', summary: 'Create a customer' },
  },
  '/warehouses/{id}': {
    delete: { operationId: 'deleteWarehouse', summary: 'Delete a warehouse', parameters: [id] },
  },
  '/constructor': { get: { operationId: '__proto__', summary: 'toString hasOwnProperty' } },
});
const index = createToolIndex(SHOP);

test.each([
  ['list all orders', 'list_orders'],
  ['make a new order', 'place_order'],
  ['remove an order', 'cancel_order'],
  ['change an order', 'update_order'],
  ['show one order', 'get_order'],
  ['leave a comment on an order', 'add_note'],
  ['what notes does an order have', 'list_notes'],
  ['add a client', 'create_customer'],
  ['find a customer by email', 'list_customers'],
  ['destroy a warehouse', 'delete_warehouse'],
  ['LISTORDERS listOrders', 'list_orders'],
])('"%s" finds %s among the first three', (query, name) => {
  expect(index.search(query, { limit: 3 }).map((hit) => hit.name)).toContain(name);
});

test.each([
  ['POST /orders/{id}/notes', ['add_note']],
  ['get /orders/:order', ['get_order']],
  ['/orders/{x}', ['cancel_order', 'get_order', 'update_order']],
  [' /Orders/ ', ['list_orders', 'place_order']],
  ['/constructor', ['proto']],
])('an endpoint as documentation writes it, %s, comes first', (query, names) => {
  expect(
    index
      .search(query)
      .slice(0, names.length)
      .map(({ name }) => name),
  ).toEqual(names);
});

test('the same question has the same answer, whatever the order of the tools', () => {
  const turned = createToolIndex([...SHOP].reverse());
  for (const query of ['order', 'orders notes', 'customer', 'the', 'get']) {
    expect(turned.search(query).map(({ name }) => name)).toEqual(index.search(query).map(({ name }) => name));
  }
});

test('equal matches are in the order of their names', () => {
  const alike = offered(
    Object.fromEntries(['/b', '/a', '/c'].map((path) => [path, { get: { summary: 'Same thing' } }])),
  );
  expect(
    createToolIndex(alike)
      .search('same thing')
      .map(({ name }) => name),
  ).toEqual(['get_a', 'get_b', 'get_c']);
});

test('there are never more hits than asked for, and none of what is not accepted', () => {
  expect(index.search('order', { limit: 2 })).toHaveLength(2);
  expect(index.search('order').length).toBeLessThanOrEqual(8);
  const reads = index.search('order', { accept: ({ tool }) => tool.access === 'read' });
  expect(reads.length).toBeGreaterThan(0);
  expect(reads.filter(({ tool }) => tool.access === 'full')).toEqual([]);
});

describe('whatever is asked', () => {
  test.each([
    ['nothing', ''],
    ['spaces', '   \n\t '],
    ['marks', '.*+?^${}()|[]\\/"\'`<>'],
    ['a regular expression that explodes', `${'(a+)+'.repeat(60)}$ ${'a'.repeat(200)}!`],
    ['a prototype', '__proto__ constructor toString hasOwnProperty valueOf'],
    ['a megabyte of one letter', 'a'.repeat(1_000_000)],
    ['a megabyte of words', 'order note customer '.repeat(50_000)],
    ['half a character', '\uD800 \uDC00'],
    ['another script', '注文を一覧する'],
    ['control characters', '\u0000\u001b[31morders\u202e'],
    ['a query language', "orders' OR 1=1; DROP TABLE tools; --"],
  ])('(%s) there is an answer of at most eight tools', (_, query) => {
    const hits = index.search(query);
    expect(hits.length).toBeLessThanOrEqual(8);
    for (const hit of hits) expect(SHOP).toContain(hit);
  });

  test('a hundred thousand questions leave nothing behind', () => {
    const before = JSON.stringify(index.search('add a note').map(({ name }) => name));
    for (let count = 0; count < 100_000; count += 1) index.search(`order ${count % 7} unknown${count}`);
    expect(JSON.stringify(index.search('add a note').map(({ name }) => name))).toBe(before);
  });
});

test('an index of no tools finds nothing', () => {
  expect(createToolIndex([]).search('anything')).toEqual([]);
});

test('ten thousand tools can be searched', () => {
  const many = Array.from({ length: 10_000 }, (_, number) => {
    const one = SHOP[number % SHOP.length];
    if (!one) throw new Error('There is no tool.');
    return { name: `tool_${number}`, tool: one.tool };
  });
  expect(createToolIndex(many).search('destroy a warehouse')[0]?.tool.name).toBe('delete_warehouse');
});
