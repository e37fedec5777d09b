import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createNotes } from '../openapi/notes.ts';
import { applyOverlay } from './apply-overlay.ts';

const DOCUMENT = {
  openapi: '3.1.0',
  tags: [{ name: 'a' }],
  paths: {
    '/a': {
      get: { summary: 'A', tags: ['x'], parameters: [{ name: 'p' }, { name: 'dummy' }, { name: 'q' }] },
    },
    '/b': { get: { deprecated: true }, post: { summary: 'B' } },
  },
};

function overlaid(actions: unknown[], document: unknown = DOCUMENT) {
  const notes = createNotes();
  const overlay = JSON.stringify({ overlay: '1.0.0', info: { title: 'T', version: '1' }, actions });
  return { result: applyOverlay(document, overlay, notes), warnings: notes.list() };
}

/** What stands at a place of the result. */
function at(value: unknown, ...steps: string[]): unknown {
  return steps.reduce<unknown>((node, step) => (node as Record<string, unknown>)[step], value);
}

function applied(actions: unknown[], document: unknown = DOCUMENT): unknown {
  const { result } = overlaid(actions, document);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

test('objects are merged in depth, and the document that was given stays as it is', () => {
  const before = structuredClone(DOCUMENT);
  const after = applied([
    {
      target: '$',
      update: { info: { title: 'New' }, paths: { '/a': { get: { 'x-mcp': { access: 'full' } } } } },
    },
  ]);
  expect(at(after, 'info')).toEqual({ title: 'New' });
  expect(at(after, 'paths', '/a', 'get')).toMatchObject({ summary: 'A', 'x-mcp': { access: 'full' } });
  expect(at(after, 'paths', '/b')).toEqual(DOCUMENT.paths['/b']);
  expect(DOCUMENT).toEqual(before);
});

test('a list gets the entry, and a list inside an update is added to the one that is there', () => {
  const after = applied([
    { target: '$.tags', update: { name: 'b' } },
    { target: '$.paths.*.get', update: { tags: ['more'] } },
  ]);
  expect(at(after, 'tags')).toEqual([{ name: 'a' }, { name: 'b' }]);
  expect(at(after, 'paths', '/a', 'get', 'tags')).toEqual(['x', 'more']);
  expect(at(after, 'paths', '/b', 'get', 'tags')).toEqual(['more']);
});

test('what is removed is gone, in lists whichever way it was selected', () => {
  expect(
    at(
      applied([{ target: "$.paths.*.get.parameters[?@.name == 'dummy']", remove: true }]),
      'paths',
      '/a',
      'get',
      'parameters',
    ),
  ).toEqual([{ name: 'p' }, { name: 'q' }]);
  expect(
    at(applied([{ target: '$..parameters[0,2,0]', remove: true }]), 'paths', '/a', 'get', 'parameters'),
  ).toEqual([{ name: 'dummy' }]);
  expect(at(applied([{ target: '$.paths.*[?@.deprecated==true]', remove: true }]), 'paths', '/b')).toEqual({
    post: { summary: 'B' },
  });
  expect(applied([{ target: '$..*', remove: true }])).toEqual({});
});

test('each action sees what the one before it left', () => {
  const after = applied([
    { target: "$.paths['/a']", remove: true },
    { target: '$.paths', update: { '/a': { get: { summary: 'Again' } } } },
    { target: "$.paths['/a'].get", update: { description: 'And more' } },
  ]);
  expect(at(after, 'paths', '/a')).toEqual({ get: { summary: 'Again', description: 'And more' } });
});

test('one update at several places does not tie them together, nor do aliases of the document', () => {
  const shared = { summary: 'One' };
  const after = applied(
    [
      { target: '$.paths.*', update: { 'x-s': { list: [] } } },
      { target: "$.paths['/a']['x-s'].list", update: 1 },
      { target: "$.paths['/a'].get", update: { summary: 'Two' } },
    ],
    { paths: { '/a': { get: shared }, '/b': { get: shared } } },
  );
  expect(at(after, 'paths')).toEqual({
    '/a': { get: { summary: 'Two' }, 'x-s': { list: [1] } },
    '/b': { get: { summary: 'One' }, 'x-s': { list: [] } },
  });
});

test('an action that selects nothing is said', () => {
  const { result, warnings } = overlaid([{ target: '$.paths.*.put', update: {} }]);
  expect(result).toEqual({ ok: true, value: DOCUMENT });
  expect(warnings).toMatchObject([
    {
      code: 'VALUE_IGNORED',
      pointer: '',
      message: 'Action 1 of the overlay, $.paths.*.put, selects nothing.',
    },
  ]);
});

test('a name that reaches prototypes elsewhere is a name here', () => {
  const update = JSON.parse(
    '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
  );
  const after = applied([
    { target: '$.paths', update },
    { target: "$.paths['__proto__']", update: { more: 1 } },
  ]);
  expect(Object.hasOwn(at(after, 'paths') as object, '__proto__')).toBe(true);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  expect(({} as { more?: number }).more).toBeUndefined();
});

test.each<[string, unknown[], string]>([
  ['no action', [], 'at least one action'],
  ['no target', [{ update: {} }], 'Action 1 has no target'],
  [
    'a target that is no query',
    [{ target: 'paths', update: {} }],
    'Action 1 (paths): A JSONPath begins with $',
  ],
  ['nothing to do', [{ target: '$.paths' }], 'has neither update nor remove'],
  ['a text for an object', [{ target: '$.paths', update: 'x' }], 'an object is updated with an object'],
  ['an update of a text', [{ target: '$.openapi', update: {} }], 'only objects and lists are updated'],
  ['the end of everything', [{ target: '$', remove: true }], 'the document itself cannot be removed'],
])('%s is refused with a sentence', (_, actions, said) => {
  expect(overlaid(actions).result).toMatchObject({
    ok: false,
    error: { code: 'OVERLAY_INVALID', message: expect.stringContaining(said) as string },
  });
});

test.each([
  ['', 'The overlay is empty'],
  ['overlay: 1.1.0\nactions: []', 'Overlay "1.1.0" is not supported'],
  ['openapi: 3.1.0', 'An overlay is an object with'],
  ['- 1', 'An overlay is an object with'],
  ['overlay: [1', 'The overlay is not valid YAML'],
])('%j is no overlay', (text, said) => {
  expect(applyOverlay(DOCUMENT, text, createNotes())).toMatchObject({
    ok: false,
    error: { code: 'OVERLAY_INVALID', message: expect.stringContaining(said) as string },
  });
});

test('a query that multiplies ends with a sentence', () => {
  const wide = {
    paths: Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`/${index}`, { a: {} }])),
  };
  const target = '$.paths.*[?$..*]';
  expect(overlaid([{ target, update: {} }], wide).result).toMatchObject({
    ok: false,
    error: { code: 'OVERLAY_INVALID', message: expect.stringContaining('nodes of the document') as string },
  });
});

test('whatever the document and the actions are, it does not throw, and the document stays as it is', () => {
  const target = fc.constantFrom(
    '$',
    '$..*',
    '$.paths',
    '$.paths.*',
    '$.paths.*.get',
    '$..[0]',
    '$..[::-2]',
    '$..[?@]',
    '$..[?@.name==$.openapi]',
    "$['__proto__']",
    '$.paths[?!@.get]..*',
  );
  const action = fc.record(
    { target: fc.oneof(target, fc.string()), update: fc.jsonValue(), remove: fc.boolean() },
    { requiredKeys: ['target'] },
  );
  const document = fc.oneof(
    fc.jsonValue(),
    fc.constant(DOCUMENT),
    fc.dictionary(fc.constantFrom('paths', 'get', '__proto__', 'a'), fc.jsonValue()),
  );
  fc.assert(
    fc.property(document, fc.array(action, { maxLength: 5 }), (value, actions) => {
      const before = JSON.stringify(value);
      const { result } = overlaid(actions, value);
      expect(result.ok || result.error.code === 'OVERLAY_INVALID').toBe(true);
      expect(JSON.stringify(value)).toBe(before);
    }),
    { numRuns: 300 },
  );
});

test('a document that is nested by the hundred thousand ends with a sentence, or is as it was', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`) as unknown;
  for (const target of ['$..a', '$..*', '$']) {
    const { result } = overlaid([{ target, update: { b: 1 } }], deep);
    expect(result.ok || result.error.code === 'OVERLAY_INVALID').toBe(true);
  }
});
