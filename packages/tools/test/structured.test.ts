import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conforming, wrapped } from '../src/call/structured.ts';
import { compileCatalogue, presentResult } from '../src/index.ts';
import type { OutputSchema, Tool, ToolResult } from '../src/index.ts';
import { corpusDocument } from './corpus.ts';

const ajv = new Ajv2020({ strict: false, logger: false });

function toolFor(schema: object, more: object = {}, options = { outputSchemas: true }): Tool {
  const responses = { 200: { description: 'x', content: { 'application/json': { schema } } }, ...more };
  const document = {
    openapi: '3.1.0',
    info: { title: 'T', version: '1' },
    paths: { '/x': { get: { responses } } },
  };
  const compiled = compileCatalogue(JSON.stringify(document), options);
  const [tool] = compiled.ok ? compiled.value.tools : [];
  if (!tool) throw new Error('no tool');
  return tool;
}

function present(tool: Tool, body: unknown, type = 'application/json', status = 200): ToolResult {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const value = { status, headers: { 'content-type': type }, body: Buffer.from(text) };
  return presentResult(tool, { ok: true, value }, { requestId: 'req_1' });
}

const textOf = ({ content }: ToolResult) => (content[0]?.type === 'text' ? content[0].text : '');

const USER = {
  type: 'object',
  required: ['id'],
  additionalProperties: false,
  properties: {
    id: { type: 'integer', format: 'int64' },
    name: { type: 'string', enum: ['a', 'b'], minLength: 3, pattern: '^x' },
    email: { type: 'string', format: 'email' },
    address: {
      type: 'object',
      properties: { geo: { type: 'object', properties: { lat: { type: 'number' } } } },
    },
    tags: { type: 'array', items: { type: 'string' }, maxItems: 2 },
    any: { oneOf: [{ type: 'string' }, { type: 'number' }] },
    status: { type: 'string' },
  },
};

describe('an output schema', () => {
  test('is there only where the operator asks for it', () => {
    expect(toolFor(USER, {}, { outputSchemas: false }).outputSchema).toBeUndefined();
  });

  test('requires nothing, forbids nothing, admits null everywhere and is three levels deep', () => {
    expect(toolFor(USER).outputSchema).toEqual({
      type: 'object',
      properties: {
        id: { type: ['string', 'integer', 'null'] },
        name: { type: ['string', 'null'] },
        email: { type: ['string', 'null'] },
        address: {
          type: ['object', 'null'],
          properties: {
            geo: { type: ['object', 'null'], properties: { lat: { type: ['number', 'null'] } } },
          },
        },
        tags: { type: ['array', 'null'], items: { type: ['string', 'null'] } },
        any: {},
        status: {},
      },
    });
  });

  test.each<[string, object, object, unknown, unknown]>([
    [
      'a list',
      { type: 'array', items: { type: 'integer' } },
      { items: { type: ['array', 'null'], items: { type: ['integer', 'null'] } } },
      [1, 2],
      { items: [1, 2] },
    ],
    ['a text', { type: 'string' }, { result: { type: ['string', 'null'] } }, '"yes"', { result: 'yes' }],
    ['a number', { type: 'number' }, { result: { type: ['number', 'null'] } }, 7, { result: 7 }],
  ])(
    'puts %s into an object, in structured content and text alike',
    (_, schema, properties, body, expected) => {
      const tool = toolFor(schema);
      expect(tool.outputSchema).toEqual({ type: 'object', properties });
      const result = present(tool, body);
      expect(result.structuredContent).toEqual(expected);
      expect(JSON.parse(textOf(result))).toEqual(expected);
    },
  );

  test.each<[string, object, object?]>([
    ['an answer that may be one of several objects', { oneOf: [USER, { type: 'array' }] }],
    ['an answer without a shape', {}],
    [
      'another type than JSON',
      {},
      { 200: { description: 'x', content: { 'text/csv': { schema: { type: 'string' } } } } },
    ],
    [
      'a refusal alone',
      {},
      {
        200: { description: 'x' },
        400: { description: 'x', content: { 'application/json': { schema: USER } } },
      },
    ],
  ])('is not made for %s', (_, schema, more) => {
    expect(toolFor(schema, more).outputSchema).toBeUndefined();
  });

  test('is cut to 2 KB, and ends where a schema contains itself', () => {
    const node = {
      type: 'object',
      properties: {
        child: { $ref: '#/paths/~1x/get/responses/200/content/application~1json/schema' },
        v: { type: 'integer' },
      },
    };
    expect(JSON.stringify(toolFor(node).outputSchema).length).toBeLessThan(600);
    const many = (depth: number): object =>
      depth === 0
        ? { type: 'string' }
        : {
            type: 'object',
            properties: Object.fromEntries(
              Array.from({ length: 40 }, (_, i) => [`field_${i}`, many(depth - 1)]),
            ),
          };
    for (const wide of [
      many(2),
      {
        type: 'object',
        properties: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`f${i}`, USER])),
      },
    ]) {
      const { outputSchema } = toolFor(wide);
      expect(Object.keys(outputSchema?.properties ?? {}).length).toBeGreaterThan(20);
      expect(Buffer.byteLength(JSON.stringify(outputSchema))).toBeLessThanOrEqual(2_048);
    }
  });
});

describe.each(['github', 'stripe'])('with the output schemas of %s', (id) => {
  test('every tool’s compiles, is small and weak, and admits each failure that we report', (ctx) => {
    const compiled = compileCatalogue(corpusDocument(id, ctx).bytes, { outputSchemas: true });
    if (!compiled.ok) throw new Error(compiled.error.message);
    const schemas = compiled.value.tools.flatMap(({ outputSchema }) => outputSchema ?? []);
    expect(schemas.length).toBeGreaterThan(compiled.value.tools.length / 2);
    const failure = {
      status: 429,
      code: 'rate_limited',
      message: 'x',
      request_id: 'r',
      retry_after_seconds: 1,
      rate_limit: { limit: 1 },
      hint: 'h',
    };
    const faulty = schemas.filter((schema) => {
      const text = JSON.stringify(schema);
      return Buffer.byteLength(text) > 2_048 || !ajv.compile(schema)(failure);
    });
    expect(faulty).toEqual([]);
  });
});

describe('structured content', () => {
  test('always is as declared, whatever the API answers, and is the whole answer where that is as declared', () => {
    const schemas = [USER, { type: 'array', items: USER }, { type: 'string' }].map(
      (schema) => toolFor(schema).outputSchema,
    );
    const key = fc.constantFrom(
      'id',
      'name',
      'address',
      'geo',
      'lat',
      'tags',
      'items',
      'result',
      'other',
      '__proto__',
      'status',
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(key, tie('any'), { maxKeys: 6 }),
      ),
    })).any;
    for (const schema of schemas as OutputSchema[]) {
      const isValid = ajv.compile(schema);
      fc.assert(
        fc.property(value, (answer) => {
          const whole = wrapped(schema, answer);
          const structured = conforming(schema, whole);
          expect(isValid(structured)).toBe(true);
          expect(isValid(whole) ? structured : whole).toEqual(whole);
        }),
        { seed: 7, numRuns: 400 },
      );
    }
  });

  test('is there for JSON that begins with a byte order mark', () => {
    expect(present(toolFor(USER), '\uFEFF{"name":"n"}', 'application/json')).toEqual({
      content: [{ type: 'text', text: '{"name":"n"}' }],
      structuredContent: { name: 'n' },
    });
  });

  test('leaves out what is not as declared, while the text has all of it', () => {
    const body = {
      id: [1],
      name: 'n',
      address: { geo: 'north', zip: 1 },
      tags: ['a', 5, null],
      extra: { kept: true },
    };
    const result = present(toolFor(USER), body);
    expect(result.isError).toBeUndefined();
    expect(result.structuredContent).toEqual({
      name: 'n',
      address: { zip: 1 },
      tags: ['a', null, null],
      extra: { kept: true },
    });
    expect(JSON.parse(textOf(result))).toEqual(body);
  });

  test.each<[string, unknown, string]>([
    ['a list in place of an object', [1, 2], 'application/json'],
    ['broken JSON', '{"id":', 'application/json'],
    ['text', 'hello', 'text/plain'],
    ['nothing', '', 'application/json'],
    ['a picture', 'png', 'image/png'],
    ['bytes', '\u0000', 'application/pdf'],
  ])(
    'is an empty object for %s: a client that was told of a schema refuses a result without',
    (_, body, type) => {
      expect(present(toolFor(USER), body, type)).toMatchObject({ structuredContent: {} });
      expect(present(toolFor(USER), body, type).isError).toBeUndefined();
    },
  );

  test('is cut as the text is', () => {
    const tool = toolFor({
      type: 'array',
      items: { type: 'object', properties: { id: { type: 'integer' } } },
    });
    const result = present(
      tool,
      Array.from({ length: 50_000 }, (_, id) => ({ id })),
    );
    expect(result.structuredContent).toEqual(JSON.parse(textOf(result)));
    expect(textOf(result).length).toBeLessThan(100_000);
  });

  test('is not there without a declaration, unless the call failed', () => {
    const tool = toolFor(USER, {}, { outputSchemas: false });
    expect(present(tool, { id: 1 }).structuredContent).toBeUndefined();
    expect(present(tool, { id: 1 }, 'application/json', 404).structuredContent).toMatchObject({
      status: 404,
    });
  });
});
