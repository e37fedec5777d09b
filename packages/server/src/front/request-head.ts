import type { IncomingHttpHeaders } from 'node:http';
import { withoutBlanks } from '@latchkey/tools';
import type { KnownOfHead } from '../kernel/whole-exchange.ts';

/** A request's head, read. */
export interface RequestHead {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly known: KnownOfHead;
  /** How long it is, up to and with its empty line. */
  readonly bytes: number;
  /** Of the body that follows. */
  readonly bodyBytes: number;
}

/** One that was read, as it stands on the wire. */
export interface SeenHead {
  readonly head: RequestHead;
  readonly wire: Buffer;
  /** Where the length of the body is said: from its first digit to behind its last. Both 0: nowhere. */
  readonly lengthAt: number;
  readonly lengthEnd: number;
}

const BEGINNINGS = ['POST /', 'GET /', 'DELETE /', 'OPTIONS /'];
/**
 * RFC 9112 sections 3 and 5, and much less than they allow: lines that end with CRLF, a path for a target, a name right
 * before each colon, nothing folded, and nothing in a value but what can be seen, blanks and Latin-1.
 */
const HEAD =
  /^(?:POST|GET|DELETE|OPTIONS) \/[\w.~!$&'()*+,;=:@%/?-]* HTTP\/1\.1\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)+$/;
const LENGTH_LINE = /\r\ncontent-length: ?(\d{1,6})\r\n/i;
const LENGTH_DIGITS_MAX = 6;
const HEAD_BYTES_MAX = 8 * 1024;

/** What says something about the connection or about where the request ends, and what Node makes a list of. */
const NEVER = [
  'expect',
  'http2-settings',
  'proxy-connection',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/**
 * Reads the head of a request that is nothing special. What this takes, Node's own parser takes for the same request
 * (`test/front/oracle.test.ts`); whatever could mean two things is `other`, and `more` is what may become one.
 */
export function readHead(bytes: Buffer): SeenHead | 'more' | 'other' {
  const end = bytes.indexOf('\r\n\r\n', 0, 'latin1');
  if (end < 0) return bytes.length <= HEAD_BYTES_MAX && beginsWell(bytes) ? 'more' : 'other';
  if (end > HEAD_BYTES_MAX) return 'other';
  const text = bytes.toString('latin1', 0, end + 2);
  if (!HEAD.test(text)) return 'other';
  const headers = readHeaders(text);
  if (headers === undefined || !isForEveryDay(headers)) return 'other';
  const method = text.slice(0, text.indexOf(' '));
  const length = lengthOf(method, text, headers);
  if (length === undefined) return 'other';
  const { bodyBytes, lengthAt, lengthEnd } = length;
  const url = text.slice(method.length + 1, text.indexOf(' HTTP/1.1\r\n'));
  const head = { method, url, headers, known: { presented: undefined }, bytes: end + 4, bodyBytes };
  return { head, wire: bytes.subarray(0, head.bytes), lengthAt, lengthEnd };
}

/**
 * The head of a request that says, to the byte, what one before it on its connection said, but perhaps for the length of
 * its body: who speaks to us says nearly always the same about itself. Undefined: it has to be read.
 */
export function headAgain(
  bytes: Buffer,
  { head, lengthAt, lengthEnd, wire }: SeenHead,
): RequestHead | undefined {
  if (isThere(wire, 0, wire.length, bytes, 0)) return head;
  if (!isThere(wire, 0, lengthAt, bytes, 0)) return undefined;
  const { end, value } = readDigits(bytes, lengthAt);
  if (end === lengthAt || end - lengthAt > LENGTH_DIGITS_MAX) return undefined;
  if (!isThere(wire, lengthEnd, wire.length, bytes, end)) return undefined;
  const length = bytes.toString('latin1', lengthAt, end);
  return {
    ...head,
    headers: { ...head.headers, 'content-length': length },
    bytes: end + wire.length - lengthEnd,
    bodyBytes: value,
  };
}

/** Whether `bytes` has from `at` on what `of` has from `from` to `to`. */
function isThere(of: Buffer, from: number, to: number, bytes: Buffer, at: number): boolean {
  const end = at + to - from;
  return bytes.length >= end && of.compare(bytes, at, end, from, to) === 0;
}

function readDigits(bytes: Buffer, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let end = from;
  for (; end - from <= LENGTH_DIGITS_MAX; end += 1) {
    const digit = (bytes[end] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return { value, end };
}

function beginsWell(bytes: Buffer): boolean {
  return BEGINNINGS.some((line) => line.startsWith(bytes.toString('latin1', 0, line.length)));
}

/** Undefined: something stands there twice, or would be no member but what objects inherit from. */
function readHeaders(text: string): IncomingHttpHeaders | undefined {
  const headers: Record<string, string> = {};
  let at = text.indexOf('\r\n') + 2;
  while (at < text.length) {
    const colon = text.indexOf(':', at);
    const end = text.indexOf('\r\n', colon);
    const name = text.slice(at, colon).toLowerCase();
    // Not `in`, which leaves compiled code to find that something is not there.
    if (headers[name] !== undefined) return undefined;
    headers[name] = withoutBlanks(text, colon + 1, end);
    at = end + 2;
  }
  return headers;
}

function isForEveryDay(headers: IncomingHttpHeaders): boolean {
  const { connection, host } = headers;
  if (host === undefined) return false;
  if (connection !== undefined && connection.toLowerCase() !== 'keep-alive') return false;
  return NEVER.every((name) => headers[name] === undefined);
}

/** RFC 9110 section 8.6: only a POST says how long its body is, and here it has to. */
function lengthOf(
  method: string,
  text: string,
  headers: IncomingHttpHeaders,
): { bodyBytes: number; lengthAt: number; lengthEnd: number } | undefined {
  if (method !== 'POST')
    return headers['content-length'] === undefined ? { bodyBytes: 0, lengthAt: 0, lengthEnd: 0 } : undefined;
  const line = LENGTH_LINE.exec(text);
  const digits = line?.[1];
  if (line === null || digits === undefined) return undefined;
  const lengthAt = text.indexOf(digits, line.index + '\r\ncontent-length:'.length);
  return { bodyBytes: Number(digits), lengthAt, lengthEnd: lengthAt + digits.length };
}
