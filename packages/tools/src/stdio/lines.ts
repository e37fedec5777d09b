const NEWLINE = 0x0a;
const BLANK = new Set([0x20, 0x09, 0x0d]);

export interface Lines {
  push(chunk: Buffer): void;
  /** What came last may lack its newline. */
  end(): void;
}

/** Cuts bytes into lines. One that is too long is told of once, and thrown away up to its end. Blank ones are nothing. */
export function createLines({
  bytesMax,
  onLine,
  onTooLong,
}: {
  readonly bytesMax: number;
  readonly onLine: (line: Buffer) => void;
  readonly onTooLong: () => void;
}): Lines {
  let pieces: Buffer[] = [];
  let length = 0;
  let isSkipping = false;

  function add(piece: Buffer): void {
    if (isSkipping || piece.length === 0) return;
    length += piece.length;
    if (length <= bytesMax) {
      pieces.push(piece);
      return;
    }
    pieces = [];
    isSkipping = true;
    onTooLong();
  }

  function finish(): void {
    const [first] = pieces;
    const line = pieces.length === 1 && first ? first : Buffer.concat(pieces);
    pieces = [];
    length = 0;
    isSkipping = false;
    if (line.some((octet) => !BLANK.has(octet))) onLine(line);
  }

  return {
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        add(chunk.subarray(from, at));
        finish();
        from = at + 1;
      }
      add(chunk.subarray(from));
    },
    end: finish,
  };
}
