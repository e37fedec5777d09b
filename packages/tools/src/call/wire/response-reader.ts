import type { ResponseHeaders } from '../types.ts';
import { parseResponseHead, type ResponseHead } from './response-head.ts';

/** Told of one response, in this order: onHead, onData… */
export interface ResponseHandler {
  onHead(status: number, headers: ResponseHeaders): void;
  onData(chunk: Buffer): void;
}

export type Progress = 'more' | 'whole' | 'broken';

/** Reads responses from a connection (RFC 9112), one after another. */
export interface ResponseReader {
  begin(handler: ResponseHandler): void;
  /** Once it is not `more`, nothing is read before the next `begin`. */
  read(chunk: Buffer): Progress;
  /** There is no more to come, or nobody to read it. */
  end(): 'whole' | 'broken';
  /** After `whole`: how long the connection may be kept for another request; 0: not at all. */
  keepAliveMs(): number;
}

/** As much as Node takes of one. */
const HEAD_BYTES_MAX = 16 * 1024;
const LINE_BYTES_MAX = 4 * 1024;
/** What a connection may keep of what it has heard, for as long as nothing comes on it. */
const REMEMBERED_BYTES_MAX = 8 * 1024;
/** RFC 9112 section 7.1, with blanks after the size, which some servers fill up with. */
const CHUNK_SIZE = /^([0-9A-Fa-f]{1,12})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/;
const NOTHING = Buffer.alloc(0);
const LINE_END = 0x0a;

type State = 'head' | 'length' | 'rest' | 'chunk size' | 'chunk' | 'chunk end' | 'trailers' | 'over';

export function createResponseReader(): ResponseReader {
  let handler: ResponseHandler = NOBODY;
  let state: State = 'over';
  /** What has come of a head or a line that is not whole yet. */
  let held: Buffer = NOTHING;
  /** Of the body, or of the chunk. */
  let bytesLeft = 0;
  let trailerBytesLeft = 0;
  let keepAliveMs = 0;
  let isBroken = false;
  /** The last head, as it came: what is answered within a second often begins with the same, to the byte. */
  let last: { readonly wire: Buffer; readonly head: ResponseHead } | undefined;

  /** What comes after it in `bytes`; undefined: it is not whole, or no head. */
  function readHead(bytes: Buffer): Buffer | undefined {
    if (last !== undefined && held.length === 0 && beginsWith(bytes, last.wire)) {
      const { head, wire } = last;
      hand(head);
      return bytes.subarray(wire.length);
    }
    const seen = held.length;
    held = seen === 0 ? bytes : Buffer.concat([held, bytes]);
    const end = held.indexOf('\r\n\r\n', Math.max(0, seen - 3), 'latin1');
    if (end < 0 && held.length <= HEAD_BYTES_MAX) return undefined;
    const head =
      end > HEAD_BYTES_MAX || end < 0 ? undefined : parseResponseHead(held.toString('latin1', 0, end + 2));
    // Another protocol is not what was asked for.
    if (head === undefined || head.status === 101) return broken();
    const came = held;
    const rest = came.subarray(end + 4);
    held = NOTHING;
    // It announces the response that comes after it (RFC 9110 section 15.2).
    if (head.status < 200) return rest;
    last = came.length <= REMEMBERED_BYTES_MAX ? { wire: came.subarray(0, end + 4), head } : undefined;
    hand(head);
    return rest;
  }

  function hand(head: ResponseHead): void {
    ({ keepAliveMs } = head);
    if (head.framing === 'chunked') state = 'chunk size';
    else if (head.framing === 'rest') state = 'rest';
    else {
      bytesLeft = head.framing;
      state = bytesLeft === 0 ? 'over' : 'length';
    }
    handler.onHead(head.status, head.headers);
  }

  /** Hands on what belongs to the body, and answers what comes after it. */
  function readBody(bytes: Buffer, next: State): Buffer {
    const here = bytes.length <= bytesLeft ? bytes : bytes.subarray(0, bytesLeft);
    bytesLeft -= here.length;
    if (bytesLeft === 0) state = next;
    handler.onData(here);
    return bytes.subarray(here.length);
  }

  /** One line of what stands between chunks; what comes after it. */
  function readLine(bytes: Buffer): Buffer | undefined {
    const end = bytes.indexOf(LINE_END);
    const here = end < 0 ? bytes : bytes.subarray(0, end + 1);
    held = held.length === 0 ? here : Buffer.concat([held, here]);
    if (held.length > LINE_BYTES_MAX) return broken();
    if (end < 0) return undefined;
    const line = held.toString('latin1');
    held = NOTHING;
    return line.endsWith('\r\n') && takeLine(line.slice(0, -2)) ? bytes.subarray(end + 1) : broken();
  }

  function takeLine(line: string): boolean {
    if (state === 'chunk end') {
      state = 'chunk size';
      return line === '';
    }
    if (state === 'trailers') {
      trailerBytesLeft -= line.length + 2;
      if (line === '') state = 'over';
      return trailerBytesLeft >= 0;
    }
    const size = CHUNK_SIZE.exec(line)?.[1];
    if (size === undefined) return false;
    bytesLeft = Number.parseInt(size, 16);
    state = bytesLeft === 0 ? 'trailers' : 'chunk';
    trailerBytesLeft = HEAD_BYTES_MAX;
    return true;
  }

  function broken(): undefined {
    state = 'over';
    isBroken = true;
    return undefined;
  }

  function step(bytes: Buffer): Buffer | undefined {
    if (state === 'head') return readHead(bytes);
    if (state === 'length') return readBody(bytes, 'over');
    if (state === 'chunk') return readBody(bytes, 'chunk end');
    if (state !== 'rest') return readLine(bytes);
    handler.onData(bytes);
    return undefined;
  }

  return {
    begin(to) {
      handler = to;
      state = 'head';
      held = NOTHING;
      isBroken = false;
    },
    read(chunk) {
      let bytes: Buffer | undefined = chunk;
      while (bytes !== undefined && bytes.length > 0 && state !== 'over') bytes = step(bytes);
      if (state !== 'over') return 'more';
      handler = NOBODY;
      if (isBroken) return 'broken';
      // Nobody asked for what comes after a response: whatever it is, the next would be mistaken for it.
      if (bytes !== undefined && bytes.length > 0) keepAliveMs = 0;
      return 'whole';
    },
    end() {
      const isWhole = state === 'rest';
      state = 'over';
      handler = NOBODY;
      keepAliveMs = 0;
      return isWhole ? 'whole' : 'broken';
    },
    keepAliveMs: () => keepAliveMs,
  };
}

function beginsWith(bytes: Buffer, wire: Buffer): boolean {
  return bytes.length >= wire.length && wire.compare(bytes, 0, wire.length) === 0;
}

const NOBODY: ResponseHandler = { onHead() {}, onData() {} };
