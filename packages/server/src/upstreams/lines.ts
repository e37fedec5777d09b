const LF = 0x0a;
const CR = 0x0d;

export interface LineReader {
  /** False: it has stopped, because a line is too long or because `onLine` said so. What comes later is not looked at. */
  push(chunk: Buffer): boolean;
}

/**
 * Octets that come in any pieces, as lines without their ends. Every line ends with LF or CRLF, and with a CR alone
 * where `endsAtCr`. Lines are cut before they are decoded: a character in two pieces stays whole.
 */
export function createLineReader({
  bytesMax,
  endsAtCr,
  onLine,
}: {
  /** Of one line. */
  bytesMax: number;
  endsAtCr: boolean;
  /** False: read no more. */
  onLine: (line: Buffer) => boolean;
}): LineReader {
  /** The line so far, copied: a sender of very small pieces would otherwise make us keep a thing for each. */
  let kept = Buffer.alloc(0);
  let length = 0;
  let isStopped = false;
  /** The last octet was a CR that ended a line: an LF right after it belongs to it. */
  let skipsLf = false;

  function keep(piece: Buffer): void {
    if (length + piece.length > kept.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * (length + piece.length), 1024));
      kept.copy(larger, 0, 0, length);
      kept = larger;
    }
    piece.copy(kept, length);
    length += piece.length;
  }

  function finish(last: Buffer): boolean {
    if (length + last.length > bytesMax) return false;
    let line = last;
    if (length > 0) {
      keep(last);
      line = kept.subarray(0, length);
      kept = Buffer.alloc(0);
      length = 0;
    }
    return onLine(!endsAtCr && line.at(-1) === CR ? line.subarray(0, -1) : line);
  }

  function read(chunk: Buffer): boolean {
    let from = skipsLf && chunk[0] === LF ? 1 : 0;
    if (chunk.length > 0) skipsLf = false;
    let lf = chunk.indexOf(LF, from);
    let cr = endsAtCr ? chunk.indexOf(CR, from) : -1;
    while (lf >= 0 || cr >= 0) {
      const isCr = cr >= 0 && (lf < 0 || cr < lf);
      const end = isCr ? cr : lf;
      if (!finish(chunk.subarray(from, end))) return false;
      from = end + 1;
      if (isCr && from === chunk.length) skipsLf = true;
      if (isCr && lf === from) from += 1;
      if (lf >= 0 && lf < from) lf = chunk.indexOf(LF, from);
      if (isCr) cr = chunk.indexOf(CR, from);
    }
    if (from === chunk.length) return true;
    if (length + chunk.length - from > bytesMax) return false;
    keep(chunk.subarray(from));
    return true;
  }

  return {
    push(chunk) {
      if (isStopped) return false;
      if (read(chunk)) return true;
      isStopped = true;
      kept = Buffer.alloc(0);
      return false;
    },
  };
}
