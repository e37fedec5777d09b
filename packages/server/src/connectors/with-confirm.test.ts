import { expect, test } from 'vitest';
import { withConfirm } from './with-confirm.ts';

const ASKS = 'Asks a person to agree before it does anything.';

test.each([
  ['Deletes it.', `Deletes it. ${ASKS}`],
  ['Deletes it', `Deletes it. ${ASKS}`],
  ['', ASKS],
  [undefined, ASKS],
  [7, ASKS],
])('a tool that is described as %j says that it asks', (description, shown) => {
  expect(withConfirm({ name: 'x', description }).description).toBe(shown);
});

test('a long description is cut, so that every client reads that it asks', () => {
  for (const text of ['x'.repeat(5_000), '\u{1f600}'.repeat(2_000), 'y'.repeat(1_024)]) {
    const { description } = withConfirm({ description: text });
    expect(description.length).toBeLessThanOrEqual(1_024);
    expect(description.endsWith(`… ${ASKS}`)).toBe(true);
    expect(description).not.toMatch(/\p{Surrogate}/u);
  }
});

test.each([
  ['has no schema', undefined, ['_confirm']],
  ['has a schema that is none', true, ['_confirm']],
  ['names no properties', { type: 'object' }, ['_confirm']],
  ['has properties', { type: 'object', properties: { a: {} }, required: ['a'] }, ['a', '_confirm']],
  ['has one of that name', { properties: { _Confirm: {} } }, ['_Confirm', '_confirm_2']],
  ['has one that is a prototype', { properties: JSON.parse('{"__proto__":{}}') }, ['__proto__', '_confirm']],
])('a tool that %s takes the code beside what it takes', (_, inputSchema, names) => {
  const shown = withConfirm({ inputSchema }).inputSchema as unknown as {
    properties: Record<string, unknown>;
    required?: string[];
  };
  expect(Object.keys(shown.properties)).toEqual(names);
  expect(shown.required ?? []).not.toContain(names.at(-1));
});
