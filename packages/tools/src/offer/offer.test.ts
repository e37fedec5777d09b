import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileCatalogue } from '../catalogue/compile.ts';
import { RESERVED_NAMES } from '../catalogue/name.ts';
import { lintTools } from '../lint/lint.ts';
import { PROFILES } from '../lint/profiles.ts';
import type { ProfileName } from '../lint/profiles.ts';
import { describeTools } from './describe-tools.ts';
import { readInnerCall } from './inner-call.ts';
import { createOffer } from './offer.ts';
import type { OfferOptions } from './offer.ts';
import { searchTools } from './search-tools.ts';

const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };

function shop(options: Partial<OfferOptions> = {}) {
  const paths = {
    '/orders': {
      get: {
        operationId: 'listOrders',
        summary: 'List orders',
        description: 'Newest first. Paginated.',
        tags: ['Orders & more'],
        parameters: [
          { name: 'state', in: 'query', schema: { type: 'string', enum: ['open', 'paid'] } },
          { name: 'ids', in: 'query', required: true, schema: { type: 'array', items: { type: 'integer' } } },
        ],
      },
      post: {
        operationId: 'createOrder',
        summary: 'Create an order',
        tags: ['Orders & more'],
        'x-mcp': { cost: 1 },
      },
    },
    '/orders/{id}': { delete: { operationId: 'deleteOrder', summary: 'Delete an order', parameters: [id] } },
    '/stock': { get: { operationId: 'getStock', summary: 'Get the stock', tags: ['Stock'] } },
  };
  const compiled = compileCatalogue(JSON.stringify({ openapi: '3.1.0', info: { title: 'Shop' }, paths }));
  if (!compiled.ok) throw new Error(compiled.error.message);
  const tools = compiled.value.tools.map((tool) => ({ name: tool.name, tool }));
  const apis = [{ name: 'Shop', docsUrl: 'https://shop.example.com/docs' }];
  return createOffer(tools, { mode: 'search', apis, ...options });
}

const namesOf = (offer: ReturnType<typeof shop>, access: 'read' | 'full') =>
  offer.listed(access).map(({ name }) => name);
const textOf = (result: { content: readonly { type: string; text?: string }[] }) =>
  JSON.parse(result.content[0]?.text ?? '');

function searched(args: Record<string, unknown>, access: 'read' | 'full' = 'full', offer = shop()) {
  const answer = searchTools(offer.directory(access), access, args);
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return textOf(answer.value);
}

describe('what is listed', () => {
  test('in full mode is what the access reaches', () => {
    const offer = shop({ mode: 'auto' });
    expect(offer.mode).toBe('full');
    expect(namesOf(offer, 'full')).toEqual(['create_order', 'delete_order', 'get_stock', 'list_orders']);
    expect(namesOf(offer, 'read')).toEqual(['get_stock', 'list_orders']);
  });

  test('in search mode is our own tools; who may only read is not shown what calls writes', () => {
    expect(namesOf(shop(), 'full')).toEqual(RESERVED_NAMES);
    expect(namesOf(shop(), 'read')).toEqual(['search_tools', 'describe_tools', 'call_read_tool']);
    expect(JSON.stringify(shop().listed('read'))).not.toMatch(/write|change|"full"|order \(2\)|create/);
  });

  test('has the pinned tools too, in the order in which they are wanted, if the access reaches them', () => {
    const pinned = ['get_stock', 'create_order', 'no_such_tool', '__proto__'];
    expect(namesOf(shop({ pinned }), 'full').slice(4)).toEqual(['get_stock', 'create_order']);
    expect(namesOf(shop({ pinned }), 'read').slice(3)).toEqual(['get_stock']);
  });

  test('names and links the API in what calls its tools', () => {
    for (const tool of shop()
      .listed('full')
      .filter(({ name }) => name.startsWith('call_'))) {
      expect(tool.description).toContain('Shop (https://shop.example.com/docs)');
    }
  });

  test('reads and writes are called by different tools, each with its hint', () => {
    const hints = Object.fromEntries(
      shop()
        .listed('full')
        .map(({ annotations, name }) => [name, annotations]),
    );
    for (const name of ['search_tools', 'describe_tools', 'call_read_tool'])
      expect(hints[name]).toMatchObject({ readOnlyHint: true });
    expect(hints['call_write_tool']).toMatchObject({ destructiveHint: true });
    expect(hints['call_write_tool']).not.toHaveProperty('readOnlyHint');
  });

  test.each(Object.keys(PROFILES) as ProfileName[])('%s takes it', (profile) => {
    expect(lintTools(shop().listed('full'), profile)).toEqual([]);
  });

  test('is the same each time, and short', () => {
    expect(JSON.stringify(shop().listed('full'))).toBe(JSON.stringify(shop().listed('full')));
    expect(JSON.stringify(shop().listed('full')).length).toBeLessThan(4_000);
  });
});

describe('search_tools', () => {
  test('gives a signature, the first sentence, the access and the category', () => {
    expect(searched({ query: 'list orders' }).tools[0]).toEqual({
      name: 'list_orders',
      signature: 'list_orders(ids: integer[], state?: "open"|"paid")',
      description: 'List orders.',
      access: 'read',
      category: 'Orders & more',
    });
    expect(searched({ query: 'create an order' }).tools[0]).toMatchObject({ consumes_credits: true });
  });

  test('with read access finds no tool that changes something', () => {
    const found = searched({ query: 'create delete order' }, 'read');
    expect(found.tools.map(({ name }: { name: string }) => name)).toEqual(['list_orders']);
    expect(found.hint).not.toContain('call_write_tool');
    expect(searched({ query: 'create delete order', access: 'full' }, 'read').tools).toEqual([]);
  });

  test('stays within a category and a level of access', () => {
    const names = (args: Record<string, unknown>) =>
      searched(args).tools.map(({ name }: { name: string }) => name);
    expect(names({ query: 'orders', tag: 'orders-more' }).sort()).toEqual(['create_order', 'list_orders']);
    expect(names({ query: 'orders', tag: 'Orders & more', access: 'full' })).toEqual(['create_order']);
    expect(names({ query: 'orders', tag: 'nothing' })).toEqual([]);
  });

  test('names the categories where nothing matches', () => {
    expect(searched({ query: 'submarine' })).toEqual({
      tools: [],
      hint: expect.stringContaining('category'),
      categories: [
        { tag: 'orders-more', tools: 2 },
        { tag: 'stock', tools: 1 },
      ],
    });
    expect(searched({ query: 'submarine' }, 'read').categories).toContainEqual({
      tag: 'orders-more',
      tools: 1,
    });
  });

  test.each([
    ['no query', {}, 'query'],
    ['a query that is no text', { query: { $gt: '' } }, 'query'],
    ['more than 500 characters', { query: 'x'.repeat(501) }, 'query'],
    ['another level of access', { query: 'x', access: 'admin' }, 'access'],
    ['something unknown', JSON.parse('{"query":"x","__proto__":1}'), '__proto__'],
  ])('refuses %s', (_, args, field) => {
    const offer = shop();
    const answer = searchTools(offer.directory('full'), 'full', args);
    expect(answer).toMatchObject({ ok: false, error: [{ field }] });
  });
});

describe('describe_tools', () => {
  const described = (names: unknown, access: 'read' | 'full' = 'full') => {
    const answer = describeTools(shop().directory(access), { names });
    return answer.ok ? textOf(answer.value) : answer.error;
  };

  test('gives what tools/list would, and by which tool it is called', () => {
    const [create] = shop({ mode: 'full' }).listed('full');
    expect(described(['create_order']).tools).toEqual([{ ...create, call_with: 'call_write_tool' }]);
    expect(described('["list_orders"]').tools).toMatchObject([
      { name: 'list_orders', call_with: 'call_read_tool' },
    ]);
  });

  test('says what may have been meant by names that there are not', () => {
    expect(described(['listOrders', '__proto__', 'x'.repeat(300)]).unknown).toEqual([
      { name: 'listOrders', did_you_mean: expect.arrayContaining(['list_orders']) },
      { name: '__proto__', did_you_mean: [] },
      { name: 'x'.repeat(64), did_you_mean: [] },
    ]);
  });

  test('with read access knows no tool that changes something, nor hints at one', () => {
    const answer = described(['delete_order', 'create_order'], 'read');
    expect(answer.tools).toEqual([]);
    expect(
      JSON.stringify(answer.unknown.map((one: { did_you_mean: string[] }) => one.did_you_mean)),
    ).not.toMatch(/create|delete/);
  });

  test.each([[[]], [['a', 'b', 'c', 'd', 'e', 'f']], [[{}]], [undefined]])('refuses %j', (names) => {
    expect(described(names)).toMatchObject([{ field: expect.stringContaining('names') }]);
  });
});

describe('the call within call_read_tool', () => {
  test.each([
    [{ name: 'get_stock' }, { name: 'get_stock', arguments: {} }],
    [
      { name: 'x', arguments: { a: 1 } },
      { name: 'x', arguments: { a: 1 } },
    ],
    [
      { name: 'x', arguments: '{"a":{"b":2}}' },
      { name: 'x', arguments: { a: { b: 2 } } },
    ],
    [
      { name: 'x', arguments: null },
      { name: 'x', arguments: {} },
    ],
  ])('%j is read', (args, call) => {
    expect(readInnerCall('call_read_tool', args)).toEqual({ ok: true, value: call });
  });

  test.each([
    [{}, 'name'],
    [{ name: ['get_stock'] }, 'name'],
    [{ name: 'x', arguments: 'text' }, 'arguments'],
    [{ name: 'x', arguments: [1] }, 'arguments'],
    [{ name: 'x', args: {} }, 'args'],
  ])('%j is refused', (args, field) => {
    expect(readInnerCall('call_write_tool', args)).toMatchObject({ ok: false, error: [{ field }] });
  });

  test('a prototype among the arguments stays an argument', () => {
    const read = readInnerCall(
      'call_read_tool',
      JSON.parse('{"name":"x","arguments":{"__proto__":{"y":1}}}'),
    );
    expect(read.ok && Object.keys(read.value.arguments)).toEqual(['__proto__']);
    expect(({} as { y?: number }).y).toBeUndefined();
  });
});

test('pinned tools never make the list longer than one in full may be', () => {
  const description = 'word '.repeat(190);
  const paths = Object.fromEntries(
    Array.from({ length: 15 }, (_, index) => [
      `/p${index}`,
      {
        get: {
          summary: `Operation ${index}`,
          parameters: Array.from({ length: 40 }, (__, at) => ({
            name: `parameter_${at}`,
            in: 'query',
            description,
            schema: { type: 'string' },
          })),
        },
      },
    ]),
  );
  const compiled = compileCatalogue(JSON.stringify({ openapi: '3.1.0', info: { title: 'Shop' }, paths }));
  if (!compiled.ok) throw new Error(compiled.error.message);
  const tools = compiled.value.tools.map((tool) => ({ name: tool.name, tool }));
  const offer = createOffer(tools, { apis: [], pinned: tools.map(({ name }) => name) });
  expect(offer.mode).toBe('search');
  const own = 4;
  expect(offer.listed('full').length).toBeGreaterThan(own);
  expect(offer.listed('full').length).toBeLessThan(own + 15);
});

test('whatever is asked, with read access nothing that writes is ever answered', () => {
  const read = shop().directory('read');
  const words = fc.array(
    fc.constantFrom(
      'create',
      'delete',
      'order',
      'orders',
      'create_order',
      'DELETE /orders/{id}',
      'stock',
      'POST',
    ),
  );
  const asked = fc.oneof(
    words.map((some) => some.join(' ')),
    fc.string({ unit: 'binary', maxLength: 500 }),
  );
  fc.assert(
    fc.property(asked, fc.constantFrom(undefined, 'read' as const, 'full' as const), (text, access) => {
      const found = read.search(text, { access }).map(({ name }) => name);
      const told = [...found, ...read.nearest(text), read.find(text)?.name ?? 'get_stock'];
      expect(told.filter((name) => name !== 'get_stock' && name !== 'list_orders')).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
