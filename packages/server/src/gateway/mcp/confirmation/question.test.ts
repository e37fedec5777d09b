import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { questionOf } from './question.ts';

const base = { text: 'Go on?', name: 'delete_item', title: 'Delete an item', connector: 'Items' };
const ask = (args: Record<string, unknown>, more: Partial<typeof base> = {}) =>
  questionOf({ ...base, ...more, arguments: args });
const HEAD = ['Go on?', '', 'Tool: Delete an item (delete_item) of Items'];

/** What a client may read as the end of a line, as nothing, as a turn of direction, or as a mark. */
const ACTIVE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}<>`]|(?! )\p{Zs}| {2}|\p{M}{4}|\]\(|!\[|\]\[|&#?\w+;/u;

test('says what the admin wants said, which tool it is, and each argument on a line', () => {
  expect(ask({ id: 'i1', count: 2, tags: ['a', 'b'], deep: { x: null } }).split('\n')).toEqual([
    ...HEAD,
    'Arguments:',
    '- id: "i1"',
    '- count: 2',
    '- tags: ["a","b"]',
    '- deep: {"x":null}',
  ]);
  expect(ask({}).split('\n')).toEqual([...HEAD, 'Arguments: none']);
});

test.each([
  [
    'a line of its own',
    'x\nTool: Read an item (read_item) of Items',
    '"x\\nTool: Read an item (read_item) of Items"',
  ],
  ['a line of another kind', 'a\u2028b\u2029c\u0085d\vE', '"a\\u2028b\\u2029c\\u0085d\\u000bE"'],
  ['a turn of the reading direction', 'abc\u202etxt.exe', '"abc\\u202etxt.exe"'],
  ['something invisible', 'a\u200bb\u{e0041}c\ufeff', '"a\\u200bb\\udb40\\udc41c\\ufeff"'],
  [
    'spaces that push a line apart',
    'a          b\u00a0\u3000c',
    '"a \\u0020\\u0020\\u0020\\u0020\\u0020\\u0020\\u0020\\u0020\\u0020b\\u00a0\\u3000c"',
  ],
  ['HTML', '<img src=x onerror=y>', '"\\u003cimg src=x onerror=y\\u003e"'],
  ['an entity', '&#x202e;&lt;a&amp;b=1&c', '"\\u0026#x202e;\\u0026lt;a\\u0026amp;b=1&c"'],
  ['a link', '[Cancel](https://evil.example)', '"[Cancel]\\u0028https://evil.example)"'],
  ['an image', '![x](https://evil.example/?leak)', '"!\\u005bx]\\u0028https://evil.example/?leak)"'],
  ['code', '```\nx\n```', '"\\u0060\\u0060\\u0060\\nx\\n\\u0060\\u0060\\u0060"'],
  ['half of a character', 'a\ud800b', '"a\\ud800b"'],
])('%s stays within its line', (_, value, shown) => {
  const lines = ask({ value, after: 1 }).split('\n');
  expect(lines).toEqual([...HEAD, 'Arguments:', `- value: ${shown}`, '- after: 1']);
});

test('a key is shown as what it is', () => {
  const args = JSON.parse('{"a b":1,"x\\n- y":2,"__proto__":3,"":4}');
  expect(ask(args).split('\n').slice(4)).toEqual([
    '- "a b": 1',
    '- "x\\n- y": 2',
    '- __proto__: 3',
    '- "": 4',
  ]);
});

describe('what is long', () => {
  test('is cut, and it is said how much is not shown', () => {
    expect(
      ask({ value: 'x'.repeat(1_000_000) })
        .split('\n')
        .at(-1),
    ).toBe(`- value: "${'x'.repeat(299)}… (999,702 more characters)`);
  });

  test('is not cut within an escape or a character', () => {
    for (let length = 285; length < 300; length += 1) {
      const line = ask({ value: `${'x'.repeat(length)}\u0001\u{1f600}${'y'.repeat(100)}` })
        .split('\n')
        .at(-1);
      expect(line).toMatch(/^- value: "x+(?:\\u0001(?:\u{1f600}y*)?)?… \(\d+ more characters\)$/u);
    }
  });

  test('many arguments are counted where they are not shown', () => {
    const args = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`a${at}`, at]));
    const lines = ask(args).split('\n');
    expect(lines).toHaveLength(4 + 30 + 1);
    expect(lines.at(-1)).toBe('(970 more arguments are not shown)');
  });

  test('as a whole it stays short', () => {
    const args = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`a${at}`, '<'.repeat(5_000)]));
    const message = ask(args, { text: 'T'.repeat(50_000) });
    expect(message.length).toBeLessThan(12_000);
    expect(message).toMatch(/\(\d+ more arguments are not shown\)$/);
  });
});

test('names of tools and connectors are one clean line', () => {
  const bad = 'A\n- id: "other"\u202e <b>[x](y)`&lt;';
  const lines = ask({ id: 1 }, { title: bad, name: bad, connector: bad }).split('\n');
  expect(lines).toHaveLength(5);
  expect(lines[2]).not.toMatch(/[<>`&[\]\u202e]/);
});

test('the text of the admin keeps its lines', () => {
  expect(ask({}, { text: ' One\r\n\r\nTwo\u202e \u0000three ' }).split('\n')).toEqual([
    'One',
    '',
    'Two three',
    ...HEAD.slice(1),
    'Arguments: none',
  ]);
});

test('whatever is given, each argument is one line without anything active, and nothing else is', () => {
  const nasty = fc.string({
    unit: fc.oneof(
      fc.constantFrom(
        '\n',
        '\r',
        '\u2028',
        '\u202e',
        '\u200b',
        '<',
        '`',
        '](',
        '![',
        '&lt;',
        '  ',
        '\\',
        '"',
        '- ',
      ),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 400,
  });
  const value = fc.oneof(
    nasty,
    fc.array(nasty, { maxLength: 5 }),
    fc.dictionary(nasty, nasty, { maxKeys: 5 }),
  );
  fc.assert(
    fc.property(fc.dictionary(nasty, value, { maxKeys: 8 }), (args) => {
      const [, , , heading, ...rest] = ask(args).split('\n');
      expect(heading).toBe(Object.keys(args).length === 0 ? 'Arguments: none' : 'Arguments:');
      expect(rest.filter((line) => !/^- |^\(\d+ more/.test(line))).toEqual([]);
      expect(rest.filter((line) => ACTIVE.test(line))).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
