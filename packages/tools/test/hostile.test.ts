import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCatalogue } from '../src/index.ts';

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

test('no change to a document makes the compiler throw or lose count', () => {
  const mutation = fc.tuple(fc.nat(5_000), fc.nat(100), fc.nat(2));
  fc.assert(
    fc.property(
      fc.nat(SMALL.length - 1),
      fc.array(mutation, { minLength: 1, maxLength: 8 }),
      (which, mutations) => {
        const document = JSON.parse(SMALL[which]?.text ?? '{}') as unknown;
        for (const [choice, odd, action] of mutations) mutate(document, choice, odd, action);
        const text = JSON.stringify(document);
        const first = compileCatalogue(text);
        expect(compileCatalogue(text)).toEqual(first);
        const tools = first.ok ? first.value.tools : [];
        const names = tools.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        const keys = tools.flatMap(({ inputSchema }) => Object.keys(inputSchema.properties));
        expect(keys.filter((key) => !/^[a-zA-Z0-9_.-]{1,64}$/.test(key))).toEqual([]);
        expect(tools.filter((tool) => Buffer.byteLength(JSON.stringify(tool.inputSchema)) > 16_384)).toEqual(
          [],
        );
      },
    ),
    { numRuns: 300 },
  );
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
