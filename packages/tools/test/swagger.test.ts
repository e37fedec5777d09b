import { describe, expect, test } from 'vitest';
import type { Catalogue, CompileOptions, Tool } from '../src/index.ts';
import { compileCatalogue, prepareRequest } from '../src/index.ts';
import { corpusDocument } from './corpus.ts';
import { expectSound } from './invariants.ts';

function compiled(document: object, options?: CompileOptions): Catalogue {
  const whole = { swagger: '2.0', info: { title: 't', version: '1' }, paths: {}, ...document };
  const result = compileCatalogue(JSON.stringify(whole), options);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function toolOf(operation: object, document: object = {}, method = 'post', path = '/x'): Tool {
  const [tool] = compiled({ ...document, paths: { [path]: { [method]: operation } } }).tools;
  if (!tool) throw new Error('It became no tool.');
  return tool;
}

function sent(tool: Tool, args: object): { path: string; body: string; contentType: string | undefined } {
  const request = prepareRequest(tool, args);
  if (!request.ok) throw new Error(JSON.stringify(request.error));
  const { path, body = '', headers } = request.value;
  return { path, body: Buffer.from(body).toString(), contentType: headers['content-type'] };
}

test.each([
  [{ host: 'a.test', basePath: '/v1', schemes: ['http', 'https'] }, ['https://a.test/v1']],
  [{ host: 'a.test:8443', schemes: ['http'] }, ['http://a.test:8443']],
  [{ host: 'a.test', schemes: ['ws'] }, ['https://a.test']],
  [{ host: 'a.test', basePath: 'v1' }, ['https://a.test/v1']],
  [{ basePath: '/v1' }, ['/v1']],
  [{ host: 'user@evil.test/x', basePath: '/v1' }, ['/v1']],
  [{ host: 5, basePath: [], schemes: 'https' }, []],
  [{}, []],
])('the servers of %j are %j', (document, servers) => {
  expect(compiled(document).servers).toEqual(servers);
});

test.each([['2.0'], [2], ['2']])('the version may be written %j', (swagger) => {
  expect(compileCatalogue(JSON.stringify({ swagger, paths: {} })).ok).toBe(true);
});

describe('a list', () => {
  const items = { type: 'string' };
  const list = (place: string, collectionFormat?: string): object => ({
    parameters: [
      {
        name: 'p',
        in: place,
        required: true,
        type: 'array',
        items,
        ...(collectionFormat ? { collectionFormat } : {}),
      },
    ],
  });
  const values = ['a b', 'c,d', 'e'];

  test.each([
    [undefined, 'p=a%20b,c%2Cd,e'],
    ['csv', 'p=a%20b,c%2Cd,e'],
    ['ssv', 'p=a%20b%20c%2Cd%20e'],
    ['tsv', 'p=a%20b%09c%2Cd%09e'],
    ['pipes', 'p=a%20b%7Cc%2Cd%7Ce'],
    ['multi', 'p=a%20b&p=c%2Cd&p=e'],
  ])('in the query in the format %s is %s', (format, query) => {
    expect(sent(toolOf(list('query', format), {}, 'get'), { p: values }).path).toBe(`/x?${query}`);
    expect(sent(toolOf(list('formData', format)), { p: values })).toMatchObject({
      body: query,
      contentType: 'application/x-www-form-urlencoded',
    });
  });

  test.each([
    ['csv', 'a%20b,c%2Cd,e'],
    ['pipes', 'a%20b%7Cc%2Cd%7Ce'],
    ['tsv', 'a%20b%09c%2Cd%09e'],
    // A name cannot come twice in a path.
    ['multi', 'a%20b,c%2Cd,e'],
  ])('in a path in the format %s is %s', (format, path) => {
    const tool = toolOf(list('path', format), {}, 'get', '/x/{p}');
    expect(sent(tool, { p: values }).path).toBe(`/x/${path}`);
  });

  test.each([
    ['csv', 'a b,c,d,e'],
    ['ssv', 'a b c,d e'],
    ['pipes', 'a b|c,d|e'],
    ['tsv', 'a b\tc,d\te'],
  ])('in a header in the format %s is %j', (format, header) => {
    const request = prepareRequest(toolOf(list('header', format), {}, 'get'), { p: values });
    expect(request.ok && request.value.headers['p']).toBe(header);
  });

  test('inside a list is joined as its own format says', () => {
    const parameter = {
      name: 'p',
      in: 'query',
      type: 'array',
      collectionFormat: 'pipes',
      items: { type: 'array', items: { type: 'integer' } },
    };
    const args = {
      p: [
        [1, 2],
        [3, 4],
      ],
    };
    expect(sent(toolOf({ parameters: [parameter] }, {}, 'get'), args).path).toBe('/x?p=1,2%7C3,4');
  });

  test('that is empty is left out, unless an empty value says something', () => {
    const parameter = { name: 'p', in: 'query', type: 'array', items };
    const strict = toolOf({ parameters: [parameter] }, {}, 'get');
    const empty = toolOf({ parameters: [{ ...parameter, allowEmptyValue: true }] }, {}, 'get');
    expect([sent(strict, { p: [] }).path, sent(empty, { p: [] }).path]).toEqual(['/x', '/x?p=']);
  });
});

describe('a body', () => {
  const schema = { $ref: '#/definitions/Thing' };
  const definitions = {
    Thing: {
      type: 'object',
      discriminator: 'kind',
      required: ['kind'],
      properties: { kind: { type: 'string' }, note: { type: 'string', 'x-nullable': true } },
    },
  };
  const parameters = [{ name: 'thing', in: 'body', required: true, schema }];

  test('is flat like any other, and a discriminator that is a text does no harm', () => {
    const tool = toolOf({ parameters }, { definitions });
    expect(tool.inputSchema).toMatchObject({
      properties: { kind: { type: 'string' }, note: { type: ['string', 'null'] } },
      required: ['kind'],
    });
    expect(sent(tool, { kind: 'a', note: 'n' })).toEqual({
      path: '/x',
      body: '{"kind":"a","note":"n"}',
      contentType: 'application/json',
    });
  });

  test.each([
    ['of the document', undefined, 'application/vnd.all+json'],
    ['of the operation before it', ['application/vnd.one+json'], 'application/vnd.one+json'],
    ['of the operation even if it is empty', [], 'application/json'],
    ['that is anything', ['*/*'], 'application/json'],
    [
      'of a patch that fits an object',
      ['application/json-patch+json', 'application/merge-patch+json'],
      'application/merge-patch+json',
    ],
  ])('has the media type %s', (_, consumes, contentType) => {
    const operation = { parameters, ...(consumes ? { consumes } : {}) };
    const tool = toolOf(operation, { definitions, consumes: ['application/vnd.all+json'] });
    expect(tool.binding.body?.contentType).toBe(contentType);
  });

  test('of XML alone is skipped', () => {
    const document = {
      paths: { '/x': { post: { parameters, consumes: ['application/xml'] } } },
      definitions,
    };
    expect(compiled(document).skipped).toMatchObject([{ code: 'BODY_UNSUPPORTED' }]);
  });

  test('beside the fields of a form wins, with a warning', () => {
    const both = [...parameters, { name: 'f', in: 'formData', type: 'string' }];
    const { tools, warnings } = compiled({ definitions, paths: { '/x': { post: { parameters: both } } } });
    expect(tools[0]?.binding.body?.kind).toBe('json');
    expect(warnings).toMatchObject([{ code: 'PARAM_DROPPED', pointer: '/paths/~1x/post/parameters/1' }]);
  });
});

describe('a form', () => {
  const name = { name: 'name', in: 'formData', type: 'string', required: true, description: 'Its name.' };
  const file = { name: 'file', in: 'formData', type: 'file' };

  test.each([
    ['by itself', [name], undefined, 'form'],
    ['where multipart is consumed', [name], ['multipart/form-data'], 'multipart'],
    ['where both are consumed', [name], ['multipart/form-data', 'application/x-www-form-urlencoded'], 'form'],
    ['with a file', [name, file], ['application/x-www-form-urlencoded'], 'multipart'],
  ])('%s is sent as it can be', (_, parameters, consumes, kind) => {
    const tool = toolOf({ parameters, ...(consumes ? { consumes } : {}) });
    expect(tool.binding.body?.kind).toBe(kind);
    expect(tool.inputSchema.required).toEqual(['name']);
    expect(tool.inputSchema.properties['name']).toEqual({ type: 'string', description: 'Its name.' });
  });

  test('carries a file', () => {
    const { body } = sent(toolOf({ parameters: [name, file] }), {
      name: 'n',
      file: { data: 'aGVsbG8=', name: 'a.txt', mimeType: 'text/plain' },
    });
    expect(body).toContain('name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhello\r\n');
    expect(body).toContain('name="name"\r\n\r\nn\r\n');
  });
});

test('a parameter is its own schema, whatever else it says', () => {
  const limit = { name: 'limit', in: 'query', type: 'integer', required: true, default: 10, maximum: 100 };
  const nullable = { name: 'n', in: 'query', type: 'string', 'x-nullable': true, enum: ['a', 'b'] };
  const document = {
    parameters: { limit },
    paths: { '/x': { parameters: [{ $ref: '#/parameters/limit' }], get: { parameters: [nullable] } } },
  };
  const { tools, warnings } = compiled(document);
  expect(tools[0]?.inputSchema.properties).toEqual({
    n: { type: ['string', 'null'], enum: ['a', 'b', null] },
    limit: { type: 'integer', default: 10, maximum: 100 },
  });
  expect(warnings).toEqual([]);
});

test('security definitions are schemes: basic is HTTP, a key is no argument, scopes are kept', () => {
  const document = {
    securityDefinitions: {
      basic: { type: 'basic' },
      key: { type: 'apiKey', in: 'query', name: 'api_key' },
      oauth: {
        type: 'oauth2',
        flow: 'implicit',
        authorizationUrl: 'https://a.test/',
        scopes: { w: 'write' },
      },
    },
    paths: {
      '/a': {
        get: { security: [{ oauth: ['w'] }], parameters: [{ name: 'api_key', in: 'query', type: 'string' }] },
      },
      '/b': { get: { security: [{ basic: [] }] } },
    },
  };
  const { tools, security } = compiled(document);
  expect(security).toEqual([
    { name: 'basic', type: 'http', scheme: 'basic' },
    { name: 'key', type: 'apiKey', in: 'query', parameterName: 'api_key' },
    { name: 'oauth', type: 'oauth2' },
  ]);
  expect(tools[0]).toMatchObject({ scopes: ['w'], inputSchema: { properties: {} } });
  expect(compiled(document, { security: ['key'] }).skipped.map(({ code }) => code)).toEqual([
    'AUTH_UNSUPPORTED',
    'AUTH_UNSUPPORTED',
  ]);
});

test('a parameter that carries the credential of the operator is never an argument', () => {
  const parameters = [{ name: 'Token', in: 'header', type: 'string', required: true }];
  const paths = { '/a': { get: { parameters } } };
  const options: CompileOptions = { credentials: [{ in: 'header', name: 'token' }] };
  expect(Object.keys(compiled({ paths }).tools[0]?.inputSchema.properties ?? {})).toEqual(['Token']);
  expect(compiled({ paths }, options).tools[0]?.inputSchema).toEqual({
    type: 'object',
    properties: {},
    additionalProperties: false,
  });
});

test.for([
  { id: 'kubernetes', tools: 1_117, skipped: ['METHOD_UNSUPPORTED'] },
  { id: 'slack', tools: 174, skipped: [] },
])('the description of $id becomes a sound catalogue, nearly all of it tools', ({ id, ...expected }, ctx) => {
  const document = corpusDocument(id, ctx);
  const result = compileCatalogue(document.bytes, { include: { deprecated: true } });
  if (!result.ok) throw new Error(result.error.message);
  const { tools, skipped } = result.value;
  expectSound(result.value);
  expect(tools.length + skipped.length).toBe(document.operations);
  expect(tools.length).toBe(expected.tools);
  expect([...new Set(skipped.map(({ code }) => code))]).toEqual(expected.skipped);
});
