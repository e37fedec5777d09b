import { connect } from 'node:net';

/** What came back, as far as it came. */
export interface Answer {
  /** Undefined: the connection was closed without a word of HTTP. */
  readonly status: number | undefined;
  /** All bytes that came. */
  readonly text: string;
  /** From the last byte that was sent to the last that was waited for. */
  readonly ms: number;
  readonly isLate: boolean;
}

const DEADLINE_MS = 10_000;
/** What is no whole request is answered when nothing more can come. */
const HALF_CLOSE_AFTER_MS = 40;
const BYTES_MAX = 4 * 1024 * 1024;

/**
 * Sends bytes, whatever they are, on a connection of their own, and waits for one answer. Of a stream that stays open its
 * beginning is the answer. `isWhole`: they are one request, so the other side need not be told that nothing follows.
 */
export function exchange(
  port: number,
  bytes: Buffer,
  { isWhole = true }: { isWhole?: boolean } = {},
): Promise<Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let sentMs = performance.now();
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    const deadline = setTimeout(() => finish(true), DEADLINE_MS);
    let halfClose: NodeJS.Timeout | undefined;

    function finish(isLate = false): void {
      clearTimeout(deadline);
      clearTimeout(halfClose);
      socket.destroy();
      const text = Buffer.concat(chunks, length).toString('latin1');
      const status = /^HTTP\/1\.1 (\d{3})/.exec(
        text.replace(/^(HTTP\/1\.1 1\d\d [^\r]*\r\n(?:[^\r]+\r\n)*\r\n)+/, ''),
      );
      resolve({
        status: status === null ? undefined : Number(status[1]),
        text,
        ms: performance.now() - sentMs,
        isLate,
      });
    }

    socket.on('connect', () => {
      socket.write(bytes, () => {
        sentMs = performance.now();
        if (!isWhole) halfClose = setTimeout(() => socket.end(), HALF_CLOSE_AFTER_MS);
      });
    });
    socket.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= BYTES_MAX) chunks.push(chunk);
      if (isStream(chunks)) finish();
    });
    socket.on('end', () => finish());
    socket.on('close', () => finish());
    // Reset: nothing more comes, which `close` says.
    socket.on('error', () => undefined);
  });
}

/** Whether it is the beginning of a stream of events that nobody ends. */
function isStream(chunks: readonly Buffer[]): boolean {
  const [first] = chunks;
  if (first === undefined || chunks.length > 1) return false;
  const head = first.toString('latin1', 0, 2048);
  return head.includes('\r\n\r\n') && /^content-type: text\/event-stream/im.test(head);
}
