import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import type { Catalogue, CompileOptions, JsonSchema, Tool } from '../src/index.ts';
import { compileCatalogue, prepareRequest } from '../src/index.ts';
import { corpusDocument } from './corpus.ts';
import { expectSound } from './invariants.ts';

function compiled(source: string | Uint8Array, options?: CompileOptions): Catalogue {
  const result = compileCatalogue(source, options);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function documentOf(schemas: object, schema: object = { $ref: '#/components/schemas/Root' }): string {
  const requestBody = { required: true, content: { 'application/json': { schema } } };
  return JSON.stringify({
    openapi: '3.1.0',
    components: { schemas },
    paths: { '/x': { post: { operationId: 'make', requestBody } } },
  });
}

function toolOf(schemas: object, options: CompileOptions = { refs: 'defs' }): Tool {
  const [tool] = compiled(documentOf(schemas), options).tools;
  if (!tool) throw new Error('It became no tool.');
  return tool;
}

const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` });
const TREE = {
  Root: {
    type: 'object',
    properties: { name: { type: 'string' }, below: { type: 'array', items: ref('Root') } },
  },
};

/** Every `$ref` of a schema, wherever a keyword can stand. */
function referencesIn(schema: JsonSchema | undefined): string[] {
  return [...JSON.stringify(schema ?? {}).matchAll(/"\$ref":"([^"]*)"/g)].map(([, target]) => target ?? '');
}

test('a schema that contains itself is cut, unless definitions are wanted', () => {
  expect(toolOf(TREE, {}).inputSchema).toEqual({
    type: 'object',
    properties: {
      name: { type: 'string' },
      below: { type: 'array', items: { type: 'object', description: 'Same shape as Root.' } },
    },
    additionalProperties: false,
  });
  expect(toolOf(TREE).inputSchema).toEqual({
    type: 'object',
    properties: { name: { type: 'string' }, below: { type: 'array', items: { $ref: '#/$defs/Root' } } },
    additionalProperties: false,
    $defs: {
      Root: {
        type: 'object',
        properties: { name: { type: 'string' }, below: { type: 'array', items: { $ref: '#/$defs/Root' } } },
      },
    },
  });
});

test('what contains nothing of itself has no definitions', () => {
  const flat = {
    Root: { type: 'object', properties: { a: ref('Leaf'), b: ref('Leaf') } },
    Leaf: { type: 'string' },
  };
  expect(toolOf(flat)).toEqual(toolOf(flat, {}));
});

test('a loop through several schemas leads to definitions that lead to one another', () => {
  const { inputSchema } = toolOf({
    Root: { type: 'object', properties: { a: ref('A') } },
    A: { type: 'object', properties: { b: ref('B') } },
    B: { type: 'object', properties: { a: { ...ref('A'), description: 'Again.' }, b: ref('B') } },
  });
  expect(Object.keys(inputSchema.$defs ?? {}).sort()).toEqual(['A', 'B']);
  expect(new Set(referencesIn(inputSchema as JsonSchema))).toEqual(new Set(['#/$defs/A', '#/$defs/B']));
});

test('arguments are made to fit at every depth, and faults say where', () => {
  const tool = toolOf({
    Root: {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        below: { type: 'array', items: ref('Root') },
        one: ref('Root'),
      },
      additionalProperties: false,
    },
  });
  const request = prepareRequest(tool, { below: '[{"size": "5", "one": null, "below": [{"size": "6"}]}]' });
  expect(request.ok && request.value.body).toBe('{"below":[{"size":5,"below":[{"size":6}]}]}');
  expect(prepareRequest(tool, { below: [{ below: [{ size: 'x', what: 1 }] }] })).toEqual({
    ok: false,
    error: [
      { field: 'below[0].below[0].size', message: 'must be an integer' },
      { field: 'below[0].below[0].what', message: 'is not known; allowed: size, below, one' },
    ],
  });
});

test('arguments that are nested without end are a fault, not a crash', () => {
  const deep = `${'{"below":['.repeat(50_000)}${']}'.repeat(50_000)}`;
  expect(prepareRequest(toolOf(TREE), JSON.parse(deep)).ok).toBe(false);
});

test.each([
  ['by name', {}, 'Cat'],
  ['by a mapping', { mapping: { cat: 'Cat', dog: 'Dog' } }, 'cat'],
])('a body of a kind that its base chooses %s is sent with the fields of the kind', (_, mapped, kind) => {
  const tool = toolOf({
    Root: ref('Pet'),
    Pet: {
      type: 'object',
      properties: { kind: { type: 'string' } },
      required: ['kind'],
      discriminator: { propertyName: 'kind', ...mapped },
    },
    Cat: { allOf: [ref('Pet'), { type: 'object', properties: { lives: { type: 'integer' } } }] },
    Dog: { allOf: [ref('Pet'), { type: 'object', required: ['walks'], properties: { walks: {} } }] },
  });
  const accepts = new Ajv2020({ strict: false }).compile(tool.inputSchema);
  const cat = { body: { kind, lives: 9 } };
  expect(accepts(cat)).toBe(true);
  const prepared = prepareRequest(tool, cat);
  expect(prepared.ok && prepared.value.body).toBe(JSON.stringify(cat.body));
  for (const wrong of [{ kind: 'cow' }, { kind, lives: 'nine' }])
    expect(prepareRequest(tool, { body: wrong }).ok).toBe(false);
});

test('a branch of a union that is a definition keeps its tag', () => {
  const { inputSchema } = toolOf({
    Root: { type: 'object', properties: { left: ref('Either') } },
    Either: {
      oneOf: [ref('Leaf'), ref('Node')],
      discriminator: { propertyName: 'kind', mapping: { leaf: 'Leaf', node: 'Node' } },
    },
    Leaf: { type: 'object', properties: { kind: { type: 'string' } } },
    Node: { type: 'object', properties: { kind: { type: 'string' }, next: ref('Node'), any: ref('Either') } },
  });
  const ajv = new Ajv2020({ strict: false });
  const accepts = ajv.compile(inputSchema);
  expect(accepts({ left: { kind: 'node', any: { kind: 'node', any: { kind: 'leaf' } } } })).toBe(true);
  expect(accepts({ left: { kind: 'node', any: { kind: 'tree' } } })).toBe(false);
});

test('a tool that is too large with its definitions loses them first', () => {
  const wide = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`p${index}`, { type: 'string', description: 'x'.repeat(280) }]),
  );
  const { inputSchema } = toolOf({ Root: { type: 'object', properties: { ...wide, below: ref('Root') } } });
  expect(inputSchema).not.toHaveProperty('$defs');
  expect(inputSchema.properties['below']).toEqual({ type: 'object', description: 'Same shape as Root.' });
});

test.for(['jira', 'rdme-polycirc', 'rdme-schema-circular'])(
  'the description of %s with definitions has no reference that leads nowhere',
  (id, ctx) => {
    const { bytes } = corpusDocument(id, ctx);
    const { tools } = compiled(bytes, { refs: 'defs' });
    const plain = compiled(bytes);
    expectSound(plain);
    expect(tools.map(({ name }) => name)).toEqual(plain.tools.map(({ name }) => name));
    const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
    const withDefinitions = tools.filter(({ inputSchema }) => inputSchema.$defs);
    expect(withDefinitions.length).toBeGreaterThan(0);
    for (const { inputSchema } of withDefinitions) ajv.compile(inputSchema);
    expect(
      tools.filter(({ inputSchema }) => Buffer.byteLength(JSON.stringify(inputSchema)) > 16_384),
    ).toEqual([]);
  },
);
