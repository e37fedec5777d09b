import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Catalogue } from '../src/index.ts';
import { compileCatalogue } from '../src/index.ts';
import { expectSound } from './invariants.ts';

const FOLDER = new URL('./fixtures/nasty/', import.meta.url);
const SMALL = readdirSync(FOLDER)
  // The fan-out costs as much as all others together, whatever is changed in it; it has a test of its own.
  .filter((name) => name.endsWith('.json') && name !== 'fanout.json')
  .map((name) => ({ name, text: readFileSync(new URL(name, FOLDER), 'utf8') }))
  .filter(({ text }) => text.startsWith('{') && text.length < 8_000 && text !== '' && isJson(text));

const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  '',
  'x',
  [],
  [[]],
  {},
  { $ref: '#' },
  { $ref: '#/paths' },
  { $ref: '#/components/schemas/Node' },
  { $ref: 'http://127.0.0.1:9/x' },
  { allOf: [{ $ref: '#' }] },
  '\uD800',
  '__proto__',
];

function isJson(text: string): boolean {
  try {
    return JSON.parse(text) !== null;
  } catch {
    return false;
  }
}

function compiled(source: string): Catalogue {
  const result = compileCatalogue(source);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function documentOf(schema: unknown, components: object = {}): string {
  const requestBody = { content: { 'application/json': { schema } } };
  return JSON.stringify({ openapi: '3.1.0', components, paths: { '/x': { post: { requestBody } } } });
}

/** One place of the document, chosen by a number, is removed, replaced or doubled under an odd name. */
function mutate(value: unknown, choice: number, odd: number, action: number): void {
  const places: [Record<string, unknown>, string][] = [];
  const open: unknown[] = [value];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key]);
      open.push((node as Record<string, unknown>)[key]);
    }
  }
  const [parent, key] = places[choice % places.length] ?? [];
  if (!parent || key === undefined) return;
  if (action === 0) Reflect.deleteProperty(parent, key);
  else if (action === 1) parent[key] = structuredClone(ODD_VALUES[odd % ODD_VALUES.length]);
  else parent[`${key}\u0000/~{`] = structuredClone(parent[key]);
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'];

/** How many operations each path has, counted without the compiler. A path item behind a reference is left out. */
function operationsIn(document: unknown): Map<string, number> {
  const counts = new Map<string, number>();
  const { openapi, paths } = document as { openapi?: unknown; paths?: unknown };
  if (!isRecord(paths)) return counts;
  const newest = String(openapi).startsWith('3.2');
  for (const [path, item] of Object.entries(paths)) {
    if (path.startsWith('x-') || !isRecord(item) || typeof item['$ref'] === 'string') continue;
    const known = newest ? [...METHODS, 'query'] : METHODS;
    const own = known.filter((method) => Object.hasOwn(item, method) && isRecord(item[method]));
    const more = newest && isRecord(item['additionalOperations']) ? item['additionalOperations'] : {};
    counts.set(path, own.length + Object.keys(more).length);
  }
  return counts;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const mutations = fc.array(fc.tuple(fc.nat(5_000), fc.nat(100), fc.nat(2)), { minLength: 1, maxLength: 8 });

function mutated(which: number, changes: readonly (readonly [number, number, number])[]): unknown {
  const document = JSON.parse(SMALL[which]?.text ?? '{}') as unknown;
  for (const [choice, odd, action] of changes) mutate(document, choice, odd, action);
  return document;
}

test('no change to a document makes the compiler throw or lose count', () => {
  fc.assert(
    fc.property(fc.nat(SMALL.length - 1), mutations, (which, changes) => {
      const document = mutated(which, changes);
      const text = JSON.stringify(document);
      const result = compileCatalogue(text);
      expect(JSON.stringify(compileCatalogue(text))).toBe(JSON.stringify(result));
      if (!result.ok) return;
      expectSound(result.value);
      const { tools, skipped } = result.value;
      for (const [path, operations] of operationsIn(document)) {
        const found = [...tools.map(({ binding }) => binding), ...skipped].filter((one) => one.path === path);
        expect([path, found.length]).toEqual([path, operations]);
      }
    }),
    { numRuns: 300 },
  );
});

/** Maps whose order says something: of arguments, of media types, of the values of a tag. */
const ORDERED = new Set(['properties', 'patternProperties', 'content', 'mapping', 'security']);

/** The same document with the keys of its objects in another order. */
function shuffled(value: unknown, seed: number, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, seed, key));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, shuffled(one, seed, name)] as const);
  if (!ORDERED.has(key)) {
    const weight = (name: string): number =>
      Array.from(name).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0) + seed) % 1_000_003, seed);
    entries.sort(([left], [right]) => weight(left) - weight(right));
  }
  return Object.fromEntries(entries);
}

test('a document whose objects are in another order becomes the same catalogue', () => {
  let moved = 0;
  fc.assert(
    fc.property(fc.nat(SMALL.length - 1), mutations, fc.nat(1_000), (which, changes, seed) => {
      const document = mutated(which, changes);
      const [text, other] = [JSON.stringify(document), JSON.stringify(shuffled(document, seed))];
      // Properties behind a reference are in the order of what it refers to, which is shuffled here.
      fc.pre(!/"(?:properties|patternProperties|encoding)":\{"\$ref"/.test(text));
      if (text !== other) moved += 1;
      const [one, two] = [compileCatalogue(text), compileCatalogue(other)];
      // Only where its bytes are is different.
      expect(two.ok ? two.value.hash : two).toEqual(one.ok ? one.value.hash : one);
    }),
    { numRuns: 200 },
  );
  expect(moved).toBeGreaterThan(100);
});

test('no text makes the compiler throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      expect(compileCatalogue(text).ok).toBe(false);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(compileCatalogue(bytes).ok).toBe(false);
    }),
  );
});

describe('what is no OpenAPI document is refused with a code, a sentence and a hint:', () => {
  const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
  test.each<[string, string | Uint8Array, string, RegExp]>([
    ['nothing', '', 'NOT_PARSEABLE', /^$/],
    ['blanks', ' \n\t\n', 'NOT_PARSEABLE', /^$/],
    ['a byte order mark alone', '\uFEFF', 'NOT_PARSEABLE', /^$/],
    ['a number', '42', 'NOT_AN_OBJECT', /^$/],
    ['a text', '"openapi: 3.1.0"', 'NOT_AN_OBJECT', /^$/],
    ['a page', '<!doctype html><title>Docs</title>', 'NOT_PARSEABLE', /HTML/],
    ['XML', '<?xml version="1.0"?><definitions/>', 'NOT_PARSEABLE', /XML/],
    ['two YAML documents', 'openapi: 3.1.0\n---\nopenapi: 3.1.0\n', 'NOT_PARSEABLE', /^$/],
    ['UTF-16', Buffer.from('\uFEFF{"openapi":"3.1.0"}', 'utf16le'), 'NOT_PARSEABLE', /UTF-8/],
    ['Latin-1', bytes('openapi: 3.1.0\ninfo: {title: caf\xe9}'), 'NOT_PARSEABLE', /UTF-8/],
    ['a zip archive', bytes('PK\x03\x04\xff\xff'), 'NOT_PARSEABLE', /archive/],
    ['a gzip archive', bytes('\x1f\x8b\x08\x00'), 'NOT_PARSEABLE', /archive/],
    ['a PDF', bytes('%PDF-1.7\n%\xe2\xe3'), 'NOT_PARSEABLE', /PDF/],
    ['a Postman collection', '{"info":{"_postman_id":"1","schema":"x"},"item":[]}', 'NO_VERSION', /Postman/],
    [
      'a Postman collection by its schema',
      '{"info":{"schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}}',
      'NO_VERSION',
      /Postman/,
    ],
    ['AsyncAPI', 'asyncapi: 3.0.0\nchannels: {}', 'NO_VERSION', /AsyncAPI/],
    ['Arazzo', 'arazzo: 1.0.0', 'NO_VERSION', /Arazzo/],
    ['an Overlay', 'overlay: 1.0.0\nactions: []', 'NO_VERSION', /Overlay/],
    ['a discovery document', '{"discoveryVersion":"v1"}', 'NO_VERSION', /discovery/],
    ['an Insomnia export', '{"_type":"export","__export_format":4}', 'NO_VERSION', /Insomnia/],
    ['a JSON Schema', '{"$schema":"https://json-schema.org/draft/2020-12/schema"}', 'NO_VERSION', /Schema/],
    ['RAML', '#%RAML 1.0\ntitle: x\nversion: v1', 'NO_VERSION', /^$/],
    ['GraphQL', 'type Query {\n  me: User\n}', 'NOT_PARSEABLE', /^$/],
    ['a version that is an object', '{"openapi":{}}', 'NO_VERSION', /^$/],
    ['an old version', '{"swagger":"1.2"}', 'VERSION_UNSUPPORTED', /OpenAPI 3/],
    ['a version of the future', '{"openapi":"4.0.0"}', 'VERSION_UNSUPPORTED', /^$/],
  ])('%s', (_, source, code, hint) => {
    const result = compileCatalogue(source);
    if (result.ok) throw new Error('It was taken.');
    expect(result.error.code).toBe(code);
    expect(result.error.message).toMatch(/^[A-Z].*\.$/);
    expect(result.error.hint ?? '').toMatch(hint);
  });
});

test('a document of more than 32 MB is refused before it is looked at', () => {
  const padding = ' '.repeat(32 * 1024 * 1024);
  expect(compileCatalogue(`{"openapi":"3.1.0","paths":{}}${padding}`)).toMatchObject({
    ok: false,
    error: { code: 'TOO_LARGE' },
  });
});

describe('YAML', () => {
  const head = 'openapi: 3.1.0\npaths: {}\n';

  test('whose aliases multiply is refused, by many small ones as by few large ones', () => {
    const many = Array.from({ length: 30 }, (_, level) =>
      level === 0 ? 'x0: &x0 [a, a]' : `x${level}: &x${level} [*x${level - 1}, *x${level - 1}]`,
    );
    expect(compileCatalogue(`${head}${many.join('\n')}\n`)).toMatchObject({
      ok: false,
      error: { code: 'YAML_ALIAS_LIMIT' },
    });
  });

  test('with an alias of what it stands in is compiled, wherever that is', () => {
    for (const place of ['paths: &p {/x: {get: {x-all: *p}}}', 'paths: {}\ninfo: &i {title: t, x: *i}']) {
      expect(compileCatalogue(`openapi: 3.1.0\n${place}\n`).ok).toBe(true);
    }
  });

  test('with a mapping as a key, a merge of nothing or a directive is no crash', () => {
    for (const odd of ['? {a: b}\n: c\n', '<<: 5\n', '<<: *gone\n', '%TAG ! tag:x,2000:\n---\na: !x b\n']) {
      const result = compileCatalogue(odd.startsWith('%') ? odd : `${head}${odd}`);
      expect(typeof result.ok).toBe('boolean');
    }
  });
});

describe('a value that is nested', () => {
  const nested = (levels: number, open: string, inner: string, close: string): string =>
    `${open.repeat(levels)}${inner}${close.repeat(levels)}`;

  test.each([
    ['properties', '{"type":"object","properties":{"a":', '{}', '}}'],
    ['items', '{"type":"array","items":', '{}', '}'],
    ['allOf', '{"allOf":[', '{"type":"string"}', ']}'],
    ['anyOf', '{"anyOf":[{"type":"integer"},', '{"type":"string"}', ']}'],
    ['additionalProperties', '{"additionalProperties":', '{}', '}'],
    ['examples', '{"example":', '1', '}'],
    ['enum', '{"enum":[', '1', ']}'],
    ['default', '{"type":"array","default":[', '1', ']}'],
  ])('3,000 and 100,000 times in %s is cut, not a crash', (_, open, inner, close) => {
    for (const levels of [3_000, 100_000]) {
      const source = documentOf('@').replace('"@"', nested(levels, open, inner, close));
      const catalogue = compiled(source);
      expectSound(catalogue);
      expect(catalogue.tools.length + catalogue.skipped.length).toBe(1);
    }
  });

  test('100,000 times in values that are compared with one another skips the operation', () => {
    const deep = nested(100_000, '[', '1', ']');
    const one = documentOf({ allOf: [{ enum: ['@'] }, { enum: ['@'] }] }).replaceAll('"@"', deep);
    const { tools, skipped } = compiled(one);
    expect([tools.length, skipped.map(({ code }) => code)]).toEqual([0, ['TOO_LARGE']]);
  });
});

describe('what multiplies', () => {
  const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` });
  const levels = 40;
  const chain = (of: (next: object) => object): object =>
    Object.fromEntries(
      Array.from({ length: levels }, (_, level) => [
        `L${level}`,
        level === levels - 1 ? { type: 'string' } : of(ref(`L${level + 1}`)),
      ]),
    );

  test.each<[string, (next: object) => object]>([
    ['properties', (next) => ({ type: 'object', properties: { a: next, b: next, c: next } })],
    ['allOf', (next) => ({ allOf: [next, next, next] })],
    ['anyOf', (next) => ({ anyOf: [next, next, { type: 'integer' }] })],
    ['tuples', (next) => ({ type: 'array', prefixItems: [next, next] })],
    ['patterns', (next) => ({ type: 'object', patternProperties: { a: next, b: next } })],
  ])('through %s, forty levels deep, stays within its budget', (_, of) => {
    const catalogue = compiled(documentOf(ref('L0'), { schemas: chain(of) }));
    expectSound(catalogue);
    expect(catalogue.tools.length).toBe(1);
  });

  test('a schema of 100,000 properties in 20 operations is written as far as the budget goes', () => {
    const properties = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`p${index}`, {}]));
    const requestBody = { content: { 'application/json': { schema: ref('Wide') } } };
    const paths = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`/x${index}`, { post: { requestBody } }]),
    );
    const schemas = { Wide: { type: 'object', properties, additionalProperties: false } };
    const source = JSON.stringify({ openapi: '3.1.0', components: { schemas }, paths });
    const { tools, skipped, warnings } = compiled(source);
    expect(tools.length + skipped.length).toBe(20);
    expect(warnings.map(({ code }) => code)).toContain('SCHEMA_CUT');
  });

  test('100,000 parameters skip the operation', () => {
    const parameters = Array.from({ length: 100_000 }, (_, index) => ({ name: `p!${index}`, in: 'query' }));
    const source = JSON.stringify({ openapi: '3.1.0', paths: { '/x': { get: { parameters } } } });
    expect(compiled(source).skipped).toMatchObject([
      { code: 'TOO_LARGE', pointer: '/paths/~1x/get/parameters' },
    ]);
  });
});

test.each([
  '#/components/schemas/~2',
  '#/components/schemas/%ZZ',
  '#/components/schemas/%00',
  '#/components/schemas//',
  '#components',
  '#/components/schemas/A/0/1',
  '#/paths/0',
  '#/__proto__',
  '#/constructor/prototype',
  '#/components/toString',
  ' ',
  '#/',
  '\u0000',
])('the reference %j, which is no pointer to a schema, accepts anything or is skipped', (ref) => {
  const catalogue = compiled(documentOf({ $ref: ref }, { schemas: { A: [] } }));
  expectSound(catalogue);
  expect(catalogue.tools.length + catalogue.skipped.length).toBe(1);
  expect(catalogue.warnings.length + catalogue.skipped.length).toBeGreaterThan(0);
});

test('a reference to the whole document is a schema that says nothing', () => {
  for (const ref of ['#', '']) {
    const catalogue = compiled(documentOf({ $ref: ref }));
    expectSound(catalogue);
    expect(catalogue.tools[0]?.inputSchema.properties).toEqual({
      body: { description: 'The body of the request.' },
    });
  }
});

test.each([
  'get',
  'post',
  'properties',
  '$ref',
  'type',
  'allOf',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
])('a property, a schema, a parameter and a path that are called %s are what they are', (name) => {
  const source = `{"openapi":"3.1.0",
      "components":{"schemas":{${JSON.stringify(name)}:{"type":"object","properties":{${JSON.stringify(name)}:{"type":"integer"}}}}},
      "paths":{"/${name}":{"post":{
        "parameters":[{"name":${JSON.stringify(name)},"in":"query","schema":{"type":"string"}}],
        "requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/${name}"}}}}}}}}`;
  const { tools } = compiled(source);
  expect(tools.length).toBe(1);
  expect(tools[0]?.inputSchema.properties['body']?.properties?.[name] ?? {}).toEqual({ type: 'integer' });
  expect(tools[0]?.binding.parameters.map((parameter) => parameter.name)).toEqual([name]);
  expect({}).not.toHaveProperty('polluted');
});
