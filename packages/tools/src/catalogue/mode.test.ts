import { expect, test } from 'vitest';
import type { Listed } from './listed.ts';
import { catalogueModeOf, FULL_MODE_BUDGET } from './mode.ts';

function tools(count: number, description = 'Lists the things.'): Listed[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `list_things_${index}`,
    title: 'List things',
    description,
    inputSchema: { type: 'object', properties: {}, additionalProperties: false },
    annotations: { title: 'List things', readOnlyHint: true, openWorldHint: true },
  }));
}

test('a small list is sent in full, and there is nothing to say about it', () => {
  expect(catalogueModeOf(tools(100))).toMatchObject({ mode: 'full', tools: 100 });
  expect(catalogueModeOf(tools(100))).not.toHaveProperty('warning');
});

test('more than a hundred tools within the budget change nothing, and the operator is told', () => {
  const decision = catalogueModeOf(tools(101));
  expect(decision.tokens).toBeLessThan(FULL_MODE_BUDGET.tokens);
  expect(decision).toMatchObject({ mode: 'full', warning: expect.stringContaining('101 tools') });
});

test.each([
  ['tokens', 50, 'word '.repeat(1_000)],
  ['bytes', 50, ' '.repeat(30_000)],
] as const)(
  'a list above the budget of %s is offered by search, and the operator is told',
  (unit, count, description) => {
    const decision = catalogueModeOf(tools(count, description));
    expect(decision[unit]).toBeGreaterThan(FULL_MODE_BUDGET[unit]);
    expect(decision).toMatchObject({ mode: 'search', warning: expect.stringContaining('offered by search') });
  },
);

test('the operator has the last word, and is told when it costs', () => {
  expect(catalogueModeOf(tools(1), 'search').mode).toBe('search');
  expect(catalogueModeOf(tools(1), 'search')).not.toHaveProperty('warning');
  expect(catalogueModeOf(tools(50, 'word '.repeat(1_000)), 'full')).toMatchObject({
    mode: 'full',
    warning: expect.stringContaining('listed in full as configured'),
  });
});
