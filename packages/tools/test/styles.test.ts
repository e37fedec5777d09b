import { describe, expect, test } from 'vitest';
import type { PreparedRequest, Tool } from '../src/index.ts';
import { compileCatalogue, prepareRequest } from '../src/index.ts';

function toolOf(parameters: readonly object[], path = '/x', openapi = '3.2.0'): Tool {
  const compiled = compileCatalogue(JSON.stringify({ openapi, paths: { [path]: { get: { parameters } } } }));
  const tool = compiled.ok ? compiled.value.tools[0] : undefined;
  if (!tool) throw new Error(JSON.stringify(compiled));
  return tool;
}

function prepared(tool: Tool, args: object): PreparedRequest {
  const request = prepareRequest(tool, args);
  if (!request.ok) throw new Error(JSON.stringify(request.error));
  return request.value;
}

function queryOf(parameters: readonly object[], args: object): string {
  const { path } = prepared(toolOf(parameters), args);
  return path.slice(path.indexOf('?') + 1);
}

const EMPTY = '';
const TEXT = 'blue';
const LIST = ['blue', 'black', 'brown'];
const OBJECT = { R: 100, G: 200, B: 150 };

/** The examples of the specification (3.2, section 4.12.6), which leaves some cells empty: no example, no test. */
const EXAMPLES: readonly [style: string, explode: boolean, cells: readonly (string | undefined)[]][] = [
  ['matrix', false, [';color', ';color=blue', ';color=blue,black,brown', ';color=R,100,G,200,B,150']],
  ['matrix', true, [';color', ';color=blue', ';color=blue;color=black;color=brown', ';R=100;G=200;B=150']],
  ['label', false, [undefined, '.blue', '.blue,black,brown', '.R,100,G,200,B,150']],
  ['label', true, [undefined, '.blue', '.blue.black.brown', '.R=100.G=200.B=150']],
  ['simple', false, [undefined, 'blue', 'blue,black,brown', 'R,100,G,200,B,150']],
  ['simple', true, [undefined, 'blue', 'blue,black,brown', 'R=100,G=200,B=150']],
  ['form', false, ['color=', 'color=blue', 'color=blue,black,brown', 'color=R,100,G,200,B,150']],
  ['form', true, ['color=', 'color=blue', 'color=blue&color=black&color=brown', 'R=100&G=200&B=150']],
  [
    'spaceDelimited',
    false,
    [undefined, undefined, 'color=blue%20black%20brown', 'color=R%20100%20G%20200%20B%20150'],
  ],
  [
    'pipeDelimited',
    false,
    [undefined, undefined, 'color=blue%7Cblack%7Cbrown', 'color=R%7C100%7CG%7C200%7CB%7C150'],
  ],
  [
    'deepObject',
    true,
    [undefined, undefined, undefined, 'color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150'],
  ],
  ['cookie', false, ['color=', 'color=blue', 'color=blue,black,brown', 'color=R,100,G,200,B,150']],
  ['cookie', true, ['color=', 'color=blue', 'color=blue; color=black; color=brown', 'R=100; G=200; B=150']],
];

const cases = EXAMPLES.flatMap(([style, explode, cells]) =>
  [EMPTY, TEXT, LIST, OBJECT].flatMap((value, index) => {
    const expected = cells[index];
    return expected === undefined ? [] : [{ style, explode, value, expected }];
  }),
);

test.each(cases)(
  '$style, explode $explode, of $value is $expected',
  ({ style, explode, value, expected }) => {
    const places: Record<string, string> = {
      matrix: 'path',
      label: 'path',
      simple: 'path',
      cookie: 'cookie',
    };
    const place = places[style] ?? 'query';
    const type = Array.isArray(value) ? 'array' : typeof value;
    const parameter = { name: 'color', in: place, required: true, style, explode, schema: { type } };
    const { path, headers } = prepared(toolOf([parameter], place === 'path' ? '/x/{color}' : '/x'), {
      color: value,
    });
    const found =
      place === 'path'
        ? path.slice('/x/'.length)
        : place === 'cookie'
          ? headers['cookie']
          : path.slice('/x?'.length);
    expect(found).toBe(expected);
  },
);

test.each([
  ['simple', ''],
  ['label', ''],
  ['simple', []],
  ['simple', ['']],
  ['simple', {}],
  ['matrix', []],
])('in a path of the style %s the value %j is refused as empty: it would be another path', (style, value) => {
  const parameter = { name: 'color', in: 'path', required: true, style, schema: {} };
  expect(prepareRequest(toolOf([parameter], '/x/{color}'), { color: value })).toEqual({
    ok: false,
    error: [{ field: 'color', message: 'may not be empty' }],
  });
});

test('a parameter of a path is required, whatever it says itself', () => {
  for (const required of [{}, { required: false }]) {
    const parameter = { name: 'color', in: 'path', ...required, schema: { type: 'string' } };
    expect(toolOf([parameter], '/x/{color}').inputSchema.required).toEqual(['color']);
  }
});

test.each([0, 5, -1.5, false])('%j in a path is no empty value', (value) => {
  const parameter = { name: 'color', in: 'path', required: true, schema: {} };
  expect(prepared(toolOf([parameter], '/x/{color}'), { color: value }).path).toBe(`/x/${value}`);
});

test.each([
  [false, LIST, 'blue,black,brown'],
  [false, OBJECT, 'R,100,G,200,B,150'],
  [true, OBJECT, 'R=100,G=200,B=150'],
])('a header, explode %s, of %j is %s', (explode, value, expected) => {
  const tool = toolOf([{ name: 'X-Color', in: 'header', explode, schema: {} }]);
  expect(prepared(tool, { 'X-Color': value }).headers['x-color']).toBe(expected);
});

test('a list in an object whose fields are pairs is a pair for each item, as a list by itself is', () => {
  const schema = {
    type: 'object',
    properties: {
      page: { type: 'integer' },
      sort: { type: 'array', items: { type: 'string' } },
      none: { type: 'array', items: { type: 'string' } },
    },
  };
  const query = queryOf([{ name: 'pageable', in: 'query', schema }], {
    pageable: { page: 0, sort: ['name,desc', 'id'], none: [] },
  });
  expect(query).toBe('page=0&sort=name%2Cdesc&sort=id');
});

describe('an object in brackets', () => {
  const deep = { name: 'f', in: 'query', style: 'deepObject', explode: true, schema: { type: 'object' } };

  test.each([
    [{ a: { b: { c: 1 } } }, 'f[a][b][c]=1'],
    [{ a: [1, 2] }, 'f[a][0]=1&f[a][1]=2'],
    [{ a: [{ b: 1 }, { b: 2 }] }, 'f[a][0][b]=1&f[a][1][b]=2'],
    [{ 'a]&x=1[': 'y' }, 'f[a]&x=1[]=y'],
    [{ a: '', b: null, c: false }, 'f[a]=&f[b]=&f[c]=false'],
  ])('of %j is %s, escaped', (value, expected) => {
    const query = queryOf([deep], { f: value });
    expect(decodeURIComponent(query)).toBe(expected);
    expect(query).not.toMatch(/[[\]]/);
  });
});

test.each([
  [false, 'a/b?c=d&e#f+g h%20%', 'q=a%2Fb%3Fc%3Dd%26e%23f%2Bg%20h%2520%25'],
  [true, 'a/b?c=d&e#f+g h%20%', 'q=a/b?c=d%26e%23f%2Bg%20h%20%25'],
  [true, ":/?[]@!$'()*,;=", "q=:/?[]@!$'()*,;="],
])('reserved characters, allowed %s, of %s are %s', (allowReserved, value, expected) => {
  expect(queryOf([{ name: 'q', in: 'query', allowReserved, schema: { type: 'string' } }], { q: value })).toBe(
    expected,
  );
});

test.each([
  [{ type: 'string' }, '', undefined, 'q='],
  [{ type: 'array' }, [], undefined, ''],
  [{ type: 'array' }, [], true, 'q='],
  [{ type: 'object' }, {}, true, 'q='],
  [{ type: 'object' }, {}, false, ''],
])('an empty value of %j: %j, allowed %s, is %j', (schema, value, allowEmptyValue, expected) => {
  const parameter = {
    name: 'q',
    in: 'query',
    schema,
    ...(allowEmptyValue === undefined ? {} : { allowEmptyValue }),
  };
  const { path } = prepared(toolOf([parameter]), { q: value });
  expect(path).toBe(expected === '' ? '/x' : `/x?${expected}`);
});

describe('a whole query (3.2)', () => {
  const whole = (contentType: string, schema: object): object => ({
    name: 'all',
    in: 'querystring',
    content: { [contentType]: { schema } },
  });

  test('is a form, or a text that fills it', () => {
    const form = whole('application/x-www-form-urlencoded', { type: 'object' });
    expect(queryOf([form], { all: { a: 'x&y', b: [1, 2], c: { d: '#' } } })).toBe(
      'a=x%26y&b=1&b=2&c%5Bd%5D=%23',
    );
    const json = whole('application/json', { type: 'object' });
    expect(queryOf([json], { all: { a: [1] } })).toBe('%7B%22a%22%3A%5B1%5D%7D');
    const path = whole('text/plain', { type: 'string' });
    expect(queryOf([path], { all: '$.a&b#c' })).toBe('%24.a%26b%23c');
    expect(prepared(toolOf([path]), { all: '' }).path).toBe('/x');
  });

  test('without a media type is left out with a warning, and unknown before 3.2', () => {
    const bare = { name: 'all', in: 'querystring', schema: { type: 'object' } };
    const documents = [
      { openapi: '3.2.0', paths: { '/x': { get: { parameters: [bare] } } } },
      { openapi: '3.1.0', paths: { '/x': { get: { parameters: [whole('application/json', {})] } } } },
    ];
    for (const document of documents) {
      expect(compileCatalogue(JSON.stringify(document))).toMatchObject({
        ok: true,
        value: { tools: [{ inputSchema: { properties: {} } }], warnings: [{ code: 'PARAM_DROPPED' }] },
      });
    }
  });
});

describe('a cookie', () => {
  test.each(['a;b=c', 'a b', 'a\r\nX-Evil: 1', 'ü', 'a\0'])(
    'of the style that escapes nothing cannot carry %j',
    (value) => {
      const tool = toolOf([{ name: 'c', in: 'cookie', style: 'cookie', schema: { type: 'string' } }]);
      expect(prepareRequest(tool, { c: value })).toEqual({
        ok: false,
        error: [{ field: 'c', message: 'has a character that no cookie can carry' }],
      });
    },
  );

  test('has the usual style before 3.2 and where none is stated', () => {
    for (const style of [{}, { style: 'cookie' }]) {
      const tool = toolOf([{ name: 'c', in: 'cookie', ...style, schema: { type: 'string' } }], '/x', '3.1.0');
      expect(prepared(tool, { c: 'a;b=c' }).headers['cookie']).toBe('c=a%3Bb%3Dc');
    }
  });
});

test('a style that does not exist for a place is replaced by the usual one, with a warning', () => {
  const parameters = [{ name: 'q', in: 'query', style: 'matrix', schema: { type: 'array' } }];
  const compiled = compileCatalogue(
    JSON.stringify({ openapi: '3.0.0', paths: { '/x': { get: { parameters } } } }),
  );
  expect(compiled).toMatchObject({
    ok: true,
    value: {
      tools: [{ binding: { parameters: [{ style: 'form', explode: true }] } }],
      warnings: expect.arrayContaining([expect.objectContaining({ code: 'VALUE_IGNORED' })]) as unknown,
    },
  });
});
