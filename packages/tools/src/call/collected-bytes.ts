/** Bytes that come in pieces, together. */
export interface CollectedBytes {
  add(piece: Uint8Array): void;
  length(): number;
  /** All that has come. What is added afterwards may be written behind it, never into it. */
  whole(): Buffer;
}

const NOTHING = Buffer.alloc(0);

/**
 * In one buffer that grows: whoever sends may make the pieces so small that one kept for each, with what it was read with,
 * would take a hundred times what is in it. A piece that comes alone is kept as it is.
 */
export function collectBytes(): CollectedBytes {
  let held: Buffer = NOTHING;
  let length = 0;
  return {
    add(piece) {
      const needed = length + piece.length;
      if (length === 0) held = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
      else {
        if (held.length < needed) {
          const grown = Buffer.allocUnsafe(Math.max(needed, length * 2));
          held.copy(grown, 0, 0, length);
          held = grown;
        }
        held.set(piece, length);
      }
      length = needed;
    },
    length: () => length,
    whole: () => held.subarray(0, length),
  };
}
