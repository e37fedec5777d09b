import type { ResponseHeaders } from '../types.ts';
import { withoutBlanks } from './blanks.ts';

/** How much of a connection is the body (RFC 9112 section 6.3): so many bytes, chunks, or all that still comes. */
export type Framing = number | 'chunked' | 'rest';

export interface ResponseHead {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly framing: Framing;
  /** How long the connection may be kept for another request; 0: not at all. */
  readonly keepAliveMs: number;
}

/** RFC 9112 sections 4 and 5: lines that end with CRLF, with nothing before a colon but a name, and nothing folded. */
const HEAD =
  /^HTTP\/1\.[01] \d{3}(?: [\t\x20-\x7e\x80-\xff]*)?\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*$/;

const LENGTH = /^\d{1,15}$/;
const LAST_CODING = /(?:^|[,\s])([^,\s]*)$/;

/** Who names no time keeps a connection for five seconds and more, as servers go. */
export const KEEP_ALIVE_MS = 4_000;
const KEEP_ALIVE_MS_MAX = 600_000;
/** Before the time that a server names, so that nothing is sent on what is just being closed. */
const KEEP_ALIVE_MARGIN_MS = 1_000;

/** `text` is latin1 and ends with the CRLF of its last line. Undefined: this is no head, or one that says two things. */
export function parseResponseHead(text: string): ResponseHead | undefined {
  if (!HEAD.test(text)) return undefined;
  const status = Number(text.slice(9, 12));
  const headers = headersOf(text);
  const framing = framingOf(status, headers);
  if (status < 100 || framing === undefined) return undefined;
  const isKept = framing !== 'rest' && text.startsWith('HTTP/1.1') && !promisesTooMuch(status, headers);
  return { status, headers, framing, keepAliveMs: isKept ? keepAliveMsOf(headers) : 0 };
}

/**
 * A 204 that says how long it is, or a 304 with chunks: some send so much after it, some nothing, and some close the
 * connection.
 */
function promisesTooMuch(status: number, headers: ResponseHeaders): boolean {
  if (status === 304) return headers['transfer-encoding'] !== undefined;
  return status === 204 && (headers['content-length'] ?? headers['transfer-encoding']) !== undefined;
}

function headersOf(text: string): ResponseHeaders {
  const headers: Record<string, string | string[]> = {};
  let at = text.indexOf('\r\n') + 2;
  while (at < text.length) {
    const colon = text.indexOf(':', at);
    const end = text.indexOf('\r\n', colon);
    add(headers, text.slice(at, colon).toLowerCase(), withoutBlanks(text, colon + 1, end));
    at = end + 2;
  }
  return headers;
}

function add(headers: Record<string, string | string[]>, name: string, value: string): void {
  // It would be no member, but what the object inherits from.
  if (name === '__proto__') return;
  const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (before === undefined) headers[name] = value;
  else if (typeof before === 'string') headers[name] = [before, value];
  else before.push(value);
}

function framingOf(status: number, headers: ResponseHeaders): Framing | undefined {
  const { 'content-length': length, 'transfer-encoding': codings } = headers;
  // Whoever says both may mean one reader by the one and another by the other (RFC 9112 section 6.1).
  if (codings !== undefined && length !== undefined) return undefined;
  if (status < 200 || status === 204 || status === 304) return 0;
  if (codings !== undefined) {
    const last = LAST_CODING.exec(codings.toString())?.[1] ?? '';
    return last.toLowerCase() === 'chunked' ? 'chunked' : 'rest';
  }
  if (length === undefined) return 'rest';
  return typeof length === 'string' && LENGTH.test(length) ? Number(length) : undefined;
}

function keepAliveMsOf({ connection, 'keep-alive': keepAlive }: ResponseHeaders): number {
  if (connection !== undefined && /(?:^|[,\s])close(?:$|[,\s])/i.test(connection.toString())) return 0;
  if (keepAlive === undefined) return KEEP_ALIVE_MS;
  const seconds = /timeout=(\d{1,9})/i.exec(keepAlive.toString())?.[1];
  if (seconds === undefined) return KEEP_ALIVE_MS;
  return Math.max(0, Math.min(Number(seconds) * 1_000 - KEEP_ALIVE_MARGIN_MS, KEEP_ALIVE_MS_MAX));
}
