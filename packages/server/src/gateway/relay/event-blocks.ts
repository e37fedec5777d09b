const LF = 0x0a;
const CR = 0x0d;

export interface BlockReader {
  /** False: an event is too large, and nothing more is read. */
  push(chunk: Buffer): boolean;
}

/**
 * Cuts a stream of server-sent events after each empty line (WHATWG HTML section 9.2.6), and changes no octet of it. What
 * is passed on in whole blocks can have others between them. A stream that ends within a block has not sent it.
 */
export function createBlockReader({
  bytesMax,
  onBlock,
}: {
  /** Of one block. */
  bytesMax: number;
  onBlock: (block: Buffer) => void;
}): BlockReader {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let isEmptyLine = true;
  let endedAtCr = false;
  let isStopped = false;

  function finish(last: Buffer): void {
    const block = held.length === 0 ? last : Buffer.concat([...held, last]);
    held = [];
    heldBytes = 0;
    onBlock(block);
  }

  return {
    push(chunk) {
      if (isStopped) return false;
      let from = 0;
      for (let at = 0; at < chunk.length; at += 1) {
        const byte = chunk[at];
        if (byte !== LF && byte !== CR) {
          isEmptyLine = false;
          endedAtCr = false;
          continue;
        }
        // The LF of a CRLF ends nothing: its CR did.
        if (byte === LF && endedAtCr) {
          endedAtCr = false;
          continue;
        }
        endedAtCr = byte === CR;
        if (isEmptyLine) {
          const end = byte === CR && chunk[at + 1] === LF ? at + 2 : at + 1;
          if (heldBytes + end - from > bytesMax) break;
          finish(chunk.subarray(from, end));
          from = end;
          if (end === at + 2) {
            at += 1;
            endedAtCr = false;
          }
        }
        isEmptyLine = true;
      }
      if (from < chunk.length) {
        held.push(from === 0 ? chunk : chunk.subarray(from));
        heldBytes += chunk.length - from;
      }
      if (heldBytes <= bytesMax) return true;
      isStopped = true;
      held = [];
      return false;
    },
  };
}
