import { describe, expect, test } from 'vitest';
import type { JsonSchema } from '../json.ts';
import { emitSchema } from './emit.ts';
import { createNotes } from './notes.ts';
import { createResolver } from './resolve.ts';
import { createSchemas, newBudget } from './schema.ts';
import type { Dialect } from './version.ts';

interface Emitted {
  readonly schema: JsonSchema;
  readonly codes: readonly string[];
}

function emitted(schema: unknown, schemas: object = {}, dialect: Dialect = '3.1'): Emitted {
  const notes = createNotes();
  const root = { components: { schemas }, definitions: schemas, schema };
  const resolver = createResolver(root, dialect);
  const emission = emitSchema([{ node: schema, at: '/schema' }], createSchemas(resolver, notes), newBudget());
  return { schema: emission.schema, codes: notes.list().map(({ code }) => code) };
}

const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` });

test('allOf is merged: properties add up, bounds tighten, required add up', () => {
  const { schema } = emitted({
    allOf: [
      { type: 'object', properties: { a: { type: 'integer', minimum: 1 } }, required: ['a'] },
      { properties: { a: { minimum: 5, maximum: 9 }, b: { type: 'string' } }, required: ['b'] },
    ],
  });
  expect(schema).toEqual({
    type: 'object',
    properties: { a: { type: 'integer', minimum: 5, maximum: 9 }, b: { type: 'string' } },
    required: ['a', 'b'],
  });
});

test('members of an allOf that contradict one another stay apart', () => {
  const { schema } = emitted({
    allOf: [
      { type: 'string', pattern: '^a' },
      { type: 'string', pattern: 'b$' },
    ],
  });
  expect(schema).toEqual({ type: 'string', pattern: '^a', allOf: [{ type: 'string', pattern: 'b$' }] });
});

test('a closed object that is extended stays open for the extension', () => {
  const { schema } = emitted({
    allOf: [
      { type: 'object', properties: { a: {} }, additionalProperties: false },
      { type: 'object', properties: { b: {} } },
    ],
  });
  expect(schema).toEqual({ type: 'object', properties: { a: {}, b: {} } });
});

test.each([
  ['null in a union', { anyOf: [{ type: 'string' }, { type: 'null' }] }, { type: ['string', 'null'] }],
  ['a union of one', { oneOf: [{ type: 'string' }] }, { type: 'string' }],
  ['a union of constants', { oneOf: [{ const: 'a', title: 'A' }, { const: 'b' }] }, { enum: ['a', 'b'] }],
  [
    'a real union',
    { oneOf: [{ type: 'string' }, { type: 'integer' }] },
    { anyOf: [{ type: 'string' }, { type: 'integer' }] },
  ],
  ['a constant', { const: 5 }, { enum: [5] }],
  ['true', true, {}],
  [
    'what only newer validators know',
    { type: 'string', if: {}, else: {}, unevaluatedProperties: false },
    { type: 'string' },
  ],
  ['an int64', { type: 'integer', format: 'int64' }, { type: ['integer', 'string'], pattern: '^-?[0-9]+$' }],
  [
    'a tuple',
    { type: 'array', prefixItems: [{ type: 'string' }], items: false },
    { type: 'array', prefixItems: [{ type: 'string' }], maxItems: 1 },
  ],
  [
    'examples and extensions',
    { type: 'string', example: 'x', examples: ['x'], title: 't', 'x-a': 1, xml: {} },
    { type: 'string' },
  ],
  [
    'a format that says something',
    { type: 'string', format: 'date-time' },
    { type: 'string', format: 'date-time' },
  ],
  ['a format that says nothing', { type: 'integer', format: 'int32' }, { type: 'integer' }],
  ['an object by its properties', { properties: { a: {} } }, { type: 'object', properties: { a: {} } }],
  [
    'an object by the schema of its fields',
    { additionalProperties: { type: 'string' } },
    { type: 'object', additionalProperties: { type: 'string' } },
  ],
  ['a list by its items', { items: { type: 'string' } }, { type: 'array', items: { type: 'string' } }],
  ['a type that is said twice', { type: ['string', 'string'] }, { type: 'string' }],
  [
    'what says nothing',
    { type: 'string', description: '', default: null, minLength: null, uniqueItems: true },
    { type: 'string' },
  ],
  [
    'the counts of a list',
    { type: 'array', items: {}, minItems: 0, maxItems: 3, uniqueItems: true },
    { type: 'array', items: {}, minItems: 0, maxItems: 3, uniqueItems: true },
  ],
])('%s becomes what clients understand', (_, schema, expected) => {
  expect(emitted(schema).schema).toEqual(expected);
});

test.each([
  ['the type of a file', { type: 'file' }, { type: 'string' }, 'SCHEMA_REPAIRED'],
  ['a type that there is not', { type: 'text', description: 'd' }, { description: 'd' }, 'SCHEMA_REPAIRED'],
  ['an enum of nothing', { type: 'string', enum: [] }, { type: 'string' }, 'SCHEMA_REPAIRED'],
  ['an enum that is no list', { type: 'string', enum: 'a' }, { type: 'string' }, 'SCHEMA_REPAIRED'],
  ['a length below nought', { type: 'string', maxLength: -1 }, { type: 'string' }, 'SCHEMA_REPAIRED'],
  ['a length that is a text', { type: 'string', maxLength: '5' }, { type: 'string' }, 'SCHEMA_REPAIRED'],
  ['required as a switch', { type: 'object', required: true }, { type: 'object' }, 'SCHEMA_REPAIRED'],
  [
    'a pattern that may run for ever',
    { type: 'string', pattern: '(a+)+$' },
    { type: 'string' },
    'PATTERN_DROPPED',
  ],
])('%s is mended, with a warning', (_, schema, expected, code) => {
  expect(emitted(schema)).toEqual({ schema: expected, codes: [code] });
});

test('bounds that are switched to exclusive, as in 3.0, are bounds of their own', () => {
  const switches = { exclusiveMinimum: true, exclusiveMaximum: true };
  expect(emitted({ type: 'integer', minimum: 1, maximum: 9, ...switches }, {}, '3.0').schema).toEqual({
    type: 'integer',
    exclusiveMinimum: 1,
    exclusiveMaximum: 9,
  });
  expect(emitted({ type: 'integer', ...switches }, {}, '3.0').schema).toEqual({ type: 'integer' });
});

test('a property that is called $ref or properties is a property', () => {
  const { schema, codes } = emitted({
    type: 'object',
    properties: { $ref: { type: 'string' }, properties: { type: 'integer' }, allOf: { type: 'boolean' } },
  });
  expect(schema.properties).toEqual({
    $ref: { type: 'string' },
    properties: { type: 'integer' },
    allOf: { type: 'boolean' },
  });
  expect(codes).toEqual([]);
});

test('a property that is only answered is no argument, even if it is required', () => {
  const { schema } = emitted(
    {
      type: 'object',
      required: ['id', 'name'],
      properties: { id: { ...ref('Id') }, name: { type: 'string', writeOnly: true } },
    },
    { Id: { type: 'string', readOnly: true } },
  );
  expect(schema).toEqual({ type: 'object', properties: { name: { type: 'string' } }, required: ['name'] });
});

test.each<Dialect>(['3.0', '3.1'])(
  'a property is only answered in %s, too, if it says so beside its reference',
  (dialect) => {
    const properties = { id: { ...ref('Id'), readOnly: true }, name: { type: 'string' } };
    const { schema } = emitted({ type: 'object', properties }, { Id: { type: 'string' } }, dialect);
    expect(schema).toEqual({ type: 'object', properties: { name: { type: 'string' } } });
  },
);

test('a pattern of names that may run for ever is left out with a warning, and the others stay', () => {
  const patternProperties = { '(a+)+$': {}, '^x-': {} };
  expect(emitted({ type: 'object', patternProperties })).toEqual({
    schema: { type: 'object', patternProperties: { '^x-': {} } },
    codes: ['PATTERN_DROPPED'],
  });
});

test.each([false, { type: 'string' }])(
  'names that a pattern allowed are still allowed when it is left out: additionalProperties %j',
  (additionalProperties) => {
    const patternProperties = { '(a+)+$': { type: 'integer' } };
    const { schema } = emitted({ type: 'object', properties: {}, patternProperties, additionalProperties });
    expect(schema).toEqual({ type: 'object' });
  },
);

test('a field that a closed object does not have is not required of it: nothing would fit', () => {
  const closed = { type: 'object', properties: { a: {} }, required: ['a', 'b'], additionalProperties: false };
  expect(emitted(closed)).toEqual({
    schema: { type: 'object', properties: { a: {} }, required: ['a'], additionalProperties: false },
    codes: ['SCHEMA_REPAIRED'],
  });
  const patterns = { patternProperties: { '^b': {} } };
  expect(emitted({ ...closed, ...patterns }).schema.required).toEqual(['a', 'b']);
  expect(emitted({ ...closed, additionalProperties: {} }).schema.required).toEqual(['a', 'b']);
});

test('what stands beside a reference counts in full since 3.1, and as a text before', () => {
  const schema = { ...ref('X'), description: 'own', minLength: 2 };
  const schemas = { X: { type: 'string', description: 'other' } };
  expect(emitted(schema, schemas, '3.1').schema).toEqual({
    type: 'string',
    description: 'own',
    minLength: 2,
  });
  expect(emitted(schema, schemas, '3.0').schema).toEqual({ type: 'string', description: 'own' });
});

test('the same schema used twice side by side is written twice, not taken for a loop', () => {
  const { schema, codes } = emitted(
    { type: 'object', properties: { a: ref('P'), b: ref('P') } },
    { P: { type: 'object', properties: { x: { type: 'string' } } } },
  );
  expect(schema.properties?.['b']).toEqual(schema.properties?.['a']);
  expect(codes).toEqual([]);
});

test('a loop through two schemas is cut at the second visit', () => {
  const { schema, codes } = emitted(ref('A'), {
    A: { type: 'object', properties: { b: ref('B') } },
    B: { type: 'object', properties: { a: ref('A') } },
  });
  expect(schema).toEqual({
    type: 'object',
    properties: {
      b: { type: 'object', properties: { a: { type: 'object', description: 'Same shape as A.' } } },
    },
  });
  expect(codes).toEqual(['SCHEMA_CUT']);
});

test('what was merged in a loop does not depend on where the loop was entered', () => {
  const schemas = {
    A: { allOf: [ref('B'), { type: 'object', properties: { a: { type: 'string' } } }] },
    B: { allOf: [ref('A'), { type: 'object', properties: { b: { type: 'string' } } }] },
  };
  const both = emitted({ type: 'object', properties: { x: ref('A'), y: ref('B') } }, schemas).schema;
  const turned = emitted({ type: 'object', properties: { y: ref('B'), x: ref('A') } }, schemas).schema;
  expect(Object.keys(both.properties?.['x']?.properties ?? {}).sort()).toEqual(['a', 'b']);
  expect(both.properties?.['y']).toEqual(turned.properties?.['y']);
  expect(both.properties?.['x']).toEqual(turned.properties?.['x']);
});

test('a wide schema that leads to others as wide is written out as far as the budget goes', () => {
  const names = Array.from({ length: 40 }, (_, index) => `S${index}`);
  const leaves = Array.from({ length: 400 }, (_, index) => [`leaf${index}`, { type: 'string' }]);
  const wide = (): object => ({
    type: 'object',
    properties: Object.fromEntries([...leaves, ...names.map((name) => [name, ref(name)])]),
  });
  const { schema, codes } = emitted(ref('S0'), Object.fromEntries(names.map((name) => [name, wide()])));
  const nodes = JSON.stringify(schema).match(/"type"/g)?.length ?? 0;
  expect(nodes).toBeGreaterThan(15_000);
  expect(nodes).toBeLessThan(25_000);
  expect(codes).toContain('SCHEMA_CUT');
  expect(schema).toHaveProperty('properties.S1.properties.leaf399.type', 'string');
});

test('allOf that doubles at each of forty levels ends', () => {
  const schemas = Object.fromEntries(
    Array.from({ length: 40 }, (_, level) => [
      `L${level}`,
      level === 39
        ? { type: 'object', properties: { end: { type: 'string' } } }
        : { allOf: [ref(`L${level + 1}`), ref(`L${level + 1}`)] },
    ]),
  );
  expect(emitted(ref('L0'), schemas).schema).toMatchObject({
    type: 'object',
    properties: { end: { type: 'string' } },
  });
});

test('a value that contains itself is left out of enum and default', () => {
  const loop: unknown[] = [];
  loop.push(loop);
  expect(emitted({ type: 'array', items: {}, default: loop, enum: [loop] }).schema).toEqual({
    type: 'array',
    items: {},
  });
});

test.each([null, 5, 'text', []])('%j in the place of a schema accepts anything, with a warning', (value) => {
  expect(emitted({ type: 'object', properties: { a: value } })).toEqual({
    schema: { type: 'object', properties: { a: {} } },
    codes: ['VALUE_IGNORED'],
  });
});

test('an enum without a value of the type is meant for the items, or is left out', () => {
  expect(emitted({ type: 'array', items: { type: 'string' }, enum: ['a', 'b'] })).toEqual({
    schema: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } },
    codes: ['SCHEMA_REPAIRED'],
  });
  expect(emitted({ type: 'boolean', enum: ['maybe'] })).toEqual({
    schema: { type: 'boolean' },
    codes: ['SCHEMA_REPAIRED'],
  });
  expect(emitted({ type: 'string', enum: ['a', 1] })).toEqual({
    schema: { type: 'string', enum: ['a', 1] },
    codes: [],
  });
});

test('a branch that lists the values of the discriminator is told by them, not by the name of its shape', () => {
  const shape = (kind: string): object => ({
    type: 'object',
    properties: { kind: { type: 'string', enum: [kind] } },
    required: ['kind'],
  });
  const union = (more: object): object => ({
    oneOf: [ref('CatParam'), ref('DogParam')],
    discriminator: { propertyName: 'kind', ...more },
  });
  const schemas = { CatParam: shape('cat'), DogParam: shape('dog') };
  const kinds = (schema: JsonSchema): unknown[] =>
    (schema.anyOf ?? []).map(({ properties }) => properties?.['kind']?.enum ?? properties?.['kind']?.const);
  expect(kinds(emitted(union({}), schemas).schema)).toEqual([['cat'], ['dog']]);
  const mapping = { cat: '#/components/schemas/CatParam', dog: '#/components/schemas/DogParam' };
  expect(kinds(emitted(union({ mapping }), schemas).schema)).toEqual(['cat', 'dog']);
  const nameless = { CatParam: { type: 'object' }, DogParam: { type: 'object' } };
  expect(kinds(emitted(union({}), nameless).schema)).toEqual(['CatParam', 'DogParam']);
});

describe('a schema whose discriminator names the shapes that extend it', () => {
  const kind = (value: string): object => ({ type: 'string', const: value });
  const schemas = {
    Pet: {
      type: 'object',
      properties: { kind: { type: 'string' }, friend: ref('Pet') },
      required: ['kind'],
      discriminator: { propertyName: 'kind', mapping: { cat: '#/components/schemas/Cat', dog: 'Dog' } },
    },
    Cat: { allOf: [ref('Pet'), { type: 'object', properties: { lives: { type: 'integer' } } }] },
    Dog: { allOf: [ref('Pet'), { type: 'object', required: ['walks'], properties: { walks: {} } }] },
  };
  const cut = { type: 'object', description: 'Same shape as Pet.' };

  test('is a choice among them, cut where one contains another', () => {
    expect(emitted(ref('Pet'), schemas).schema).toEqual({
      type: 'object',
      properties: { kind: { type: 'string' }, friend: cut },
      required: ['kind'],
      anyOf: [
        {
          type: 'object',
          properties: { kind: kind('cat'), friend: cut, lives: { type: 'integer' } },
          required: ['kind'],
        },
        {
          type: 'object',
          properties: { kind: kind('dog'), friend: cut, walks: {} },
          required: ['kind', 'walks'],
        },
      ],
    });
  });

  test('is open for their fields, also where it is closed for itself', () => {
    const closed = { additionalProperties: false };
    const { schema } = emitted(ref('Pet'), {
      Pet: { ...schemas.Pet, ...closed },
      Cat: { allOf: [ref('Pet'), { ...schemas.Cat.allOf[1], ...closed }] },
      Dog: schemas.Dog,
    });
    expect(schema).not.toHaveProperty('additionalProperties');
    expect(schema.anyOf?.[0]).toMatchObject({ properties: { lives: {} }, ...closed });
  });

  test.each([
    ['null beside it', { nullable: true, allOf: [ref('Pet')] }],
    ['null beside it in a choice of one', { nullable: true, oneOf: [ref('Pet')] }],
    ['words beside it', { ...ref('Pet'), description: 'The pet.' }],
  ])('is a choice among them with %s', (_, schema) => {
    expect(emitted(schema, schemas).schema.anyOf?.slice(0, 2)).toMatchObject([
      { properties: { kind: kind('cat') } },
      { properties: { kind: kind('dog') } },
    ]);
  });

  test('is none in one of them that adds no field', () => {
    const { schema } = emitted(ref('Cat'), { ...schemas, Cat: { allOf: [ref('Pet')] } });
    expect(schema).not.toHaveProperty('anyOf');
  });

  test('is none where one of them is meant', () => {
    expect(emitted(ref('Cat'), schemas).schema).not.toHaveProperty('anyOf');
  });

  test('is no choice again in one of them that has kinds of its own', () => {
    const discriminator = { propertyName: 'kind', mapping: { dog: 'Dog' } };
    const { schema } = emitted(ref('Pet'), { ...schemas, Cat: { ...schemas.Cat, discriminator } });
    expect(schema.anyOf?.[0]?.properties?.['kind']).toEqual(kind('cat'));
    expect(schema.anyOf?.[0]).not.toHaveProperty('anyOf');
  });

  test('may be null, or itself, where the document says so', () => {
    const discriminator = { propertyName: 'kind', mapping: { pet: 'Pet', cat: 'Cat' } };
    const { schema } = emitted(ref('Pet'), {
      ...schemas,
      Pet: { ...schemas.Pet, nullable: true, discriminator },
    });
    expect(schema.anyOf?.map(({ properties, type }) => properties?.['kind'] ?? type)).toEqual([
      kind('pet'),
      kind('cat'),
      'null',
    ]);
  });

  test('is as it is written where one of them cannot be found', () => {
    const discriminator = { propertyName: 'kind', mapping: { cat: 'Cat', cow: 'Cow' } };
    const { schema } = emitted(ref('Pet'), { ...schemas, Pet: { ...schemas.Pet, discriminator } });
    expect(schema).not.toHaveProperty('anyOf');
  });
});

describe('a schema whose discriminator maps nothing', () => {
  const discriminator = { propertyName: 'kind' };
  const schemas = {
    Pet: { type: 'object', properties: { kind: { type: 'string' } }, required: ['kind'], discriminator },
    Cat: { allOf: [ref('Pet'), { type: 'object', properties: { lives: { type: 'integer' } } }] },
    Dog: { allOf: [ref('Pet')], properties: { walks: {} }, required: ['walks'] },
    Lion: { allOf: [ref('Cat'), { type: 'object', properties: { pride: {} } }] },
    Tree: { type: 'object' },
  };
  const kindsIn = ({ anyOf = [] }: JsonSchema): unknown[] =>
    anyOf.map(({ properties = {} }) => [
      properties['kind'],
      ...Object.keys(properties).filter((name) => name !== 'kind'),
    ]);
  const named = (value: string): object => ({ type: 'string', const: value });

  test('is a choice among the shapes that extend it, and itself, by their names', () => {
    const { schema } = emitted(ref('Pet'), schemas);
    expect(kindsIn(schema)).toEqual([
      [named('Cat'), 'lives'],
      [named('Dog'), 'walks'],
      [named('Lion'), 'lives', 'pride'],
      [named('Pet')],
    ]);
    expect(schema.anyOf?.[1]?.required).toEqual(['walks', 'kind']);
    expect(schema.anyOf?.every((kind) => !('anyOf' in kind))).toBe(true);
  });

  test('is so in Swagger 2.0, where the discriminator is a text', () => {
    const text = { ...schemas, Pet: { ...schemas.Pet, discriminator: 'kind' } };
    const { schema } = emitted(ref('Pet'), text, '2.0');
    expect(schema.anyOf?.map(({ properties }) => properties?.['kind'])).toEqual(
      ['Cat', 'Dog', 'Lion', 'Pet'].map(named),
    );
  });

  test('is told by the values that the document lists, where it lists any', () => {
    const kind = { type: 'string', enum: ['cat'] };
    const Cat = { allOf: [ref('Pet'), { properties: { kind } }] };
    const { schema } = emitted(ref('Pet'), { Pet: schemas.Pet, Cat, Dog: schemas.Dog });
    expect(kindsIn(schema)).toEqual([[kind], [named('Dog'), 'walks'], [named('Pet')]]);
    const both = { type: 'string', enum: ['cat', 'dog'] };
    const Pet = { ...schemas.Pet, properties: { kind: both } };
    expect(kindsIn(emitted(ref('Pet'), { ...schemas, Pet }).schema)).toEqual([
      [both, 'lives'],
      [both, 'walks'],
      [both, 'lives', 'pride'],
      [both],
    ]);
  });

  test('is no choice where nothing extends it', () => {
    expect(emitted(ref('Pet'), { Pet: schemas.Pet, Tree: schemas.Tree }).schema).not.toHaveProperty('anyOf');
  });

  test('is cut like any other where a thousand shapes extend it and contain it', () => {
    const many: Record<string, object> = { Pet: schemas.Pet };
    for (let index = 0; index < 1_000; index += 1)
      many[`Pet${index}`] = {
        allOf: [
          ref('Pet'),
          { type: 'object', properties: { friends: { type: 'array', items: ref('Pet') } } },
        ],
      };
    const { schema } = emitted({ type: 'object', properties: { a: ref('Pet'), b: ref('Pet') } }, many);
    expect(schema.properties?.['a']?.anyOf).toHaveLength(1_001);
    expect(JSON.stringify(schema).length).toBeLessThan(1_000_000);
  });

  test('ends where shapes extend each other', () => {
    const Pet = { ...schemas.Pet, allOf: [ref('Cat')] };
    const Cat = { allOf: [ref('Pet'), ref('Cat')], properties: { lives: {} } };
    expect(kindsIn(emitted(ref('Pet'), { Pet, Cat }).schema)).toHaveLength(2);
  });
});

test('a list without items says that anything is in it, also where it may be null', () => {
  expect(emitted({ type: 'array' }).schema).toEqual({ type: 'array', items: {} });
  expect(emitted({ type: ['array', 'null'] }).schema).toEqual({ type: ['array', 'null'], items: {} });
});
