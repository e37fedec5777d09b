import type { IncomingHttpHeaders } from 'node:http';
import { withoutBlanks } from '@latchkey/tools';

/** A request as it stands on the wire, read. */
export interface ReadRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** `more`: as far as it goes it may be one. `other`: it is none, or none for every day; somebody else reads it. */
export type Reading = ReadRequest | 'more' | 'other';

const BEGINNINGS = ['POST /', 'GET /', 'DELETE /', 'OPTIONS /'];
/**
 * RFC 9112 sections 3 and 5, and much less than they allow: lines that end with CRLF, a path for a target, a name right
 * before each colon, nothing folded, and nothing in a value but what can be seen, blanks and Latin-1.
 */
const HEAD =
  /^(?:POST|GET|DELETE|OPTIONS) \/[\w.~!$&'()*+,;=:@%/?-]* HTTP\/1\.1\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)+$/;
const LENGTH = /^\d{1,6}$/;
const HEAD_BYTES_MAX = 8 * 1024;
const BODY_BYTES_MAX = 64 * 1024;

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
 * Reads a request that is nothing special, with a body if it is a POST, and is all there, to its last byte and not
 * beyond. What this takes, Node's own parser takes for the same request (`test/front/oracle.test.ts`); whatever could mean
 * two things is `other`.
 */
export function readWholeRequest(bytes: Buffer): Reading {
  const end = bytes.indexOf('\r\n\r\n', 0, 'latin1');
  if (end < 0) return bytes.length <= HEAD_BYTES_MAX && beginsWell(bytes) ? 'more' : 'other';
  if (end > HEAD_BYTES_MAX) return 'other';
  const text = bytes.toString('latin1', 0, end + 2);
  if (!HEAD.test(text)) return 'other';
  const headers = readHeaders(text);
  if (headers === undefined || !isForEveryDay(headers)) return 'other';
  const method = text.slice(0, text.indexOf(' '));
  const length = lengthOf(method, headers);
  if (length === undefined) return 'other';
  const bodyBytes = bytes.length - end - 4;
  if (length > BODY_BYTES_MAX || bodyBytes > length) return 'other';
  if (bodyBytes < length) return 'more';
  return {
    method,
    url: text.slice(method.length + 1, text.indexOf(' HTTP/1.1\r\n')),
    headers,
    body: bytes.subarray(end + 4),
  };
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
function lengthOf(method: string, { 'content-length': length }: IncomingHttpHeaders): number | undefined {
  if (method !== 'POST') return length === undefined ? 0 : undefined;
  return length !== undefined && LENGTH.test(length) ? Number(length) : undefined;
}
