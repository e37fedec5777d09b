import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Catalogue, CompileOptions, Tool } from '../src/index.ts';
import { compileCatalogue, listed, prepareRequest } from '../src/index.ts';
import { expectSound } from './invariants.ts';

interface Case {
  readonly file: string;
  readonly outcome: 'compiled' | 'rejected';
  readonly code?: string;
  readonly tools?: number;
  readonly skipped?: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
}

function read(file: string): Buffer {
  return readFileSync(new URL(`./fixtures/${file}`, import.meta.url));
}

function compiled(file: string, options?: CompileOptions): Catalogue {
  const result = compileCatalogue(read(file), options);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function onlyTool(file: string): Tool {
  const [tool, ...others] = compiled(file).tools;
  if (!tool || others.length > 0) throw new Error('There is not exactly one tool.');
  return tool;
}

function argument(tool: Tool, name: string): unknown {
  return tool.inputSchema.properties[name];
}

const { cases } = JSON.parse(read('nasty-expectations.json').toString('utf8')) as { cases: Case[] };
describe('what becomes of a nasty document', () => {
  test.each(cases.filter(({ outcome }) => outcome === 'rejected'))('$file is rejected', ({ file, code }) => {
    const result = compileCatalogue(read(file));
    const message = expect.stringMatching(/\.$/) as string;
    expect(result).toMatchObject({ ok: false, error: { code, message } });
  });

  test.each(cases.filter(({ outcome }) => outcome === 'compiled'))(
    '$file is compiled',
    ({ file, ...expected }) => {
      const catalogue = compiled(file);
      expectSound(catalogue);
      expect(catalogue.tools.length).toBe(expected.tools);
      const found = Object.fromEntries(
        catalogue.skipped.map((skip) => [`${skip.method} ${skip.path}`, skip.code]),
      );
      expect(found).toEqual(expected.skipped ?? {});
      const codes = catalogue.warnings.map((warning) => warning.code);
      expect(codes).toEqual(expect.arrayContaining([...(expected.warnings ?? [])]));
      expect(Object.prototype).not.toHaveProperty('polluted');
    },
  );
});

test('a fault in JSON or YAML is given with its position, a page with a hint', () => {
  expect(compileCatalogue(read('nasty/trunc.json'))).toMatchObject({
    ok: false,
    error: { line: 1, column: 39 },
  });
  expect(compileCatalogue(read('nasty/dup-keys.yaml'))).toMatchObject({ ok: false, error: { line: 6 } });
  const page = compileCatalogue(read('nasty/html.json'));
  expect(page).toMatchObject({ ok: false, error: { hint: expect.stringContaining('HTML') as string } });
});

test('values of a wrong type are ignored with a warning each', () => {
  const { tools, warnings } = compiled('nasty/badtypes.json');
  const ignored = warnings.filter(({ code }) => code === 'VALUE_IGNORED').map(({ pointer }) => pointer);
  expect(ignored).toEqual(
    expect.arrayContaining([
      '/info',
      '/servers',
      '/paths/~1c/post/parameters',
      '/paths/~1c/post/requestBody',
      '/paths/~1c/post/operationId',
    ]),
  );
  expect(tools[0]?.inputSchema.properties).toEqual({});
});

test('every kind of body is sent in its own media type, which is kept exactly', () => {
  const { tools, warnings } = compiled('nasty/bodies.json');
  const types = Object.fromEntries(tools.map(({ name, binding }) => [name, binding.body?.contentType]));
  expect(types).toEqual({
    array_body: 'application/json',
    empty_content: undefined,
    form_body: 'application/x-www-form-urlencoded',
    get_with_body: 'application/json',
    image_b64: 'image/jpeg',
    many_types: 'application/json',
    multipart: 'multipart/form-data',
    ndjson: 'application/x-ndjson',
    no_schema: 'application/json',
    octet: 'application/octet-stream',
    text_body: 'text/plain',
    vendor_json: 'application/vnd.api+json; charset=utf-8',
  });
  expect(warnings.map(({ code }) => code)).toEqual(['BODY_ON_GET']);
});

test('five values of one name stay apart, and the path keeps the name', () => {
  const tool = onlyTool('nasty/collisions.json');
  const args = { id: 'p', query_id: 'q', header_id: 'h', cookie_id: 'c', body: { id: 'b' } };
  expect(Object.keys(tool.inputSchema.properties)).toEqual(Object.keys(args));
  expect(prepareRequest(tool, args)).toMatchObject({
    ok: true,
    value: {
      path: '/users/p?id=q',
      headers: { id: 'h', cookie: 'id=c' },
      body: '{"id":"b"}',
    },
  });
});

test('an enum of 5,000 values is not written out, and every one of them is accepted', () => {
  const tool = onlyTool('nasty/injection.json');
  const name = Object.keys(tool.inputSchema.properties).find(
    (key) => prepareRequest(tool, { [key]: 'v4999' }).ok,
  );
  expect(name).toBeDefined();
  expect(JSON.stringify(listed(tool))).not.toContain('v4999');
  expect(`${tool.title}${tool.description}`).not.toMatch(/(?!\n)\p{Cc}|\p{Cf}/u);
  expect(tool.title).toBe('Listevil things');
});

test('properties with the names of prototype members are arguments like any other', () => {
  const tool = onlyTool('nasty/proto.yaml');
  expect(Object.keys(tool.inputSchema.properties).length).toBe(4);
  const args = JSON.parse('{"proto":"a","constructor":"b","toString":3,"hasOwnProperty":true}') as unknown;
  const prepared = prepareRequest(tool, args);
  expect(prepared.ok && prepared.value.body).toBe(
    '{"__proto__":"a","constructor":"b","toString":3,"hasOwnProperty":true}',
  );
});

test('headers that the gateway writes never become arguments', () => {
  const { tools } = compiled('nasty/params.json');
  const tool = tools.find(({ name }) => name === 'styles');
  const names = Object.keys(tool?.inputSchema.properties ?? {});
  expect(names).toEqual(expect.arrayContaining(['X-Trace', 'X-Tenant', 'sess', 'StartTime_lt', 'filter']));
  const lower = names.map((name) => name.toLowerCase());
  expect(
    lower.filter((name) => ['authorization', 'accept', 'content-type', 'host', 'cookie'].includes(name)),
  ).toEqual([]);
  const synthesised = tools.find(({ name }) => name === 'undeclared');
  expect(synthesised?.inputSchema.required).toEqual(['a', 'b']);
});

test('a recursive schema is finite, and says where it was cut', () => {
  const tool = onlyTool('nasty/recursive.json');
  expect(argument(tool, 'parent')).toEqual({ type: 'object', description: 'Same shape as Node.' });
  expect(argument(onlyTool('nasty/yaml-cycle.yaml'), 'self')).toMatchObject({ type: 'object' });
});

test('escaped pointers and references into paths resolve', () => {
  const { tools } = compiled('nasty/ref-escapes.json');
  const body = tools.find(({ name }) => name === 'x');
  expect(body?.inputSchema.properties).toEqual({ k: { type: 'string' } });
});

test('what 3.0 says about null and bounds keeps its meaning', () => {
  const tool = onlyTool('nasty/schemas-30.json');
  expect(tool.inputSchema.properties).toMatchObject({
    e: { type: ['string', 'null'], enum: ['a', 'b', null] },
    n: { type: ['object', 'null'] },
    sib: { type: ['object', 'null'], description: 'sibling' },
    ex: { exclusiveMinimum: 0 },
    wo: { type: 'string' },
    f: { type: 'string' },
    t: {},
    d: { type: 'string' },
    arr: { type: 'array', items: {} },
  });
  expect(tool.inputSchema.properties).not.toHaveProperty('ro');
  expect(JSON.stringify(tool.inputSchema)).not.toMatch(/pattern":"[^-^]*\(|"minimum"|"default"/);
});

test('references inside an embedded resource resolve there', () => {
  const tool = onlyTool('nasty/schemas-31.json');
  // It has patternProperties, so it is one argument.
  expect(argument(tool, 'body')).toMatchObject({
    properties: {
      a: { type: ['string', 'null'], enum: ['x'] },
      b: { description: 'Same shape as Root.' },
      t: { type: ['integer', 'null'], exclusiveMinimum: 0 },
      tuple: { type: 'array', maxItems: 2 },
    },
  });
  expect(argument(tool, 'body')).not.toHaveProperty('properties.never');
});

test('a union stands under an argument, and both forms of a mapping give the constants of its tag', () => {
  const tool = onlyTool('nasty/top-oneof.json');
  expect(argument(tool, 'body')).toMatchObject({
    anyOf: [
      { properties: { kind: { const: 'cat' } }, required: ['kind'] },
      { properties: { kind: { const: 'dog' }, bark: {} }, required: ['kind'] },
    ],
  });
});

test('an operation goes to a server of its own only if the operator allows the host', () => {
  expect(compiled('nasty/servers.json').servers[0]).toBe('https://eu.example.test:443/v2');
  const { tools, skipped } = compiled('nasty/servers.json', { serverHosts: ['upload.example.test'] });
  expect(tools.map(({ name, binding }) => [name, binding.baseUrl])).toEqual([
    ['a', undefined],
    ['b', 'https://upload.example.test'],
  ]);
  expect(skipped.map(({ path }) => path)).toEqual(['/c']);
});

test('merge keys, tags and YAML 1.2 values are what YAML says', () => {
  const { tools } = compiled('nasty/yaml-merge.yaml');
  const keys = Object.fromEntries(
    tools.map(({ name, inputSchema }) => [name, Object.keys(inputSchema.properties)]),
  );
  expect(keys).toEqual({ m1: ['limit'], m2: [], m3: [] });
  const tagged = onlyTool('nasty/yaml-tags.yaml');
  expect(tagged.name).toBe('function_process_exit_1');
  expect(argument(tagged, 'flag')).toMatchObject({
    enum: ['yes', 'no', 'on', 'off', 1_000, 15, '2020-01-01', null],
  });
});

test('the QUERY method is a read with a body', () => {
  const tool = onlyTool('nasty/v32.yaml');
  expect(tool).toMatchObject({ access: 'read', binding: { method: 'QUERY', body: { kind: 'json' } } });
});

test('a reference to an address is never followed', async () => {
  let connections = 0;
  const listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  const source = read('nasty/remote-refs.json').toString('utf8').replaceAll('41599', String(port));
  expect(source).toContain(`127.0.0.1:${port}`);
  expect(compileCatalogue(source).ok).toBe(true);
  // A probe of our own comes after whatever the compiler could have opened.
  const { connect } = await import('node:net');
  await new Promise<void>((resolve) =>
    connect(port, '127.0.0.1')
      .on('close', () => resolve())
      .on('error', () => resolve())
      .resume(),
  );
  await new Promise<void>((resolve) => listener.close(() => resolve()));
  expect(connections).toBe(1);
});
