import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBlockReader } from './event-blocks.ts';

function read(chunks: readonly Buffer[], bytesMax = 1024) {
  const blocks: string[] = [];
  const reader = createBlockReader({ bytesMax, onBlock: (block) => blocks.push(block.toString('latin1')) });
  const isWhole = chunks.map((chunk) => reader.push(chunk)).every(Boolean);
  return { blocks, isWhole };
}

describe('a stream is cut after each empty line', () => {
  test.each<[string, string, string[]]>([
    ['LF', 'data: a\n\ndata: b\n\n', ['data: a\n\n', 'data: b\n\n']],
    ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', ['data: a\r\n\r\n', 'data: b\r\n\r\n']],
    ['CR', 'data: a\r\rdata: b\r\r', ['data: a\r\r', 'data: b\r\r']],
    ['CRLF and LF', 'data: a\r\n\ndata: b\n\r\n', ['data: a\r\n\n', 'data: b\n\r\n']],
    ['several lines', 'id: 1\ndata: a\ndata: b\n\n', ['id: 1\ndata: a\ndata: b\n\n']],
    ['comments', ': hi\n\ndata: a\n\n', [': hi\n\n', 'data: a\n\n']],
    ['what is not finished is not there', 'data: a\n\ndata: b\n', ['data: a\n\n']],
  ])('%s', (_, text, expected) => {
    expect(read([Buffer.from(text)]).blocks).toEqual(expected);
  });
});

test('it does not matter where the pieces are cut, and no octet is lost', () => {
  const line = fc.constantFrom('data: a', 'id: 1', ': c', '', 'data');
  const end = fc.constantFrom('\n', '\r\n', '\r');
  fc.assert(
    fc.property(fc.array(fc.tuple(line, end)), fc.array(fc.nat(200)), (lines, cuts) => {
      const stream = Buffer.from(lines.map((parts) => parts.join('')).join(''));
      const whole = read([stream]).blocks.join('');
      const at = [0, ...cuts.map((cut) => Math.min(cut, stream.length)).sort((a, b) => a - b), stream.length];
      const pieces = read(at.slice(1).map((to, index) => stream.subarray(at[index], to))).blocks.join('');
      expect(stream.toString().startsWith(whole)).toBe(true);
      // A CR at the end of a piece ends a block before it is known whether an LF belongs to it.
      expect([whole, whole.slice(0, -1)]).toContain(pieces);
    }),
  );
});

test('a block without an end is stopped, and many small ones are not', () => {
  const piece = Buffer.from(`data: ${'x'.repeat(90)}\n`);
  expect(read(Array.from({ length: 20 }, () => piece)).isWhole).toBe(false);
  expect(read([Buffer.from(`${'x'.repeat(2000)}\n\n`)])).toEqual({ blocks: [], isWhole: false });
  const small = Array.from({ length: 200 }, () => Buffer.concat([piece, Buffer.from('\n')]));
  expect(read(small)).toMatchObject({ isWhole: true, blocks: { length: 200 } });
});
