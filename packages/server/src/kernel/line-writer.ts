import { writeSync } from 'node:fs';

export interface LineWriter {
  write(line: string): void;
}

/**
 * Writes each line to a file descriptor before it returns, and never throws: a disk that is full, a terminal that was
 * closed or a reader that does not keep up must not end or hold up a service that only tells of itself. What cannot be
 * written is dropped; before the next line that can, `tellDropped` says how many that were. `write`: for tests.
 */
export function createLineWriter(
  fd: number,
  {
    tellDropped,
    write = writeSync,
  }: { tellDropped: (lines: number) => string; write?: (fd: number, bytes: Buffer) => number },
): LineWriter {
  let dropped = 0;
  let endsWithinLine = false;

  /** False: not all of it could be written. */
  function wrote(line: string): boolean {
    let rest = Buffer.from(endsWithinLine ? `\n${line}` : line);
    try {
      while (rest.length > 0) {
        rest = rest.subarray(write(fd, rest));
        endsWithinLine = rest.length > 0;
      }
      return true;
    } catch {
      return false;
    }
  }

  return {
    write(line) {
      if (dropped > 0 && wrote(tellDropped(dropped))) dropped = 0;
      if (dropped > 0 || !wrote(line)) dropped += 1;
    },
  };
}
