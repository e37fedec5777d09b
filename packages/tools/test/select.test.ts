import { describe, expect, test } from 'vitest';
import { select } from '../src/call/select.ts';
import { compileCatalogue, prepareRequest, presentResult } from '../src/index.ts';
import type { Tool } from '../src/index.ts';

function toolsOf(options: object, parameters: object[] = []): Tool[] {
  const limit = { name: 'limit', in: 'query', schema: { type: 'integer' } };
  const cursor = { name: 'cursor', in: 'query', schema: { type: 'string' } };
  const responses = { 200: { description: 'x' } };
  const operation = { parameters: [limit, cursor, ...parameters], responses };
  const paths = { '/x': { get: operation, post: operation } };
  const compiled = compileCatalogue(
    JSON.stringify({ openapi: '3.1.0', info: { title: 'T', version: '1' }, paths }),
    options,
  );
  if (!compiled.ok) throw new Error(compiled.error.message);
  return [...compiled.value.tools].sort((a, b) => (a.access < b.access ? 1 : -1));
}

const ANSWER = {
  data: [
    { id: 1, name: 'one', owner: { login: 'ann', 'a.b': 1, url: 'u' } },
    { id: 2, owner: null },
  ],
  next_cursor: 'n',
  empty: [],
  'a/b': { '~c': 4 },
};

describe('a selection', () => {
  test.each<[string[], unknown]>([
    [['data.id'], { data: [{ id: 1 }, { id: 2 }] }],
    [['data[].owner.login', 'next_cursor'], { data: [{ owner: { login: 'ann' } }, {}], next_cursor: 'n' }],
    [['data[*].name'], { data: [{ name: 'one' }, {}] }],
    [['$.data.id', 'data.name'], { data: [{ id: 1, name: 'one' }, { id: 2 }] }],
    [['data.1.id'], { data: [{ id: 2 }] }],
    [['/data/0/owner/a.b'], { data: [{ owner: { 'a.b': 1 } }] }],
    [['/a~1b/~0c'], { 'a/b': { '~c': 4 } }],
    [['data.owner', 'data.owner.login'], { data: [{ owner: ANSWER.data[0]?.owner }, { owner: null }] }],
    [['empty.whatever'], { empty: [] }],
  ])('of %j keeps the shape of the answer', (paths, expected) => {
    expect(select(ANSWER, paths)).toMatchObject({ value: expected, missed: [], isEmpty: false });
  });

  test('goes through a list by itself, and leaves the order of its items', () => {
    expect(select([{ a: 1, b: 2 }, { b: 3 }], ['b']).value).toEqual([{ b: 2 }, { b: 3 }]);
  });

  test.each(['nope', 'data.nope', 'data.9.id', '__proto__', 'constructor.name', 'data.id.deeper', '/data/x'])(
    'of %s finds nothing',
    (path) => {
      expect(select(ANSWER, [path, 'next_cursor'])).toEqual({
        value: { next_cursor: 'n' },
        missed: [path],
        isEmpty: false,
      });
      expect(select(ANSWER, [path]).isEmpty).toBe(true);
    },
  );

  test('reaches no prototype', () => {
    const { value } = select(JSON.parse('{"__proto__":{"polluted":1}}'), ['__proto__.polluted']);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":1}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('_select', () => {
  test('is an argument only where the operator asks for it, and never in place of the API’s own', () => {
    expect(Object.keys(toolsOf({})[0]?.inputSchema.properties ?? {})).not.toContain('_select');
    expect(Object.keys(toolsOf({ select: true })[0]?.inputSchema.properties ?? {})).toContain('_select');
    const own = toolsOf({ select: true }, [{ name: '_select', in: 'query', schema: { type: 'string' } }])[0];
    expect(own?.selectable).toBeUndefined();
    const request = own && prepareRequest(own, { _select: 'x' });
    expect(request?.ok && request.value.path).toBe('/x?_select=x');
  });

  const present = (tool: Tool | undefined, args: object, answer: unknown = ANSWER) => {
    const request = tool && prepareRequest(tool, args);
    if (!tool || !request?.ok) throw new Error('not prepared');
    expect(request.value.path).not.toContain('select');
    const value = {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(answer)),
    };
    const call = { arguments: args, request: request.value, baseUrl: 'http://127.0.0.1:1' };
    const result = presentResult(tool, { ok: true, value }, { requestId: 'req_1', call });
    return { ...result, texts: result.content.map((block) => (block.type === 'text' ? block.text : '')) };
  };

  test.each([[['data.id']], ['data.id'], ['["data.id"]']])(
    'as %j gives that part, and keeps itself for the next page',
    (given) => {
      const { texts } = present(toolsOf({ select: true })[0], { _select: given });
      expect(JSON.parse(texts[0] ?? '')).toEqual({ data: [{ id: 1 }, { id: 2 }] });
      expect(JSON.parse(texts.at(-1) ?? '')).toEqual({
        _page: { next_arguments: { _select: ['data.id'], cursor: 'n' } },
      });
    },
  );

  test('is applied before the answer is cut', () => {
    const rows = Array.from({ length: 2_000 }, (_, id) => ({ id, text: 'x'.repeat(500) }));
    const { texts } = present(toolsOf({ select: true })[0], { _select: ['rows.id'] }, { rows });
    expect(JSON.parse(texts[0] ?? '')).toEqual({ rows: rows.map(({ id }) => ({ id })) });
  });

  test('that finds something and misses something says what it missed', () => {
    const { texts } = present(toolsOf({ select: true })[0], { _select: ['data.id', 'data.nope'] });
    expect(texts[1]).toBe('_select found nothing at "data.nope".');
  });

  test('that finds nothing is a fault that says what there is, unless the call changed something', () => {
    const [read, write] = toolsOf({ select: true });
    const fault = present(read, { _select: ['items.id'] });
    expect(fault.structuredContent).toMatchObject({
      status: 400,
      code: 'nothing_selected',
      request_id: 'req_1',
      message: expect.stringContaining('The answer has: data.id, data.name, data.owner, next_cursor'),
    });
    const done = present(write, { _select: ['items.id'] });
    expect(done.isError).toBeUndefined();
    expect(JSON.parse(done.texts[0] ?? '')).toEqual(ANSWER);
    expect(done.texts[1]).toContain('found nothing');
  });

  test.each([[[]], [Array(31).fill('a')], [['']], [[7]], [['x'.repeat(201)]]])(
    'as %j is refused before anything is sent',
    (paths) => {
      const [tool] = toolsOf({ select: true });
      const request =
        tool &&
        prepareRequest(tool, { _select: paths.map((path: unknown) => (path === 7 ? { a: 1 } : path)) });
      expect(request?.ok).toBe(false);
    },
  );
});
