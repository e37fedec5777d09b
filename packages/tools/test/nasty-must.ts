import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import type { Catalogue, CompileOptions, JsonSchema, PreparedRequest, Tool } from '../src/index.ts';
import { compileCatalogue, listed, prepareRequest, presentResult } from '../src/index.ts';
import { sealed } from './sealed.ts';

type Show = (source: Buffer) => void | Promise<void>;

function compiled(source: string | Buffer, options?: CompileOptions): Catalogue {
  const result = compileCatalogue(source, options);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function onlyTool(source: string | Buffer, options?: CompileOptions): Tool {
  const [tool, ...others] = compiled(source, options).tools;
  if (!tool || others.length > 0) throw new Error('There is not exactly one tool.');
  return tool;
}

function toolAt(source: Buffer, operation: string): Tool {
  const [method, path] = operation.split(' ');
  const tool = compiled(source).tools.find(
    ({ binding }) => binding.method === method && binding.path === path,
  );
  if (!tool) throw new Error(`${operation} is no tool.`);
  return tool;
}

function prepared(tool: Tool, args: unknown): PreparedRequest {
  const request = prepareRequest(tool, args);
  if (!request.ok) throw new Error(JSON.stringify(request.error));
  return request.value;
}

function sent(tool: Tool, args: unknown): [contentType: string | undefined, body: string | undefined] {
  const { headers, body } = prepared(tool, args);
  return [headers['content-type'], body === undefined ? undefined : Buffer.from(body).toString()];
}

function properties(tool: Tool): Record<string, JsonSchema> {
  return { ...tool.inputSchema.properties };
}

function rejection(source: Buffer): unknown {
  const result = compileCatalogue(source);
  if (result.ok) throw new Error('It was not rejected.');
  return result.error;
}

function codesOf(catalogue: Catalogue): string[] {
  return catalogue.warnings.map(({ code }) => code);
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** For each sentence of nasty-expectations.json, what shows that it is true. */
export const MUST: Readonly<Record<string, Readonly<Record<string, Show>>>> = {
  'nasty/badtypes.json': {
    'values of the wrong type (info null, servers a string, parameters an object, requestBody a string, operationId a number) are ignored with a warning each':
      (source) => {
        const ignored = compiled(source).warnings.filter(({ code }) => code === 'VALUE_IGNORED');
        expect(ignored.map(({ pointer }) => pointer)).toEqual(
          expect.arrayContaining([
            '/info',
            '/servers',
            '/paths/~1c/post/parameters',
            '/paths/~1c/post/requestBody',
            '/paths/~1c/post/operationId',
          ]),
        );
      },
    'POST /c becomes a tool without arguments': (source) => {
      expect(properties(toolAt(source, 'POST /c'))).toEqual({});
    },
  },
  'nasty/bodies.json': {
    'POST /j: the array is the argument `body` and is sent as a JSON array': (source) => {
      expect(sent(toolAt(source, 'POST /j'), { body: ['a', 'b'] })).toEqual([
        'application/json',
        '["a","b"]',
      ]);
    },
    'POST /s: text/plain is sent raw': (source) => {
      expect(sent(toolAt(source, 'POST /s'), { body: '"a" & b' })).toEqual(['text/plain', '"a" & b']);
    },
    'POST /f: list=x,y (form, explode false) and deep[x]=.. deep[y][z]=.. (deepObject)': (source) => {
      const args = { list: ['x', 'y'], deep: { x: '1', y: { z: '2' } } };
      const [contentType, body = ''] = sent(toolAt(source, 'POST /f'), args);
      expect(contentType).toBe('application/x-www-form-urlencoded');
      expect(decodeURIComponent(body)).toBe('list=x,y&deep[x]=1&deep[y][z]=2');
    },
    'POST /u: multipart; file part has the first contentType of its encoding, meta is a JSON part, many is repeated parts':
      (source) => {
        const file = (text: string): object => ({ data: base64(text), name: text });
        const args = { file: file('one'), meta: { k: 'v' }, many: [file('two'), file('three')] };
        const [contentType, body] = sent(toolAt(source, 'POST /u'), args);
        expect(contentType).toMatch(/^multipart\/form-data; boundary=\S+$/);
        expect(body).toContain('name="file"; filename="one"\r\nContent-Type: image/png\r\n\r\none\r\n');
        expect(body).toContain('name="meta"\r\nContent-Type: application/json\r\n\r\n{"k":"v"}\r\n');
        expect(body).toContain('name="many"; filename="two"\r\n');
        expect(body).toContain('name="many"; filename="three"\r\n');
      },
    'PUT /o: the bytes, application/octet-stream; the PDF answer is a link, not text': (source) => {
      const tool = toolAt(source, 'PUT /o');
      expect(sent(tool, { body: { data: base64('bytes') } })).toEqual(['application/octet-stream', 'bytes']);
      const body = Buffer.from('%PDF-1.7 secret');
      const response = { status: 200, headers: { 'content-type': 'application/pdf' }, body };
      const linkTo = ({ name }: { name: string }): string => `https://gate.example.test/files/${name}`;
      const context = { requestId: 'req_test', linkTo };
      const result = presentResult(tool, { ok: true, value: response }, context);
      expect(result.isError).toBeUndefined();
      expect(JSON.stringify(result)).not.toMatch(/secret|JVBERi/);
      expect(result.content).toContainEqual(
        expect.objectContaining({
          type: 'resource_link',
          mimeType: 'application/pdf',
          uri: expect.stringMatching(/^https:\/\/gate\.example\.test\/files\/.+/) as string,
        }),
      );
    },
    'PUT /i: format byte, the base64 text itself is the body, image/jpeg': (source) => {
      expect(sent(toolAt(source, 'PUT /i'), { body: 'aGk=' })).toEqual(['image/jpeg', 'aGk=']);
    },
    'POST /v: content type `application/vnd.api+json; charset=utf-8` kept exactly': (source) => {
      const type = 'application/vnd.api+json; charset=utf-8';
      expect(sent(toolAt(source, 'POST /v'), { a: 'b' })).toEqual([type, '{"a":"b"}']);
    },
    'POST /m: JSON is chosen': (source) => {
      expect(sent(toolAt(source, 'POST /m'), { a: 'b' })).toEqual(['application/json', '{"a":"b"}']);
    },
    'POST /e: optional free-form body': (source) => {
      const tool = toolAt(source, 'POST /e');
      expect(tool.inputSchema.required).toBeUndefined();
      expect(sent(tool, {})).toEqual([undefined, undefined]);
      expect(sent(tool, { body: [1, { a: null }] })).toEqual(['application/json', '[1,{"a":null}]']);
    },
    'GET /g: sent with a body': (source) => {
      const tool = toolAt(source, 'GET /g');
      expect(sent(tool, { a: 'b' })).toEqual(['application/json', '{"a":"b"}']);
      expect(codesOf(compiled(source))).toContain('BODY_ON_GET');
    },
    'POST /z: no body': (source) => {
      const tool = toolAt(source, 'POST /z');
      expect(properties(tool)).toEqual({});
      expect(sent(tool, {})).toEqual([undefined, undefined]);
    },
    'POST /n: text, application/x-ndjson': (source) => {
      expect(sent(toolAt(source, 'POST /n'), { body: '{}\n{}\n' })).toEqual([
        'application/x-ndjson',
        '{}\n{}\n',
      ]);
    },
  },
  'nasty/bom.yaml': {
    'the UTF-8 byte order mark is ignored': (source) => {
      expect([...source.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
      expect(onlyTool(source).name).toBe('a');
    },
  },
  'nasty/collisions.json': {
    'five values named id (path, query, header, cookie, body) are each separately settable': (source) => {
      const { path, headers, body } = prepared(onlyTool(source), FIVE);
      expect([path, headers['id'], headers['cookie'], body]).toEqual([
        '/users/p?id=q',
        'h',
        'id=c',
        '{"id":"b"}',
      ]);
    },
    'the path value keeps the bare name id; the body goes whole under `body`': (source) => {
      expect(Object.keys(properties(onlyTool(source)))).toEqual(Object.keys(FIVE));
    },
    'the values never mix on the wire': (source) => {
      const tool = onlyTool(source);
      const { path, headers, body } = prepared(tool, { id: 'p', body: { id: 'b' } });
      expect([path, headers['id'], headers['cookie'], body]).toEqual([
        '/users/p',
        undefined,
        undefined,
        '{"id":"b"}',
      ]);
    },
  },
  'nasty/deep.json': {
    '3,000 levels: cut at the depth limit, no stack overflow': (source) => {
      const catalogue = compiled(source);
      const depth = Math.max(...catalogue.tools.map(({ inputSchema }) => levelsOf(inputSchema)));
      expect(depth).toBeGreaterThan(2);
      expect(depth).toBeLessThan(600);
      expect(codesOf(catalogue)).toContain('SCHEMA_DEPTH');
    },
  },
  'nasty/dup-keys.yaml': {
    'the line number is given': (source) => {
      expect(rejection(source)).toMatchObject({ line: 6 });
    },
    '(a duplicate key in a JSON document: the last one wins)': () => {
      const twice = '{"openapi":"3.0.0","paths":{"/a":{"get":{"operationId":"x","operationId":"y"}}}}';
      expect(onlyTool(twice).name).toBe('y');
    },
  },
  'nasty/fanout.json': {
    '8^12 nodes when inlined: the tool stays under 16 KB': (source) => {
      expect(JSON.stringify(listed(onlyTool(source))).length).toBeLessThan(16 * 1024);
    },
  },
  'nasty/html.json': {
    'the hint says that this looks like an HTML page': (source) => {
      expect(rejection(source)).toMatchObject({ hint: expect.stringContaining('HTML') as string });
    },
  },
  'nasty/injection.json': {
    'bidi, zero-width and control characters are gone from title and description': (source) => {
      const tool = onlyTool(source);
      expect(source.toString()).toMatch(/\\u202e|\u202E/);
      expect(JSON.stringify(listed(tool))).not.toMatch(/\p{Cc}|\p{Cf}|\\u20[0-9a-f]{2}|\\u00[01]/iu);
      expect(tool.title).toBe('Listevil things');
    },
    'descriptions are cut at their limits': (source) => {
      const tool = onlyTool(source);
      expect(source.length).toBeGreaterThan(50_000);
      expect(tool.description.length).toBeLessThanOrEqual(1_000);
      const texts = Object.values(properties(tool)).map(({ description = '' }) => description);
      // 300 of its own, and up to 400 that name the values of a long list.
      expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(701);
    },
    'the 5,000-value enum is not emitted whole; the tool stays under 16 KB': (source) => {
      const tool = onlyTool(source);
      expect(source.toString()).toContain('v4999');
      expect(JSON.stringify(listed(tool))).not.toContain('v4999');
      expect(Buffer.byteLength(JSON.stringify(listed(tool)))).toBeLessThan(16 * 1024);
    },
    'the argument still accepts every one of the 5,000 values when called': (source) => {
      const tool = onlyTool(source);
      const name = Object.keys(properties(tool)).find((key) => prepareRequest(tool, { [key]: 'v4999' }).ok);
      expect(name).toBeDefined();
      const refused = Array.from({ length: 5_000 }, (_, index) => `v${index}`).filter(
        (value) => !prepareRequest(tool, { [name ?? '']: value }).ok,
      );
      expect(refused).toEqual([]);
    },
  },
  'nasty/missing-refs.json': {
    'POST /m3: the missing body schema becomes {} and the missing response is ignored, with warnings': (
      source,
    ) => {
      const tool = toolAt(source, 'POST /m3');
      expect(properties(tool)).toEqual({ body: { description: 'The body of the request.' } });
      const missing = compiled(source).warnings.filter(({ code }) => code === 'REF_MISSING');
      expect(missing.map(({ pointer }) => pointer)).toEqual(
        expect.arrayContaining(['/paths/~1m3/post/requestBody/content/application~1json/schema']),
      );
    },
  },
  'nasty/names.json': {
    'all names match ^[a-z][a-z0-9_]{0,63}$ and are unique case-insensitively': (source) => {
      const names = compiled(source).tools.map(({ name }) => name);
      expect(names.filter((name) => !/^[a-z][a-z0-9_]{0,63}$/.test(name))).toEqual([]);
      expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    },
    'names are the same when the paths are shuffled': (source) => {
      const document = JSON.parse(source.toString()) as { paths: Record<string, unknown> };
      const turned = { ...document, paths: Object.fromEntries(Object.entries(document.paths).reverse()) };
      const namesOf = (catalogue: Catalogue): string[] =>
        catalogue.tools.map(({ name, binding }) => `${binding.method} ${binding.path} ${name}`);
      expect(namesOf(compiled(JSON.stringify(turned)))).toEqual(namesOf(compiled(source)));
    },
    'nothing is lost to __proto__ or constructor as an operationId': (source) => {
      for (const operation of ['GET /f', 'POST /f']) expect(toolAt(source, operation)).toBeDefined();
    },
  },
  'nasty/nopaths.json': {
    'webhooks are not operations': (source) => {
      expect(source.toString()).toContain('webhooks');
      expect(compiled(source)).toMatchObject({ tools: [], skipped: [] });
    },
  },
  'nasty/params.json': {
    'Authorization, Accept, Content-Type, Host and Cookie headers never become arguments; X-Trace and X-Tenant do':
      (source) => {
        const names = Object.keys(properties(stylesTool(source)));
        expect(names).toEqual(expect.arrayContaining(['X-Trace', 'X-Tenant']));
        expect(
          names.filter((name) => /^(?:authorization|accept|content-type|host|cookie)$/i.test(name)),
        ).toEqual([]);
      },
    'undeclared {b} becomes a required string': (source) => {
      const tool = toolAt(source, 'GET /undeclared/{a}/{b}');
      expect(properties(tool)['b']).toEqual({ type: 'string' });
      expect(tool.inputSchema.required).toEqual(['a', 'b']);
    },
    'entries without a name, with an unknown `in`, null or a number are dropped': (source) => {
      expect(Object.keys(properties(toolAt(source, 'GET /noschema')))).toEqual(['q']);
      const dropped = compiled(source).warnings.filter(({ code }) => code === 'PARAM_DROPPED');
      expect(dropped.map(({ pointer }) => pointer)).toEqual(
        [1, 2, 3, 4].map((index) => `/paths/~1noschema/get/parameters/${index}`),
      );
    },
    'duplicates of a parameter collapse to one': (source) => {
      const tool = toolAt(source, 'GET /dup/{a}');
      expect(tool.binding.parameters.map(({ name }) => name)).toEqual(['a', 'q']);
    },
    'every style is serialised as its OpenAPI version says; `StartTime<`, `$filter`, `ids[]` and `a b` reach the wire under their own names':
      (source) => {
        const tool = stylesTool(source);
        const keyOf = (name: string): string =>
          tool.binding.parameters.find((binding) => binding.name === name)?.argument ?? name;
        const { path, headers } = prepared(tool, {
          mat: ['a', 'b'],
          lab: ['c', 'd'],
          id: 'x/y',
          sp: ['1', '2'],
          pi: ['3', '4'],
          [keyOf('filter')]: { a: '5', b: { c: '6' } },
          formobj: { q: '7', limit: '8' },
          jsonq: { a: '9' },
          [keyOf('ids[]')]: ['i', 'j'],
          [keyOf('StartTime<')]: 's',
          [keyOf('$filter')]: 'f',
          [keyOf('a b')]: 'ab',
          res: 'r/s?t',
          empty: '',
          sess: 'k',
          'X-Trace': 't',
          'X-Tenant': 'u',
        });
        const [before, query = ''] = path.split(/\?(.*)/s);
        expect(before).toBe('/p/;mat=a;mat=b/.c,d/x%2Fy.json');
        expect(query.split('&')).toEqual([
          'sp=1%202',
          'pi=3%7C4',
          'filter%5Ba%5D=5',
          'filter%5Bb%5D%5Bc%5D=6',
          'q=7',
          'limit=8',
          `jsonq=${encodeURIComponent('{"a":"9"}')}`,
          'ids%5B%5D=i',
          'ids%5B%5D=j',
          'StartTime%3C=s',
          '%24filter=f',
          'a%20b=ab',
          'res=r/s?t',
          'empty=',
        ]);
        expect(headers).toMatchObject({ cookie: 'sess=k', 'x-trace': 't', 'x-tenant': 'u' });
      },
  },
  'nasty/proto.yaml': {
    'the four properties stay settable (their keys may be renamed)': (source) => {
      const tool = onlyTool(source);
      const args = JSON.parse(
        '{"proto":"a","constructor":"b","toString":3,"hasOwnProperty":true}',
      ) as unknown;
      expect(prepared(tool, args).body).toBe(
        '{"__proto__":"a","constructor":"b","toString":3,"hasOwnProperty":true}',
      );
    },
    'Object.prototype is not polluted': (source) => {
      const tool = onlyTool(source);
      prepareRequest(tool, JSON.parse('{"__proto__":{"polluted":true},"proto":"a"}') as unknown);
      expect({}).not.toHaveProperty('polluted');
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  },
  'nasty/recursive.json': {
    'finite schema; with refs=defs a local #/$defs instead of the cut': (source) => {
      expect(properties(onlyTool(source))['parent']).toEqual({
        type: 'object',
        description: 'Same shape as Node.',
      });
      const { inputSchema } = onlyTool(source, { refs: 'defs' });
      expect(inputSchema.properties['parent']).toEqual({ $ref: '#/$defs/Node' });
      expect(inputSchema.$defs?.['Node']?.properties?.['parent']).toEqual({ $ref: '#/$defs/Node' });
    },
    'unused loops among the components do no harm': (source) => {
      expect(source.toString()).toContain('Loop1');
      const pointers = compiled(source).warnings.map(({ pointer }) => pointer);
      expect(pointers.filter((pointer) => /Loop|Inf|SelfRef/.test(pointer))).toEqual([]);
    },
  },
  'nasty/ref-escapes.json': {
    '~0, ~1 and %20 in pointers and a reference into #/paths resolve': (source) => {
      expect(properties(toolAt(source, 'POST /x'))).toEqual({ k: { type: 'string' } });
      // The parameter is found (and dropped, because it is one of a path), so nothing is missing.
      expect(codesOf(compiled(source))).not.toContain('REF_MISSING');
    },
    'GET /y: the path parameter without a place in the template is dropped with a warning': (source) => {
      expect(properties(toolAt(source, 'GET /y'))).toEqual({});
      expect(codesOf(compiled(source))).toContain('PARAM_DROPPED');
    },
  },
  'nasty/remote-refs.json': {
    'no connection is opened and no file is read': async (source) => {
      let connections = 0;
      const listener = createServer((socket) => {
        connections += 1;
        socket.destroy();
      });
      await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
      const { port } = listener.address() as AddressInfo;
      const text = source.toString('utf8').replaceAll('41599', String(port));
      expect(text).toContain(`127.0.0.1:${port}`);
      const { value, attempts } = sealed(() => compileCatalogue(text));
      expect([value.ok, attempts]).toEqual([true, []]);
      // A probe of our own comes after whatever the compiler could have opened.
      await new Promise<void>((resolve) =>
        connect(port, '127.0.0.1')
          .on('close', () => resolve())
          .on('error', () => resolve())
          .resume(),
      );
      await new Promise<void>((resolve) => listener.close(() => resolve()));
      expect(connections).toBe(1);
    },
  },
  'nasty/schemas-30.json': {
    '`ro` is gone, also from required; `wo` stays': (source) => {
      const tool = onlyTool(source);
      expect(properties(tool)).not.toHaveProperty('ro');
      expect(tool.inputSchema.required ?? []).not.toContain('ro');
      expect(properties(tool)['wo']).toEqual({ type: 'string' });
    },
    'enum with nullable, nullable beside allOf and nullable beside $ref keep their meaning': (source) => {
      expect(properties(onlyTool(source))).toMatchObject({
        e: { type: ['string', 'null'], enum: ['a', 'b', null] },
        n: { type: ['object', 'null'], properties: { x: { type: 'string' } } },
        sib: { type: ['object', 'null'], description: 'sibling', properties: { x: { type: 'string' } } },
      });
    },
    'type file/any, required: true inside a property, a default of the wrong type and an array without items are repaired':
      (source) => {
        const { f, t, d, arr, reqbool, ex } = properties(onlyTool(source));
        expect({ f, t, d, arr, reqbool }).toEqual({
          f: { type: 'string' },
          t: {},
          d: { type: 'string' },
          arr: { type: 'array', items: {} },
          reqbool: { type: 'string' },
        });
        expect(ex).toMatchObject({ exclusiveMinimum: 0 });
        const repaired = compiled(source).warnings.filter(({ code }) => code === 'SCHEMA_REPAIRED');
        expect(new Set(repaired.map(({ pointer }) => pointer.split('/').at(-1)))).toEqual(
          new Set(['f', 't', 'd', 'arr', 'reqbool']),
        );
      },
    '(?i) and the nested quantifier are dropped as patterns': (source) => {
      const { re, re2 } = properties(onlyTool(source));
      expect([re, re2]).toEqual([{ type: 'string' }, { type: 'string' }]);
    },
  },
  'nasty/schemas-31.json': {
    'references inside the embedded $id resource (#/$defs/In, #r) resolve or degrade to {} with a warning': (
      source,
    ) => {
      // It has patternProperties, so it is one argument.
      expect(properties(onlyTool(source))['body']).toMatchObject({
        properties: {
          a: { type: ['string', 'null'], enum: ['x'] },
          b: { description: 'Same shape as Root.' },
          t: { type: ['integer', 'null'], exclusiveMinimum: 0 },
          tuple: { type: 'array', maxItems: 2 },
        },
      });
      expect(properties(onlyTool(source))['body']).not.toHaveProperty('properties.never');
    },
    'with output schemas on, the array answer is wrapped as {items: []}': (source) => {
      const tool = onlyTool(source, { outputSchemas: true });
      expect(tool.outputSchema).toMatchObject({
        type: 'object',
        properties: { items: { type: ['array', 'null'] } },
      });
      const body = Buffer.from('[{"a":"x"}]');
      const response = { status: 200, headers: { 'content-type': 'application/json' }, body };
      const result = presentResult(tool, { ok: true, value: response }, { requestId: 'req_test' });
      expect(result.structuredContent).toEqual({ items: [{ a: 'x' }] });
    },
  },
  'nasty/selfref-used.json': {
    'a reference that is only itself, and an allOf of itself, become {}': (source) => {
      expect(properties(toolAt(source, 'GET /s'))).toEqual({ q: {} });
      expect(properties(toolAt(source, 'POST /s'))).toEqual({
        body: { description: 'The body of the request.' },
      });
    },
  },
  'nasty/servers.json': {
    'the base URL is https://eu.example.test:443/v2': (source) => {
      expect(compiled(source).servers[0]).toBe('https://eu.example.test:443/v2');
    },
    'with upload.example.test on the allow-list POST /b is a tool and goes to that host': (source) => {
      const { tools, skipped } = compiled(source, { serverHosts: ['upload.example.test'] });
      expect(tools.map((tool) => [tool.name, prepared(tool, {}).baseUrl])).toEqual([
        ['a', undefined],
        ['b', 'https://upload.example.test'],
      ]);
      expect(skipped.map(({ path }) => path)).toEqual(['/c']);
    },
  },
  'nasty/swagger2.json': {
    'https is chosen over http': (source) => {
      expect(compiled(source).servers).toEqual(['https://api.example.test/v1']);
    },
    'api_key is the credential and never an argument': (source) => {
      const { tools, security } = compiled(source);
      expect(security).toContainEqual({ name: 'k', type: 'apiKey', in: 'query', parameterName: 'api_key' });
      expect(tools.map(({ binding }) => binding.security)).toEqual([['k'], ['k']]);
      expect(JSON.stringify(tools.map(({ inputSchema }) => inputSchema))).not.toContain('api_key');
    },
    'csv, multi and tsv arrays keep their style; type: file is a file argument': (source) => {
      const args = { kind: 'a', ids: ['1', '2'], tags: ['3', '4'], tsv: ['5', '6'] };
      expect(prepared(toolAt(source, 'POST /b'), args).path).toBe('/b?ids=1,2&tags=3&tags=4&tsv=5%096');
      const [contentType, body] = sent(toolAt(source, 'POST /u'), {
        file: { data: base64('bytes'), name: 'a' },
      });
      expect(contentType).toMatch(/^multipart\/form-data; boundary=/);
      expect(body).toContain(
        'name="file"; filename="a"\r\nContent-Type: application/octet-stream\r\n\r\nbytes\r\n',
      );
    },
  },
  'nasty/top-oneof.json': {
    'the root of the input schema is a plain object; the union sits under `body`': (source) => {
      const { inputSchema } = onlyTool(source);
      expect(Object.keys(inputSchema).sort()).toEqual([
        'additionalProperties',
        'properties',
        'required',
        'type',
      ]);
      expect(inputSchema.properties['body']).toHaveProperty('anyOf');
    },
    'both mapping forms (pointer and bare name) give the tag constants cat and dog': (source) => {
      expect(properties(onlyTool(source))['body']).toMatchObject({
        anyOf: [
          { properties: { kind: { const: 'cat' } }, required: ['kind'] },
          { properties: { kind: { const: 'dog' }, bark: {} }, required: ['kind'] },
        ],
      });
    },
  },
  'nasty/trunc.json': {
    'the position is given': (source) => {
      expect(rejection(source)).toMatchObject({ line: 1, column: 39 });
    },
  },
  'nasty/v32.yaml': {
    'the QUERY operation is a read tool with a JSON body': (source) => {
      const tool = onlyTool(source);
      expect([tool.access, tool.binding.method]).toEqual(['read', 'QUERY']);
      expect(sent(tool, { f: 'x' })).toEqual(['application/json', '{"f":"x"}']);
    },
    'the querystring parameter is supported, or dropped with a warning': (source) => {
      expect(prepared(onlyTool(source), { all: { a: 'x y' } }).path).toBe('/q?a=x%20y');
    },
  },
  'nasty/yaml-cycle.yaml': {
    'an in-memory cycle from a YAML alias is cut; nothing hangs or overflows': (source) => {
      expect(properties(onlyTool(source))['self']).toMatchObject({ type: 'object' });
    },
  },
  'nasty/yaml-merge.yaml': {
    'GET /m1 has limit from the merge key, GET /m2 has none, the numeric response key works': (source) => {
      const keys = compiled(source).tools.map((tool) => [tool.name, Object.keys(properties(tool))]);
      expect(keys).toEqual([
        ['m1', ['limit']],
        ['m2', []],
        ['m3', []],
      ]);
    },
  },
  'nasty/yaml-tags.yaml': {
    'no tag runs code; the operationId is just text': (source) => {
      expect(onlyTool(source).name).toBe('function_process_exit_1');
    },
    'enum values are what YAML 1.2 core says (yes, no, on, off are text; 1e3 and 0o17 numbers; ~ null)': (
      source,
    ) => {
      expect(properties(onlyTool(source))['flag']).toMatchObject({
        enum: ['yes', 'no', 'on', 'off', 1_000, 15, '2020-01-01', null],
      });
    },
    'a numeric info.version is tolerated': (source) => {
      const catalogue = compiled(source);
      expect(catalogue.title).toBe('t');
      expect(catalogue.warnings.filter(({ pointer }) => pointer.startsWith('/info'))).toEqual([]);
    },
  },
};

const FIVE = { id: 'p', query_id: 'q', header_id: 'h', cookie_id: 'c', body: { id: 'b' } };

function stylesTool(source: Buffer): Tool {
  return toolAt(source, 'GET /p/{mat}/{lab}/{id}.json');
}

function levelsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(levelsOf));
}
