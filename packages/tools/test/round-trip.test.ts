import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Tool, ToolResult } from '../src/index.ts';
import {
  compileCatalogue,
  createSender,
  prepareRequest,
  presentArgumentFaults,
  presentResult,
} from '../src/index.ts';

interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = (req: IncomingMessage, res: ServerResponse) => void;

const REQUEST_ID = 'req_test';
const context = { requestId: REQUEST_ID, nowMs: Date.parse('2026-01-01T00:00:00Z') };
const json: Answer = (_, res) => {
  res.setHeader('content-type', 'application/json').end('{"ok":true}');
};

let answer: Answer = json;
let recorded: Recorded[] = [];
let baseUrl = '';
const sender = createSender({ timeoutMs: 10_000 });
const upstream = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    const body = Buffer.concat(chunks).toString('utf8');
    recorded.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers, body });
    answer(req, res);
  });
});

beforeAll(async () => {
  baseUrl = `${await listening(upstream)}/v1`;
});
afterEach(() => {
  answer = json;
  recorded = [];
});
afterAll(async () => {
  await sender.close();
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
});

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function toolOf(method: string, path: string, operation: object): Tool {
  const document = {
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    paths: { [path]: { [method]: operation } },
  };
  const compiled = compileCatalogue(JSON.stringify(document));
  const tool = compiled.ok ? compiled.value.tools[0] : undefined;
  if (!tool) throw new Error(JSON.stringify(compiled));
  return tool;
}

async function call(tool: Tool, args: unknown, headers: Record<string, string> = {}): Promise<ToolResult> {
  const request = prepareRequest(tool, args);
  if (!request.ok) return presentArgumentFaults(request.error, context);
  return presentResult(tool, await sender.send({ baseUrl, request: request.value, headers }), context);
}

function only(): Recorded {
  const [one, ...others] = recorded;
  if (!one || others.length > 0) throw new Error(`${recorded.length} requests arrived.`);
  return one;
}

const list = { type: 'array', items: { type: 'string' } };
const record = { type: 'object', properties: { R: { type: 'integer' }, G: { type: 'integer' } } };
const colours = ['blue', 'black'];
const rgb = { R: 100, G: 200 };

describe('a path parameter', () => {
  test.each([
    ['simple', false, 'blue', 'blue'],
    ['simple', false, colours, 'blue,black'],
    ['simple', false, rgb, 'R,100,G,200'],
    ['simple', true, rgb, 'R=100,G=200'],
    ['label', false, 'blue', '.blue'],
    ['label', false, colours, '.blue,black'],
    ['label', true, colours, '.blue.black'],
    ['label', true, rgb, '.R=100.G=200'],
    ['matrix', false, 'blue', ';p=blue'],
    ['matrix', false, colours, ';p=blue,black'],
    ['matrix', true, colours, ';p=blue;p=black'],
    ['matrix', false, rgb, ';p=R,100,G,200'],
    ['matrix', true, rgb, ';R=100;G=200'],
  ])('in style %s, explode %s, of %j is %s', async (style, explode, value, expected) => {
    const schema = Array.isArray(value) ? list : typeof value === 'object' ? record : { type: 'string' };
    const tool = toolOf('get', '/x/{p}/y', {
      parameters: [{ name: 'p', in: 'path', required: true, style, explode, schema }],
    });
    await call(tool, { p: value });
    expect(only().url).toBe(`/v1/x/${expected}/y`);
  });
});

describe('a query parameter', () => {
  test.each([
    ['form', true, 'a b&c', 'q=a%20b%26c'],
    ['form', true, colours, 'q=blue&q=black'],
    ['form', false, colours, 'q=blue,black'],
    ['form', true, rgb, 'R=100&G=200'],
    ['form', false, rgb, 'q=R,100,G,200'],
    ['spaceDelimited', false, colours, 'q=blue%20black'],
    ['pipeDelimited', false, colours, 'q=blue%7Cblack'],
    ['deepObject', true, rgb, 'q%5BR%5D=100&q%5BG%5D=200'],
  ])('in style %s, explode %s, of %j is %s', async (style, explode, value, expected) => {
    const schema = Array.isArray(value) ? list : typeof value === 'object' ? record : { type: 'string' };
    const tool = toolOf('get', '/x', { parameters: [{ name: 'q', in: 'query', style, explode, schema }] });
    await call(tool, { q: value });
    expect(only().url).toBe(`/v1/x?${expected}`);
  });

  test('that is JSON is written as JSON, and one that may hold reserved characters keeps them but & and #', async () => {
    const tool = toolOf('get', '/x', {
      parameters: [
        { name: 'filter', in: 'query', content: { 'application/json': { schema: record } } },
        { name: 'raw', in: 'query', allowReserved: true, schema: { type: 'string' } },
      ],
    });
    await call(tool, { filter: rgb, raw: 'a/b?c=d&e#f+g' });
    const { searchParams } = new URL(`http://h${only().url}`);
    expect(Object.fromEntries(searchParams)).toEqual({ filter: '{"R":100,"G":200}', raw: 'a/b?c=d&e#f+g' });
    expect(only().url).toContain('raw=a/b?c=d%26e%23f%2Bg');
  });

  test('that is JSON keeps every digit of a 64-bit integer, and is quoted where it is a text', async () => {
    const long = { type: 'integer', format: 'int64' };
    const json = (schema: object): object => ({ 'application/json': { schema } });
    const tool = toolOf('get', '/x', {
      parameters: [
        { name: 'filter', in: 'query', content: json({ type: 'object', properties: { id: long } }) },
        { name: 'name', in: 'query', content: json({ type: 'string' }) },
        { name: 'any', in: 'query', content: json({}) },
      ],
    });
    await call(tool, { filter: { id: '9007199254740993' }, name: 'a "b"', any: '[1]' });
    const { searchParams } = new URL(`http://h${only().url}`);
    expect(Object.fromEntries(searchParams)).toEqual({
      filter: '{"id":9007199254740993}',
      name: '"a \\"b\\""',
      any: '[1]',
    });
  });

  test('is left out when it is not given, or null, or an empty list', async () => {
    const tool = toolOf('get', '/x', {
      parameters: [
        { name: 'a', in: 'query', schema: { type: 'string' } },
        { name: 'b', in: 'query', schema: list },
      ],
    });
    await call(tool, { a: null, b: [] });
    expect(only().url).toBe('/v1/x');
  });

  test('keeps a name that no argument may have', async () => {
    const names = ['StartTime<', '$filter', 'ids[]', 'a b'];
    const tool = toolOf('get', '/x', {
      parameters: names.map((name) => ({ name, in: 'query', schema: { type: 'string' } })),
    });
    const args = Object.fromEntries(
      Object.keys(tool.inputSchema.properties).map((key, index) => [key, `v${index}`]),
    );
    await call(tool, args);
    const { searchParams } = new URL(`http://h${only().url}`);
    expect([...searchParams.keys()]).toEqual(names);
  });

  test('is added to the fixed query of a path', async () => {
    const tool = toolOf('get', '/x?beta=true', {
      parameters: [{ name: 'q', in: 'query', schema: { type: 'string' } }],
    });
    await call(tool, { q: '1' });
    expect(only().url).toBe('/v1/x?beta=true&q=1');
  });
});

test('a path in another script is escaped, and what is escaped already stays', async () => {
  await call(toolOf('get', '/straße/%7Bx%7D/{id}', {}), { id: 'ö' });
  expect(only().url).toBe('/v1/stra%C3%9Fe/%7Bx%7D/%C3%B6');
});

describe('a header', () => {
  const tool = toolOf('get', '/x', {
    parameters: [
      { name: 'X-Trace', in: 'header', schema: list },
      { name: 'X-Version', in: 'header', required: true, schema: { type: 'string', enum: ['2026-01-01'] } },
      { name: 'session', in: 'cookie', schema: { type: 'string' } },
    ],
  });

  test('carries its argument, a constant header goes without one, a cookie is escaped', async () => {
    await call(tool, { 'X-Trace': ['a', 'b'], session: 'a;b=c' });
    expect(only().headers).toMatchObject({
      'x-trace': 'a,b',
      'x-version': '2026-01-01',
      cookie: 'session=a%3Bb%3Dc',
    });
  });

  test.each(['a\r\nX-Evil: 1', 'a\nb', 'a\0b', 'ünï→'])(
    'cannot be made to carry %j, so nothing can be injected',
    async (value) => {
      const result = await call(tool, { 'X-Trace': [value] });
      expect(result).toMatchObject({ isError: true, structuredContent: { code: 'invalid_arguments' } });
      expect(recorded).toEqual([]);
    },
  );

  test('of the credential wins over an argument of the same name', async () => {
    const keyed = toolOf('get', '/x', {
      parameters: [{ name: 'x-api-key', in: 'header', schema: { type: 'string' } }],
    });
    await call(keyed, { 'x-api-key': 'mine' }, { 'X-Api-Key': 'credential' });
    expect(only().headers['x-api-key']).toBe('credential');
  });
});

describe('a path argument', () => {
  const tool = toolOf('get', '/files/{name}', {
    parameters: [{ name: 'name', in: 'path', required: true, schema: { type: 'string' } }],
  });

  test.each(['..', '.', '../secrets', 'a/../../b', 'a/..', 'a/./b', 'a\\..\\b', ''])(
    'may not be %j, which would lead to another path',
    async (name) => {
      expect(await call(tool, { name })).toMatchObject({
        isError: true,
        structuredContent: { code: 'invalid_arguments' },
      });
      expect(recorded).toEqual([]);
    },
  );

  test('may not make a step upwards out of harmless pieces', async () => {
    const parameter = { name: 'p', in: 'path', required: true, style: 'label', explode: true, schema: list };
    const labelled = toolOf('get', '/x/{p}/y', { parameters: [parameter] });
    expect((await call(labelled, { p: ['', ''] })).structuredContent).toMatchObject({
      code: 'invalid_arguments',
    });
    expect(recorded).toEqual([]);
  });

  test('may not have a step upwards in an item of its list', async () => {
    const listed = toolOf('get', '/x/{p}', {
      parameters: [{ name: 'p', in: 'path', required: true, schema: list }],
    });
    expect((await call(listed, { p: ['a', 'b/../c'] })).structuredContent).toMatchObject({
      code: 'invalid_arguments',
    });
    expect(recorded).toEqual([]);
  });

  test.each([
    ['a/b', 'a%2Fb'],
    ['a?b#c', 'a%3Fb%23c'],
    ['%2e%2e', '%252e%252e'],
    ['ä€😀', '%C3%A4%E2%82%AC%F0%9F%98%80'],
    ['..a', '..a'],
    ['\uD800', '%EF%BF%BD'],
  ])('%j arrives as %s and stays one step', async (name, expected) => {
    await call(tool, { name });
    expect(only().url).toBe(`/v1/files/${expected}`);
  });
});

describe('a body', () => {
  const schema = {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' }, size: { type: 'integer' }, tags: list, more: record },
  };
  const withBody = (type: string, media: object, required = true): Tool =>
    toolOf('post', '/x', { requestBody: { required, content: { [type]: media } } });

  test('in JSON has the fields that were given, in their types', async () => {
    await call(withBody('application/merge-patch+json', { schema }), {
      name: 'n',
      size: '5',
      tags: '["a"]',
      more: '{"R":"1"}',
    });
    const { headers, body } = only();
    expect(headers['content-type']).toBe('application/merge-patch+json');
    expect(JSON.parse(body)).toEqual({ name: 'n', size: 5, tags: ['a'], more: { R: 1 } });
  });

  test('in JSON keeps every digit of a 64-bit integer, and no text becomes a number', async () => {
    const long = { type: 'integer', format: 'int64' };
    const open = {
      type: 'object',
      required: ['id'],
      properties: {
        id: long,
        name: { type: 'string' },
        list: { type: 'array', items: long },
        map: { type: 'object', additionalProperties: long },
      },
    };
    const tool = withBody('application/json', { schema: open });
    const digits = '9007199254740993';
    await call(tool, { id: digits, name: digits, list: ['-9223372036854775808', '5'], map: { a: digits } });
    expect(only().body).toBe(
      `{"id":${digits},"name":"${digits}","list":[-9223372036854775808,5],"map":{"a":${digits}}}`,
    );
    recorded = [];
    await call(tool, { id: '0009007199254740993', name: `"integer ${digits}"` });
    expect(only().body).toBe(`{"id":"0009007199254740993","name":"\\"integer ${digits}\\""}`);
  });

  test('in JSON keeps them in a choice of shapes and in any integer, but where text may be meant', async () => {
    const long = { type: 'integer', format: 'int64' };
    const shape = (field: string, schema: object): object => ({
      type: 'object',
      required: [field],
      properties: { [field]: schema },
    });
    const tool = withBody('application/json', {
      schema: {
        type: 'object',
        properties: {
          shape: { oneOf: [shape('id', long), shape('name', { type: 'string' })] },
          choice: { anyOf: [long, { type: 'boolean' }] },
          open: { anyOf: [long, { type: 'string' }] },
          plain: { type: 'integer' },
        },
      },
    });
    const digits = '9007199254740993';
    await call(tool, { shape: { id: digits }, choice: digits, open: digits, plain: digits });
    expect(only().body).toBe(
      `{"shape":{"id":${digits}},"choice":${digits},"open":"${digits}","plain":${digits}}`,
    );
  });

  test('is not sent with an id that lost digits on its way', async () => {
    const tool = toolOf('delete', '/x/{id}', {
      parameters: [{ name: 'id', in: 'path', schema: { type: 'integer', format: 'int64' } }],
    });
    const result = await call(tool, JSON.parse('{"id":9007199254740993}'));
    expect(recorded).toEqual([]);
    expect(result).toMatchObject({
      isError: true,
      structuredContent: { message: 'id has more digits than a number keeps; give it as text' },
    });
    await call(tool, { id: '9007199254740993' });
    expect(only().url).toBe('/v1/x/9007199254740993');
  });

  test('has the fields of the shape that its discriminator names', async () => {
    const document = {
      openapi: '3.0.3',
      paths: {
        '/x': {
          post: {
            requestBody: {
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
            },
          },
        },
      },
      components: {
        schemas: {
          Pet: {
            type: 'object',
            properties: { kind: { type: 'string' } },
            discriminator: { propertyName: 'kind', mapping: { cat: '#/components/schemas/Cat' } },
          },
          Cat: {
            allOf: [{ $ref: '#/components/schemas/Pet' }, { properties: { lives: { type: 'integer' } } }],
          },
        },
      },
    };
    const compiled = compileCatalogue(JSON.stringify(document));
    const tool = compiled.ok ? compiled.value.tools[0] : undefined;
    if (!tool) throw new Error(JSON.stringify(compiled));
    await call(tool, { body: { kind: 'cat', lives: '9' } });
    expect(only().body).toBe('{"kind":"cat","lives":9}');
  });

  test('in a form is written in the styles of its encoding, else with brackets', async () => {
    const encoding = {
      tags: { style: 'form', explode: false },
      more: { style: 'deepObject', explode: true },
    };
    const args = { name: 'a b', tags: ['x', 'y&z'], more: { R: 1, G: 2 } };
    await call(withBody('application/x-www-form-urlencoded', { schema, encoding }), args);
    expect(only().body).toBe('name=a%20b&tags=x,y%26z&more%5BR%5D=1&more%5BG%5D=2');
    recorded = [];
    await call(withBody('application/x-www-form-urlencoded', { schema }), args);
    expect(only().body).toBe('name=a%20b&tags=x&tags=y%26z&more%5BR%5D=1&more%5BG%5D=2');
  });

  test('in a form keeps every digit of a 64-bit integer in its JSON', async () => {
    const meta = { type: 'object', properties: { id: { type: 'integer', format: 'int64' } } };
    const tool = withBody('application/x-www-form-urlencoded', {
      schema: { type: 'object', properties: { meta } },
      encoding: { meta: { contentType: 'application/json' } },
    });
    await call(tool, { meta: { id: '9007199254740993' } });
    expect(new URLSearchParams(only().body).get('meta')).toBe('{"id":9007199254740993}');
  });

  test('of JSON lines has a line for each item of a list', async () => {
    const items = { type: 'object', properties: { id: { type: 'integer', format: 'int64' } } };
    const tool = withBody('application/x-ndjson', { schema: { type: 'array', items } });
    await call(tool, { body: [{ id: 1 }, { id: '9007199254740993' }] });
    expect(only().body).toBe('{"id":1}\n{"id":9007199254740993}\n');
    recorded = [];
    await call(withBody('application/x-ndjson', { schema: {} }), { body: '{"a":1}\n{"b":2}\n' });
    expect(only().body).toBe('{"a":1}\n{"b":2}\n');
  });

  test('of text is sent as it is', async () => {
    await call(withBody('text/plain', { schema: { type: 'string' } }), { body: 'one\ntwo' });
    expect(only()).toMatchObject({ body: 'one\ntwo', headers: { 'content-type': 'text/plain' } });
  });

  test('that is optional and not given is not sent; one that is required is', async () => {
    const open = { type: 'object', properties: { a: { type: 'string' } } };
    await call(withBody('application/json', { schema: open }, false), {});
    await call(withBody('application/json', { schema: open }, true), {});
    expect(recorded.map(({ body }) => body)).toEqual(['', '{}']);
    expect(recorded[0]?.headers).not.toHaveProperty('content-type');
  });

  test('goes with a GET if the document wants it', async () => {
    const tool = toolOf('get', '/x', {
      requestBody: { content: { 'application/json': { schema: record } } },
    });
    await call(tool, { R: 1 });
    expect(only()).toMatchObject({ method: 'GET', body: '{"R":1}' });
  });

  test('that is nested without end is a fault, not a crash', async () => {
    const tool = withBody('application/json', { schema: { type: 'object' } });
    const deep = `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`;
    const result = await call(tool, { body: JSON.parse(deep) as unknown });
    expect(result).toMatchObject({ isError: true, structuredContent: { code: 'invalid_arguments' } });
  });
});

describe('an answer', () => {
  const read = toolOf('get', '/x', {});
  const write = toolOf('post', '/x', {});

  test('of JSON is text, without structured content because none is declared', async () => {
    expect(await call(read, {})).toEqual({ content: [{ type: 'text', text: '{"ok":true}' }] });
  });

  test('without content is one, also where the server promises a length', async () => {
    answer = (_, res) => {
      res.socket?.end('HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n');
    };
    expect(await call(write, {})).toEqual({
      content: [{ type: 'text', text: 'The API answered 204 without content.' }],
    });
  });

  test('is asked for without compression, and understood with it', async () => {
    answer = (_, res) => {
      res
        .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
        .end(gzipSync('{"a":1}'));
    };
    expect(await call(read, {})).toEqual({ content: [{ type: 'text', text: '{"a":1}' }] });
    expect(only().headers['accept-encoding']).toBe('identity');
  });

  test('that grows beyond the limit when it is decompressed is refused', async () => {
    answer = (_, res) => {
      res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(2_000_000)));
    };
    const result = await sender.send({
      baseUrl,
      request: { method: 'GET', path: '/x', headers: {} },
      bytesMax: 100_000,
    });
    expect(result).toMatchObject({ ok: false, error: { code: 'upstream_too_large' } });
  });

  test.each([
    ['with its length', (res: ServerResponse) => res.setHeader('content-length', 200_000)],
    ['without its length', (res: ServerResponse) => res],
  ])('that is too large %s is cut off', async (_, prepare) => {
    answer = (__, res) => {
      prepare(res).end(Buffer.alloc(200_000));
    };
    const result = await sender.send({
      baseUrl,
      request: { method: 'GET', path: '/x', headers: {} },
      bytesMax: 100_000,
    });
    expect(result).toMatchObject({ ok: false, error: { code: 'upstream_too_large' } });
  });

  const shownOf = async (limits: { bytesMax?: number; timeoutMs?: number }) => {
    const request = { method: 'GET', path: '/x', headers: {} };
    return presentResult(read, await sender.send({ baseUrl, request, ...limits }), { requestId: 'req_x' });
  };

  test.each([
    ['with its length', { 'content-length': 200_000 }, Buffer.alloc(200_000)],
    ['without its length', {}, Buffer.alloc(200_000)],
    ['compressed', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(2_000_000))],
  ])(
    'that refuses with too many words, %s, keeps its status and when to come again',
    async (_, headers, body) => {
      answer = (__, res) => {
        res.writeHead(429, { ...headers, 'retry-after': '7' }).end(body);
      };
      const { isError, structuredContent } = await shownOf({ bytesMax: 100_000 });
      expect([isError, structuredContent]).toMatchObject([
        true,
        {
          status: 429,
          code: 'rate_limited',
          message: 'The API answered 429. The answer of the API is larger than 100000 bytes.',
          retry_after_seconds: 7,
        },
      ]);
    },
  );

  test.each([
    ['at the time limit', { timeoutMs: 300 }, '', /did not end in the time of a call/],
    [
      'at the size that is accepted',
      { bytesMax: 1_000 },
      `data: ${'x'.repeat(2_000)}\n\n`,
      /larger than what is/,
    ],
  ])(
    'that is a stream of events without an end is shown as far as it came: %s',
    async (_, limits, more, note) => {
      answer = (__, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
        res.write('data: one\n\ndata: two\n\ndata: hal');
        if (more !== '') setTimeout(() => res.write(more), 50);
      };
      expect(await shownOf(limits)).toEqual({
        content: [
          { type: 'text', text: 'data: one\n\ndata: two\n\n' },
          { type: 'text', text: expect.stringMatching(note) },
        ],
      });
    },
  );

  test('that is a stream of which nothing whole came is a fault', async () => {
    answer = (_, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: hal');
    };
    const { structuredContent } = await shownOf({ timeoutMs: 300 });
    expect(structuredContent).toMatchObject({ status: 504, code: 'upstream_timeout' });
  });

  test('of an image is an image; other bytes are named, not shown', async () => {
    answer = (_, res) => {
      res.setHeader('content-type', 'image/png').end(Buffer.from([1, 2, 3]));
    };
    expect((await call(read, {})).content).toEqual([{ type: 'image', data: 'AQID', mimeType: 'image/png' }]);
    answer = (_, res) => {
      res.setHeader('content-type', 'application/pdf').end(Buffer.from('%PDF-1.7'));
    };
    expect((await call(read, {})).content).toEqual([
      {
        type: 'text',
        text: 'The API answered with 8 bytes of application/pdf, which cannot be shown as text.',
      },
    ]);
  });

  test('of an image is called what its bytes are, and one that no model sees is a file', async () => {
    answer = (_, res) => {
      res.setHeader('content-type', 'image/png').end(Buffer.from([0xff, 0xd8, 0xff, 0xe0]));
    };
    expect((await call(read, {})).content).toEqual([
      { type: 'image', data: '/9j/4A==', mimeType: 'image/jpeg' },
    ]);
    answer = (_, res) => {
      res.setHeader('content-type', 'image/x-icon').end(Buffer.from([0, 0, 1, 0]));
    };
    expect((await call(read, {})).content).toEqual([
      {
        type: 'text',
        text: 'The API answered with 4 bytes of image/x-icon, which cannot be shown as text.',
      },
    ]);
  });

  test('of sound is sound', async () => {
    answer = (_, res) => {
      res.setHeader('content-type', 'audio/mpeg').end(Buffer.from([1, 2, 3]));
    };
    expect((await call(read, {})).content).toEqual([{ type: 'audio', data: 'AQID', mimeType: 'audio/mpeg' }]);
  });

  test.each([
    ['', 'as it is'],
    ['image/svg+xml', '<svg/>'],
    ['application/vnd.api+json', '{"a":1}'],
    ['application/soap+xml', '<a/>'],
  ])('of the type %j is text', async (type, body) => {
    answer = (_, res) => {
      if (type !== '') res.setHeader('content-type', type);
      res.end(body);
    };
    expect((await call(read, {})).content).toEqual([{ type: 'text', text: body }]);
  });

  test('without a type is no text if it has a NUL', async () => {
    answer = (_, res) => {
      res.end(Buffer.from('a\0b'));
    };
    expect((await call(read, {})).content).toEqual([
      {
        type: 'text',
        text: 'The API answered with 3 bytes of binary data, which cannot be shown as text.',
      },
    ]);
  });

  test('to a HEAD request has the length of what it does not carry', async () => {
    answer = (_, res) => {
      res.setHeader('content-length', 200_000).end();
    };
    const request = { method: 'HEAD', path: '/x', headers: {} };
    expect(await sender.send({ baseUrl, request, bytesMax: 100_000 })).toMatchObject({
      ok: true,
      value: { status: 200 },
    });
  });

  test('without content says so', async () => {
    answer = (_, res) => {
      res.writeHead(204).end();
    };
    expect((await call(write, {})).content).toEqual([
      { type: 'text', text: 'The API answered 204 without content.' },
    ]);
  });

  test('without content says where the thing is that was made', async () => {
    answer = (_, res) => {
      res.writeHead(201, { location: 'https://api.example.test/things/42' }).end();
    };
    expect((await call(write, {})).content).toEqual([
      {
        type: 'text',
        text: 'The API answered 201 without content. Location: https://api.example.test/things/42',
      },
    ]);
    answer = (_, res) => {
      res.writeHead(202, { location: `/jobs/1?access_token=abcdef1234&q=${'x'.repeat(2_000)}` }).end();
    };
    const said = JSON.stringify((await call(write, {})).content);
    expect(said).toContain('Location: /jobs/1?');
    expect(said).not.toContain('abcdef1234');
    expect(said.length).toBeLessThan(1_000);
  });

  test('of 500 with a page is summarised, and says whether to repeat the call', async () => {
    answer = (_, res) => {
      res
        .writeHead(500, { 'content-type': 'text/html' })
        .end('<html><title>Oops</title><body>stack at db.internal</body></html>');
    };
    const [first, second] = [await call(read, {}), await call(write, {})];
    expect(first.structuredContent).toEqual({
      status: 500,
      code: 'upstream_error',
      message: 'The API answered 500: a web page titled “Oops”',
      request_id: REQUEST_ID,
      hint: 'The call may be repeated.',
    });
    expect(first.isError).toBe(true);
    expect(first.content).toEqual([{ type: 'text', text: JSON.stringify(first.structuredContent) }]);
    expect(second.structuredContent?.['hint']).toContain('may have taken effect');
  });

  test('of 401 concerns the connection, not the caller', async () => {
    answer = (_, res) => {
      res.writeHead(401, { 'www-authenticate': 'Bearer' }).end('{"message":"token abc expired"}');
    };
    const { structuredContent } = await call(read, {});
    expect(structuredContent).toMatchObject({ status: 401, code: 'upstream_unauthorized' });
    expect(structuredContent?.['message']).toContain('renewing');
    expect(JSON.stringify(structuredContent)).not.toContain('abc');
  });

  test('of 402 speaks of credits', async () => {
    answer = (_, res) => {
      res
        .writeHead(402, { 'content-type': 'application/json' })
        .end('{"error":{"code":"no_credits","message":"0 left"}}');
    };
    expect((await call(write, {})).structuredContent).toMatchObject({
      code: 'insufficient_credits',
      message: 'The API answered 402: (no_credits) 0 left',
      hint: expect.stringContaining('Credits') as string,
    });
  });

  test.each([
    ['seconds', '30'],
    ['a date', 'Thu, 01 Jan 2026 00:00:30 GMT'],
  ])('of 429 says when to call again, from %s', async (_, retryAfter) => {
    answer = (__, res) => {
      res
        .writeHead(429, {
          'retry-after': retryAfter,
          'x-ratelimit-limit': '100',
          'x-ratelimit-remaining': '0',
        })
        .end();
    };
    expect((await call(read, {})).structuredContent).toMatchObject({
      code: 'rate_limited',
      retry_after_seconds: 30,
      rate_limit: { limit: 100, remaining: 0 },
    });
  });

  test('that points elsewhere is not followed', async () => {
    answer = (req, res) => {
      if (req.url === '/v1/x') res.writeHead(302, { location: '/v1/elsewhere' }).end();
      else res.end('followed');
    };
    expect(await call(read, {}, { authorization: 'Bearer secret' })).toMatchObject({
      isError: true,
      structuredContent: { status: 302, code: 'upstream_redirect' },
    });
    expect(recorded.length).toBe(1);
  });
});

describe('an upstream that fails', () => {
  const request = { method: 'GET', path: '/x', headers: {} };
  const tool = toolOf('get', '/x', {});

  test('to answer in time ends the call, and the connection', async () => {
    const closed = new Promise<void>((resolve) => {
      answer = (req) => {
        req.socket.on('close', () => resolve());
      };
    });
    // Time enough to get there, or there would be no connection to end.
    const outcome = await sender.send({ baseUrl, request, timeoutMs: 3_000 });
    expect(presentResult(tool, outcome, context).structuredContent).toMatchObject({
      status: 504,
      code: 'upstream_timeout',
    });
    await closed;
  });

  test('to finish its answer in time ends the call', async () => {
    answer = (_, res) => {
      res.write('{');
    };
    expect(await sender.send({ baseUrl, request, timeoutMs: 50 })).toMatchObject({
      ok: false,
      error: { code: 'upstream_timeout' },
    });
  });

  test.each([
    ['before an answer', (res: ServerResponse) => res.socket?.resetAndDestroy()],
    [
      'in the middle of one',
      (res: ServerResponse) =>
        res.writeHead(200, { 'content-length': 10 }).write('12345', () => res.socket?.resetAndDestroy()),
    ],
  ])('and resets %s is told apart', async (_, act) => {
    answer = (__, res) => {
      act(res);
    };
    expect(await sender.send({ baseUrl, request })).toMatchObject({
      ok: false,
      error: { code: 'upstream_reset' },
    });
  });

  test('to speak HTTP is told as a reset', async () => {
    const babbler = createTcpServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('SSH-2.0-OpenSSH\r\n'),
    );
    const url = await listening(babbler);
    expect(await sender.send({ baseUrl: url, request })).toMatchObject({
      ok: false,
      error: { code: 'upstream_reset' },
    });
    await new Promise((resolve) => babbler.close(resolve));
  });

  test('to exist names no address', async () => {
    const gone = createTcpServer();
    const url = await listening(gone);
    await new Promise((resolve) => gone.close(resolve));
    const outcome = await sender.send({ baseUrl: url, request });
    const result = presentResult(tool, outcome, context);
    expect(result.structuredContent).toMatchObject({
      status: 502,
      code: 'upstream_unreachable',
      request_id: REQUEST_ID,
    });
    expect(JSON.stringify(result)).not.toContain('127.0.0.1');
  });

  test.each(['ftp://127.0.0.1/', 'nonsense', 'http://user:secret@127.0.0.1/', 'file:///etc/passwd'])(
    'because its base URL is %s is unreachable',
    async (bad) => {
      expect(await sender.send({ baseUrl: bad, request })).toMatchObject({
        ok: false,
        error: { code: 'upstream_unreachable' },
      });
    },
  );
});

describe('a cancelled call', () => {
  const request = { method: 'GET', path: '/x', headers: {} };

  test('ends at once, before or after it was sent', async () => {
    const controller = new AbortController();
    answer = () => controller.abort();
    const outcome = sender.send({ baseUrl, request, signal: controller.signal });
    expect(await outcome).toMatchObject({ ok: false, error: { code: 'upstream_aborted' } });
    expect(await sender.send({ baseUrl, request, signal: controller.signal })).toMatchObject({
      ok: false,
      error: { code: 'upstream_aborted' },
    });
    expect(recorded.length).toBe(1);
  });

  test('that still waits for a connection is never sent', async () => {
    const narrow = createSender({ connectionsMax: 1 });
    const arrived = new Promise<ServerResponse>((resolve) => {
      answer = (_, res) => resolve(res);
    });
    const first = narrow.send({ baseUrl, request });
    const res = await arrived;
    const controller = new AbortController();
    const second = narrow.send({ baseUrl, request, signal: controller.signal });
    controller.abort();
    expect(await second).toMatchObject({ ok: false, error: { code: 'upstream_aborted' } });
    res.end('done');
    expect((await first).ok).toBe(true);
    answer = json;
    expect((await narrow.send({ baseUrl, request })).ok).toBe(true);
    expect(recorded.length).toBe(2);
    await narrow.close();
  });

  test('fails when the sender is closed', async () => {
    const closing = createSender();
    const arrived = new Promise<void>((resolve) => {
      answer = () => resolve();
    });
    const outcome = closing.send({ baseUrl, request });
    await arrived;
    await closing.close();
    expect((await outcome).ok).toBe(false);
  });
});

describe('a streamed answer', () => {
  const request = { method: 'GET', path: '/x', headers: {} };

  test('arrives in order: head, data, end', async () => {
    answer = (_, res) => {
      res.setHeader('content-type', 'text/plain');
      res.write('one ');
      res.end('two');
    };
    const events = await new Promise<string[]>((resolve) => {
      const seen: string[] = [];
      sender.stream(
        { baseUrl, request },
        {
          onHead: (status, headers) => seen.push(`${status} ${String(headers['content-type'])}`),
          onData: (chunk) => seen.push(chunk.toString()),
          onEnd: () => resolve([...seen, 'end']),
          onFault: (fault) => resolve([...seen, fault.code]),
        },
      );
    });
    expect([events[0], events.slice(1, -1).join(''), events.at(-1)]).toEqual([
      '200 text/plain',
      'one two',
      'end',
    ]);
  });

  test('that is aborted by its reader ends with that fault, once, and closes the connection', async () => {
    let socketClosed: Promise<void> | undefined;
    answer = (req, res) => {
      socketClosed = new Promise((resolve) => req.socket.on('close', () => resolve()));
      res.write('endless');
    };
    const events = await new Promise<string[]>((resolve) => {
      const seen: string[] = [];
      const control = sender.stream(
        { baseUrl, request },
        {
          onHead: (status) => seen.push(String(status)),
          onData: () => {
            control.abort({ code: 'upstream_aborted', message: 'The reader left.' });
            control.abort({ code: 'upstream_timeout', message: 'Never said.' });
            resolve(seen);
          },
          onEnd: () => seen.push('end'),
          onFault: (fault) => seen.push(fault.message),
        },
      );
    });
    await socketClosed;
    expect(events).toEqual(['200', 'The reader left.']);
  });

  test('without a head in time is a timeout', async () => {
    answer = () => undefined;
    const code = await new Promise<string>((resolve) => {
      const ignore = (): void => undefined;
      const onFault = (fault: { code: string }): void => resolve(fault.code);
      sender.stream(
        { baseUrl, request, headTimeoutMs: 50 },
        { onHead: ignore, onData: ignore, onEnd: ignore, onFault },
      );
    });
    expect(code).toBe('upstream_timeout');
  });
});

describe('arguments', () => {
  const tool = toolOf('get', '/x/{id}', {
    parameters: [
      { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
      { name: 'state', in: 'query', schema: { type: 'string', enum: ['open', 'closed'] } },
    ],
  });

  test('that are wrong give one message for each field, and nothing is sent', async () => {
    const result = await call(tool, { id: 'x', state: 'ajar', colour: 'red' });
    expect(result.structuredContent).toMatchObject({
      status: 400,
      code: 'invalid_arguments',
      request_id: REQUEST_ID,
    });
    expect(result.structuredContent?.['message']).toBe(
      'id must be an integer; state must be one of "open", "closed"; colour is not known; allowed: id, state',
    );
    expect(recorded).toEqual([]);
  });

  test.each([[undefined], [null], [[]], ['text'], [5]])('of %j are faults, not a crash', async (args) => {
    expect((await call(tool, args)).isError).toBe(true);
    expect(recorded).toEqual([]);
  });
});
