/** Bytes that come in pieces, together. */
export interface CollectedBytes {
  add(piece: Uint8Array): void;
  length(): number;
  /** All that has come. What is added afterwards may be written behind it, never into it. */
  whole(): Buffer;
}

const NOTHING = Buffer.alloc(0);
const BLOCK_BYTES = 256 * 1024;

/**
 * In a buffer that grows to a block, and then in blocks: whoever sends may make the pieces so small that one kept for
 * each, with what it was read with, would take a hundred times what is in it, and a buffer that grows on would take twice
 * what came. A piece that comes alone is kept as it is.
 */
export function collectBytes(blockBytes = BLOCK_BYTES): CollectedBytes {
  let blocks: Buffer[] = [];
  let last: Buffer = NOTHING;
  let filled = 0;
  let length = 0;

  function fill(piece: Uint8Array): void {
    last.set(piece, filled);
    filled += piece.length;
  }

  function grow(needed: number): void {
    const grown = Buffer.allocUnsafe(Math.min(blockBytes, Math.max(needed, filled * 2)));
    last.copy(grown, 0, 0, filled);
    last = grown;
  }

  function beginBlock(bytes: number): void {
    blocks.push(last);
    last = Buffer.allocUnsafe(Math.max(blockBytes, bytes));
    filled = 0;
  }

  return {
    add(piece) {
      const needed = filled + piece.length;
      if (length === 0) {
        last = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
        filled = piece.length;
      } else if (needed <= last.length) fill(piece);
      else if (needed <= blockBytes) {
        grow(needed);
        fill(piece);
      } else {
        const room = last.length - filled;
        fill(piece.subarray(0, room));
        beginBlock(piece.length - room);
        fill(piece.subarray(room));
      }
      length += piece.length;
    },
    length: () => length,
    whole() {
      if (blocks.length > 0) {
        last = Buffer.concat([...blocks, last], length);
        blocks = [];
        filled = length;
      }
      return last.subarray(0, filled);
    },
  };
}
