// WHATWG HTML section 9.2.6, Interpreting an event stream: for a sender that is not trusted.
import { createLineReader } from './lines.ts';

export interface ServerSentEvent {
  /** `message` where the sender names none. */
  readonly event: string;
  /** Empty for a block that only says an id or a time: it holds no message. */
  readonly data: string;
  /** Of this block; undefined: it has none, and the one before still holds. */
  readonly id: string | undefined;
  /** What the sender asks to wait before it is asked again. */
  readonly retryMs: number | undefined;
}

export interface EventParser {
  /** False: an event is too large, and nothing more is read. */
  push(chunk: Buffer): boolean;
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const COLON = 0x3a;
const SPACE = 0x20;

/** A stream that ends in the middle of an event has not sent it: there is nothing to call at the end. */
export function createEventParser({
  bytesMax,
  onEvent,
}: {
  /** Of one event, with the names of its fields. */
  bytesMax: number;
  onEvent: (event: ServerSentEvent) => void;
}): EventParser {
  let isFirst = true;
  let bytes = 0;
  let event = '';
  let data: string[] = [];
  let id: string | undefined;
  let retryMs: number | undefined;

  function dispatch(): void {
    const isSomething = data.length > 0 || id !== undefined || retryMs !== undefined;
    const found = { event: event === '' ? 'message' : event, data: data.join('\n'), id, retryMs };
    bytes = 0;
    event = '';
    data = [];
    id = undefined;
    retryMs = undefined;
    if (isSomething) onEvent(found);
  }

  function take(name: string, value: string): void {
    if (name === 'data') data.push(value);
    else if (name === 'event') event = value;
    else if (name === 'id' && !value.includes('\0')) id = value;
    else if (name === 'retry' && /^\d{1,10}$/.test(value)) retryMs = Number(value);
  }

  const lines = createLineReader({
    bytesMax,
    endsAtCr: true,
    onLine(whole) {
      const line = isFirst && whole.subarray(0, 3).equals(BOM) ? whole.subarray(3) : whole;
      isFirst = false;
      if (line.length === 0) {
        dispatch();
        return true;
      }
      const colon = line.indexOf(COLON);
      // A comment: whatever it says, it is not kept.
      if (colon === 0) return true;
      bytes += line.length + 1;
      if (bytes > bytesMax) return false;
      if (colon < 0) take(line.toString('utf8'), '');
      else {
        const from = line[colon + 1] === SPACE ? colon + 2 : colon + 1;
        take(line.toString('utf8', 0, colon), line.toString('utf8', from));
      }
      return true;
    },
  });

  return lines;
}
