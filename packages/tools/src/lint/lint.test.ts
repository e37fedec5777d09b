import { expect, test } from 'vitest';
import { lintTools } from './lint.ts';
import type { ListedTool } from './lint.ts';
import type { ProfileName } from './profiles.ts';

const SOUND: ListedTool = {
  name: 'list_things',
  title: 'List things',
  description: 'Lists the things.',
  annotations: { title: 'List things', readOnlyHint: true },
  inputSchema: {
    type: 'object',
    properties: { limit: { type: 'integer' }, tags: { type: 'array', items: { type: 'string' } } },
    required: ['limit'],
  },
};
const ALL: readonly ProfileName[] = ['anthropic', 'openai', 'cursor', 'copilot'];

const rules = (tools: readonly ListedTool[], profile: ProfileName = 'anthropic'): string[] =>
  lintTools(tools, profile).map(({ rule }) => rule);
const withSchema = (inputSchema: object): ListedTool[] => [{ ...SOUND, inputSchema }];

test.each(ALL)('%s has nothing to say about a sound tool', (profile) => {
  expect(lintTools([SOUND], profile)).toEqual([]);
});

test('a finding names the tool, the rule and how bad it is', () => {
  expect(lintTools([{ ...SOUND, name: 'list things' }], 'anthropic')).toEqual([
    {
      severity: 'error',
      rule: 'name',
      message: 'The name does not match ^[a-zA-Z0-9_-]{1,64}$.',
      tool: 'list things',
    },
  ]);
});

test.each([
  ['a union', { anyOf: [{ type: 'object' }] }, ['root-type', 'root-union']],
  ['an array', { type: 'array', items: {} }, ['root-type']],
  ['nothing said', {}, ['root-type']],
  ['an enum', { type: 'object', enum: [{}] }, ['root-union']],
])('the root of an input is a plain object: not %s', (_, schema, expected) => {
  expect(rules(withSchema(schema))).toEqual(expected);
});

test('the keys of the root are what the API of Anthropic accepts; deeper ones are free', () => {
  const property = (key: string) => ({ type: 'object', properties: { [key]: {} } });
  expect(rules(withSchema(property('StartTime<')))).toEqual(['key']);
  expect(rules(withSchema(property('x'.repeat(65))))).toEqual(['key']);
  expect(rules(withSchema({ type: 'object', properties: { filter: property('StartTime<') } }))).toEqual([]);
});

test('what is required is described', () => {
  expect(rules(withSchema({ type: 'object', properties: {}, required: ['id'] }))).toEqual(['required']);
});

test('references lead somewhere, and a client that drops $defs is told of', () => {
  const schema = (ref: string) => ({
    type: 'object',
    properties: { tree: { $ref: ref } },
    $defs: { Tree: { type: 'object', properties: { below: { $ref: '#/$defs/Tree' } } } },
  });
  expect(rules(withSchema(schema('#/$defs/Tree')), 'openai')).toEqual([]);
  expect(rules(withSchema(schema('#/$defs/Tree')), 'copilot')).toEqual(['definitions']);
  expect(rules(withSchema(schema('#/$defs/Bush')), 'openai')).toEqual(['reference']);
  expect(rules(withSchema(schema('https://example.com/tree.json')), 'openai')).toEqual(['reference']);
});

test('a property called $ref is a property', () => {
  expect(
    rules(withSchema({ type: 'object', properties: { a: { type: 'object', properties: { $ref: {} } } } })),
  ).toEqual([]);
});

test('an array says what is in it, however deep it is', () => {
  const deep = { type: 'object', properties: { a: { oneOf: [{ type: ['array', 'null'] }] } } };
  expect(rules(withSchema(deep), 'copilot')).toEqual(['array-items']);
});

test('two names that differ in case are one name', () => {
  expect(rules([SOUND, { ...SOUND, name: 'LIST_THINGS' }])).toEqual(['name-twice']);
});

test('a directory wants a title and exactly one hint', () => {
  const { title: _title, annotations: _annotations, ...bare } = SOUND;
  expect(rules([bare])).toEqual(['no-title', 'hints']);
  const both = { title: 'x', readOnlyHint: true, destructiveHint: true } as const;
  expect(rules([{ ...SOUND, annotations: both }])).toEqual(['hints']);
  expect(rules([bare], 'openai')).toEqual([]);
});

test.each([
  ['openai', 128, 'error'],
  ['copilot', 128, 'error'],
  ['cursor', 40, 'warning'],
] as const)('%s takes %i tools', (profile, most, severity) => {
  const tools = Array.from({ length: most + 1 }, (_, index) => ({ ...SOUND, name: `tool_${index}` }));
  expect(lintTools(tools.slice(1), profile)).toEqual([]);
  expect(lintTools(tools, profile)).toMatchObject([{ severity, rule: 'too-many-tools' }]);
});

test('descriptions that are too long are refused by OpenAI, and none at all is a loss for everyone', () => {
  expect(rules([{ ...SOUND, description: 'x'.repeat(1_025) }], 'openai')).toEqual(['long-description']);
  for (const profile of ALL)
    expect(rules([{ ...SOUND, description: ' ' }], profile)).toEqual(['no-description']);
});
