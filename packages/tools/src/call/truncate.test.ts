import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCatalogue } from '../catalogue/compile.ts';
import type { Tool } from '../catalogue/types.ts';
import { estimateTokens } from '../catalogue/tokens.ts';
import { isObject } from '../json.ts';
import { exactJson } from './exact-json.ts';
import { presentResult } from './result.ts';
import { truncatedJson, truncatedText } from './truncate.ts';

const LIMITS = { characters: 50_000, tokens: 20_000 };

/** Whether one value is the other with lists, texts and objects that end sooner. */
function isPart(part: unknown, whole: unknown): boolean {
  if (typeof part === 'string' && typeof whole === 'string')
    return part === whole || (part.endsWith('…') && whole.startsWith(part.slice(0, -1)));
  if (Array.isArray(part) && Array.isArray(whole))
    return part.length <= whole.length && part.every((item, index) => isPart(item, whole[index]));
  if (isObject(part) && isObject(whole))
    return Object.keys(part).every((key) => Object.hasOwn(whole, key) && isPart(part[key], whole[key]));
  return Object.is(part, whole);
}

const tool = (): Tool => {
  const document = { openapi: '3.1.0', info: { title: 'T', version: '1' }, paths: { '/x': { get: {} } } };
  const compiled = compileCatalogue(JSON.stringify(document));
  const [first] = compiled.ok ? compiled.value.tools : [];
  if (!first) throw new Error('no tool');
  return first;
};

function textsOf(body: string, contentType = 'application/json'): string[] {
  const value = { status: 200, headers: { 'content-type': contentType }, body: Buffer.from(body) };
  const { content } = presentResult(tool(), { ok: true, value }, { requestId: 'r' });
  return content.map((block) => (block.type === 'text' ? block.text : ''));
}

test('lists lose their tail, and it is said how much', () => {
  const value = {
    items: Array.from({ length: 5_000 }, (_, id) => ({ id, text: 'x'.repeat(50) })),
    next: 'c',
  };
  const short = truncatedJson(value, LIMITS);
  expect(short.text.length).toBeLessThanOrEqual(LIMITS.characters);
  const parsed = JSON.parse(short.text) as typeof value;
  expect(parsed.items[0]).toEqual(value.items[0]);
  expect(parsed.items.length).toBeGreaterThan(300);
  expect(parsed.next).toBe('c');
  expect(short.notes).toEqual([`items shows ${parsed.items.length} of 5000 items.`]);
});

test('long texts and wide objects are shortened too', () => {
  const wide = Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`k${index}`, index]));
  const short = truncatedJson({ text: 'y'.repeat(100_000), wide }, { characters: 30_000, tokens: 20_000 });
  expect(short.notes.join(' ')).toMatch(
    /text shows \d+ of 100000 characters\..*wide shows \d+ of 3000 fields\./,
  );
});

test('lists inside lists lose their tails', () => {
  const value = Array.from({ length: 400 }, () => Array.from({ length: 400 }, (_, index) => index));
  const short = truncatedJson(value, LIMITS);
  const parsed = JSON.parse(short.text) as number[][];
  expect(parsed.every((row) => row.length > 0 && row.every((item, index) => item === index))).toBe(true);
  expect(short.notes).toEqual([
    `The list shows ${parsed.length} of 400 items.`,
    `[] shows ${parsed[0]?.length} of 400 items.`,
  ]);
});

test('whatever the value is, what is shown of it is JSON, a part of it, and within both limits', () => {
  const limits = { characters: 700, tokens: 300 };
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 6 },
      fc.string({ maxLength: 400, unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => (Object.is(one, -0) ? 0 : one)),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('any'), { maxLength: 60 }),
      fc.dictionary(fc.string({ maxLength: 60 }), tie('any'), { maxKeys: 40 }),
    ),
  })).any;
  fc.assert(
    fc.property(value, (whole) => {
      const { text } = truncatedJson(whole, limits);
      expect(text.length).toBeLessThanOrEqual(limits.characters);
      expect(estimateTokens(text)).toBeLessThanOrEqual(limits.tokens);
      expect(isPart(JSON.parse(text), whole)).toBe(true);
    }),
    { numRuns: 300, seed: 7 },
  );
});

test.each([
  ['nested by the hundred thousand', '['.repeat(100_000) + ']'.repeat(100_000)],
  ['branching at every level', JSON.stringify(branching(15))],
  ['of endless names', JSON.stringify({ ['k'.repeat(200_000)]: 1, last: 2 })],
  ['under a type that does not say JSON', JSON.stringify(Array.from({ length: 60_000 }, () => 'ab'))],
])('JSON %s is never cut in the middle', (kind, body) => {
  const [text = '', note] = textsOf(body, kind.includes('type') ? 'text/plain' : 'application/json');
  expect(() => JSON.parse(text)).not.toThrow();
  expect(text.length + (note?.length ?? 0)).toBeLessThanOrEqual(100_000);
  expect(note).toContain('shown in part');
});

function branching(depth: number): unknown {
  return depth === 0 ? 'leaf' : [branching(depth - 1), branching(depth - 1)];
}

test('an id that no number can hold keeps its digits', () => {
  const body = `[${'{"id":12345678901234567890,"at":1.25,"text":"1234567890123456789"},'.repeat(5_000)}0]`;
  const [text = ''] = textsOf(body);
  const [first] = JSON.parse(text) as { id: string }[];
  expect(first).toEqual({ id: '12345678901234567890', at: 1.25, text: '1234567890123456789' });
  expect(exactJson('[-9007199254740993, 9007199254740991, 1e21, "\\"9007199254740993"]')).toEqual([
    '-9007199254740993',
    9007199254740991,
    1e21,
    '"9007199254740993',
  ]);
});

test('an answer has no more tokens than a client takes', () => {
  const [text = ''] = textsOf(JSON.stringify(Array.from({ length: 30_000 }, (_, index) => index % 10)));
  expect(estimateTokens(text)).toBeLessThanOrEqual(20_000);
});

test('what only says that it is JSON is cut as text', () => {
  const broken = textsOf(`[${'1,'.repeat(100_000)}`);
  expect(broken.join('').length).toBeLessThanOrEqual(100_000);
  expect(broken.at(-1)).toMatch(/^The answer was too long and is shown in part\. \d+ of 200001 characters/);
});

test.each([
  ['text/csv', 'id,name\n', (line: number) => `${line},"name of ${line}"\n`],
  ['application/x-ndjson', '', (line: number) => `{"id":${line},"name":"name of ${line}"}\n`],
  ['text/plain', '', (line: number) => `Line ${line} of a log.\n`],
])('%s loses whole lines, and it is said how many', (type, head, line) => {
  const body = head + Array.from({ length: 20_000 }, (_, index) => line(index)).join('');
  const [text = '', note] = textsOf(body, type);
  expect(body.startsWith(text)).toBe(true);
  expect(text.endsWith('\n')).toBe(true);
  const all = body.split('\n').length - 1;
  expect(note).toContain(`${text.split('\n').length - 1} of ${all} lines are shown.`);
});

test('a single line of NDJSON that is too long is shortened as JSON', () => {
  const [text = ''] = textsOf(
    `${JSON.stringify({ items: Array(90_000).fill(7) })}\n{"b":1}\n`,
    'application/x-ndjson',
  );
  expect(() => JSON.parse(text)).not.toThrow();
});

test('the beginning of a text never ends in half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 50 }), (text) => {
      const { text: kept } = truncatedText(text, false, { characters: 40, tokens: 30 });
      expect(text.startsWith(kept)).toBe(true);
      expect(kept).not.toMatch(/\p{Surrogate}/u);
    }),
    { seed: 7 },
  );
});
