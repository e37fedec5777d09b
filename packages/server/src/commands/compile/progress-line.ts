export interface ProgressLine {
  show(text: string): void;
  clear(): void;
}

/** One line that is written over itself on a terminal; in a file or a pipe there is none. */
export function createProgressLine(stream: NodeJS.WritableStream & { isTTY?: boolean }): ProgressLine {
  if (!stream.isTTY) return { show: () => {}, clear: () => {} };
  const write = (text: string): void => void stream.write(`\r\u001B[2K${text}`);
  return { show: write, clear: () => write('') };
}
