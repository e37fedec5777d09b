import { expect, test } from 'vitest';
import type { ImportOperation } from '../../api/imports.ts';
import { chosenOf, findChosen, grouped, including, rowsOf } from './tree.ts';

function operation(
  key: string,
  more: { tags?: string[]; skipped?: string; summary?: string; choice?: ImportOperation['choice'] } = {},
): ImportOperation {
  const [method = '', path = ''] = key.split(' ');
  const access = method === 'GET' ? 'read' : 'full';
  const tool = {
    name: path.slice(1),
    title: path,
    description: '',
    access,
    bytes: 100,
    deprecated: false,
  } as const;
  return {
    operation: key,
    method,
    path,
    tool: more.skipped === undefined ? tool : null,
    skipped:
      more.skipped === undefined
        ? null
        : { code: more.skipped, message: 'It is so.', summary: more.summary ?? null },
    access_by_method: access,
    tags: more.tags ?? [],
    choice: more.choice ?? null,
    problems: { error: 0, warn: 0, info: 0 },
    testable: false,
  };
}

const OPERATIONS = [
  operation('GET /orders/list', { tags: ['Orders', 'Lists'] }),
  operation('POST /orders/new', { tags: ['Orders'] }),
  operation('GET /goods/old', {
    tags: ['Goods'],
    skipped: 'FILTERED',
    summary: 'Former goods',
    choice: { include: false },
  }),
  operation('TRACE /goods/trace', { tags: ['Goods'], skipped: 'METHOD_UNSUPPORTED' }),
  operation('GET /status'),
];

const LEFT_OUT = { 'GET /goods/old': { include: false } };

const chosen = (choices = {}) => OPERATIONS.map((one) => chosenOf(one, { ...LEFT_OUT, ...choices }));
const names = (items: ReturnType<typeof findChosen>) => items.map((one) => one.operation.operation);

test('what is decided now counts before what was answered earlier', () => {
  const [list, made, old, trace] = chosen({
    'GET /orders/list': { include: false },
    'POST /orders/new': { access: 'read', reason: 'It searches.' },
    'GET /goods/old': {},
    'TRACE /goods/trace': {},
  });
  expect(list?.included).toBe(false);
  expect(made).toMatchObject({ included: true, access: 'read' });
  expect(old?.included).toBe(true);
  // No choice makes a tool of what can be none.
  expect(trace).toMatchObject({ included: false, hindrance: 'It is so.' });
});

test('a choice that is taken back is no longer what the server still answers', () => {
  const out = operation('GET /a', { skipped: 'FILTERED', choice: { include: false } });
  expect(chosenOf(out, { 'GET /a': { include: false } })).toMatchObject({
    included: false,
    hindrance: undefined,
  });
  // What a rule leaves out, such as being deprecated, no tick brings back.
  expect(chosenOf(operation('GET /a', { skipped: 'FILTERED' }), {}).hindrance).toBe('It is so.');
  expect(chosenOf(out, {}).included).toBe(true);
  const answered = {
    ...operation('POST /b'),
    tool: operation('GET /b').tool,
    choice: { access: 'read' as const },
  };
  expect(chosenOf(answered, { 'POST /b': { access: 'read' } }).access).toBe('read');
  expect(chosenOf(answered, {}).access).toBe('full');
});

test('groups say whether all, some or none of what they have is ticked', () => {
  const byTag = grouped(chosen(), 'tag', 'None');
  expect(byTag.map(({ checked, name }) => [name, checked])).toEqual([
    ['Orders', 'all'],
    ['Goods', 'none'],
    ['None', 'all'],
  ]);
  const [orders] = grouped(chosen({ 'GET /orders/list': { include: false } }), 'tag', 'None');
  expect(orders?.checked).toBe('some');
  expect(grouped(chosen(), 'path', '').map(({ name }) => name)).toEqual(['/orders', '/goods', '/status']);
});

test('ticking a group changes what can be a tool and is not one yet', () => {
  expect(including(chosen(), true)).toEqual({ 'GET /goods/old': {} });
  expect(Object.keys(including(chosen(), false))).toEqual([
    'GET /orders/list',
    'POST /orders/new',
    'GET /status',
  ]);
});

test.each([
  ['all', '', 5],
  ['tools', '', 3],
  ['out', '', 2],
  ['read', '', 2],
  ['full', '', 1],
  ['all', ' ORDERS ', 2],
  ['read', 'orders', 1],
  ['out', 'former goods', 1],
] as const)('of the view %s with %j there are %i', (view, q, count) => {
  expect(findChosen(chosen(), { q, view })).toHaveLength(count);
});

test('rows of a closed group are not there', () => {
  const groups = grouped(findChosen(chosen(), { q: '', view: 'all' }), 'tag', 'None');
  expect(rowsOf(groups, (name) => name === 'Orders').map(({ key }) => key)).toEqual([
    'group Orders',
    'operation GET /orders/list',
    'operation POST /orders/new',
    'group Goods',
    'group None',
  ]);
  expect(names(groups[0]?.operations ?? [])).toHaveLength(2);
});
