import { expect, test } from 'vitest';
import type { ConnectorTool } from '../api/types.ts';
import { filterTools, readToolsSearch } from './tools-search.ts';

function tool(
  name: string,
  more: { access?: 'read' | 'full'; waiting?: boolean; enabled?: boolean; description?: string },
): ConnectorTool {
  const { access = 'read', description = '', enabled = true, waiting = false } = more;
  return {
    name,
    title: name.replaceAll('_', ' '),
    description,
    access,
    waiting,
    rule: { enabled: null, access: null, roles: null, confirmation: null, description: null },
    effective: { enabled, access, roles: ['owner'], confirmation: null },
    calls: 0,
    errors: 0,
    credits: false,
    test: null,
  };
}

const TOOLS = [
  tool('list_orders', { description: 'What was bought.' }),
  tool('refund_order', { access: 'full' }),
  tool('close_shop', { access: 'full', waiting: true, enabled: false }),
  tool('list_secrets', { enabled: false }),
];

test.each([
  [{}, ['list_orders', 'refund_order', 'close_shop', 'list_secrets']],
  [{ show: 'read' }, ['list_orders', 'list_secrets']],
  [{ show: 'write' }, ['refund_order', 'close_shop']],
  [{ show: 'waiting' }, ['close_shop']],
  // What waits is off for another reason, and has a view of its own.
  [{ show: 'off' }, ['list_secrets']],
  [{ q: ' ORDER ' }, ['list_orders', 'refund_order']],
  [{ q: 'bought' }, ['list_orders']],
  [{ q: 'order', show: 'write' }, ['refund_order']],
  [{ q: 'nothing' }, []],
] as const)('the filter %j shows %j', (search, names) => {
  expect(filterTools(TOOLS, search).map(({ name }) => name)).toEqual(names);
});

test('an address says which tools to show, and nonsense in it says nothing', () => {
  expect(readToolsSearch({ q: 'order', show: 'waiting' })).toEqual({ q: 'order', show: 'waiting' });
  expect(readToolsSearch({ q: '', show: 'all' })).toEqual({});
  expect(readToolsSearch({ q: ['a'], show: 'constructor' })).toEqual({});
});
