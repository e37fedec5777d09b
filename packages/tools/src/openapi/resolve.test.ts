import { expect, test } from 'vitest';
import { createResolver } from './resolve.ts';

const root = {
  components: {
    schemas: {
      'a/b~c d': { type: 'string' },
      list: [{ type: 'integer' }],
      loop: { $ref: '#/components/schemas/pool' },
      pool: { $ref: '#/components/schemas/loop' },
      chain: { $ref: '#/components/schemas/a~1b~0c%20d' },
      resource: { $id: 'https://example.test/r', $defs: { x: { $anchor: 'here', type: 'null' } } },
    },
  },
};
const resolver = createResolver(root, '3.1');

function target(ref: string, from = resolver.root): unknown {
  const found = resolver.target(ref, from);
  return found.ok ? found.value.node : found.error.code;
}

test('a pointer is unescaped in the right order', () => {
  expect(target('#/components/schemas/a~1b~0c%20d')).toEqual({ type: 'string' });
  expect(target('#/components/schemas/list/0')).toEqual({ type: 'integer' });
  expect(target('#')).toBe(root);
});

test.each([
  '#/components/schemas/nope',
  '#/components/schemas/list/1',
  '#/components/schemas/list/length',
  '#nowhere',
  '#/constructor',
  '#/__proto__',
])('%s points at nothing', (ref) => {
  expect(target(ref)).toBe('REF_MISSING');
});

test.each(['http://127.0.0.1/x#/a', 'file:///etc/passwd', '../x.yaml', 'x.yaml#/a', '//host/x'])(
  '%s leads out of the document',
  (ref) => {
    expect(target(ref)).toBe('REF_EXTERNAL');
  },
);

test('an embedded resource is found by its identifier, and is the base of what is in it', () => {
  expect(target('https://example.test/r#/$defs/x')).toEqual({ $anchor: 'here', type: 'null' });
  expect(target('https://example.test/r#here')).toEqual({ $anchor: 'here', type: 'null' });
  const inside = resolver.target('#/components/schemas/resource/$defs', resolver.root);
  expect(inside.ok && target('#/$defs/x', inside.value)).toEqual({ $anchor: 'here', type: 'null' });
  expect(inside.ok && target('#here', inside.value)).toEqual({ $anchor: 'here', type: 'null' });
});

test('a chain is followed to its end, and a loop is a fault', () => {
  const at = (name: 'chain' | 'loop'): unknown => {
    const found = resolver.follow({ node: root.components.schemas[name], at: `/${name}` });
    return found.ok ? found.value.node : found.error;
  };
  expect(at('chain')).toEqual({ type: 'string' });
  expect(at('loop')).toMatchObject({ code: 'REF_CYCLE', at: '/loop' });
});
