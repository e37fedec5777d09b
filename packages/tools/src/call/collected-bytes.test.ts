import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { collectBytes } from './collected-bytes.ts';

test('whatever the pieces are, together they are what came, and none of them is written into', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 40 }),
      fc.constantFrom(8, 64, undefined),
      (pieces, blockBytes) => {
        const before = pieces.map((piece) => piece.slice());
        const collected = collectBytes(blockBytes);
        for (const piece of pieces) collected.add(piece);
        expect(collected.whole()).toEqual(Buffer.concat(before));
        expect(collected.length()).toBe(collected.whole().length);
        expect(pieces).toEqual(before);
      },
    ),
  );
});

test('what was taken out stays what it was', () => {
  const collected = collectBytes();
  for (const piece of ['ab', 'cd', 'e']) collected.add(Buffer.from(piece));
  const taken = collected.whole();
  collected.add(Buffer.from('fgh'));
  expect([taken.toString(), collected.whole().toString()]).toEqual(['abcde', 'abcdefgh']);
});

test('what was taken out of several blocks stays what it was', () => {
  const collected = collectBytes(4);
  for (const piece of ['abc', 'def', 'gh']) collected.add(Buffer.from(piece));
  const taken = collected.whole();
  collected.add(Buffer.from('ijk'));
  expect([taken.toString(), collected.whole().toString()]).toEqual(['abcdefgh', 'abcdefghijk']);
});

test('of much that comes in pieces no more is held than came, and a block', () => {
  const allocated = vi.spyOn(Buffer, 'allocUnsafe');
  const collected = collectBytes();
  for (let at = 0; at < 9 * 16; at += 1) collected.add(Buffer.alloc(64 * 1024));
  const held = allocated.mock.calls.reduce((sum, [size]) => sum + size, 0);
  allocated.mockRestore();
  // What grew to the first block, too.
  expect(held).toBeLessThan(collected.length() + 3 * 256 * 1024);
  expect(collected.whole().buffer.byteLength).toBe(collected.length());
});

test('a million pieces of one byte are in one buffer of no more than twice their size', () => {
  const collected = collectBytes();
  for (let at = 0; at < 1_000_000; at += 1) collected.add(Buffer.alloc(1));
  expect(collected.length()).toBe(1_000_000);
  expect(collected.whole().buffer.byteLength).toBeLessThanOrEqual(2_000_000);
});
