const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** RFC 9110 section 8.6: a request with one of these says so if it has no body. */
const EXPECT_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);
/** What a header says about the connection, or about where the request ends. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const TARGET = /^\/[\x21-\x7e\x80-\xff]*$/;
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export interface RequestLine {
  readonly method: string;
  /** With its port, if that is not the scheme's. */
  readonly host: string;
  /** The path and its query, encoded. */
  readonly target: string;
}

/**
 * Request line and headers as they are written, in latin1 (RFC 9112 sections 3 and 5). `headers` is flat: name, value,
 * name, value. Undefined: there is something in it that is not for every day, or for no day.
 */
export function requestHead(
  { host, method, target }: RequestLine,
  headers: readonly string[],
  bodyBytes: number,
): string | undefined {
  if (!METHODS.has(method) || !TARGET.test(target)) return undefined;
  // A server that expects none may take the body for the next request: its connection must not be used again.
  if (bodyBytes > 0 && !EXPECT_BODY.has(method)) return undefined;
  let head = `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    const value = headers[at + 1] ?? '';
    if (!isSendable(name) || !VALUE.test(value)) return undefined;
    head += `${name}: ${value}\r\n`;
  }
  if (EXPECT_BODY.has(method)) head += `content-length: ${bodyBytes}\r\n`;
  return `${head}\r\n`;
}

// Nearly every header has one of a few names: they are looked at once.
const sendable = new Set<string>();
const SENDABLE_MAX = 1_000;

/** In lower case already: `OF_THE_CONNECTION` would not know it otherwise. */
function isSendable(name: string): boolean {
  if (sendable.has(name)) return true;
  if (OF_THE_CONNECTION.has(name) || !NAME.test(name)) return false;
  if (sendable.size < SENDABLE_MAX) sendable.add(name);
  return true;
}
