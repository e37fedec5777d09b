import { expect, test } from 'vitest';
import { createResponseReader } from './response-reader.ts';

interface Heard {
  readonly status?: number | undefined;
  readonly headers?: unknown;
  readonly body: string;
  readonly progress: string;
  readonly keepAliveMs?: number | undefined;
}

/** What is heard of a response that comes in these pieces; `ends`: the connection ends after it. */
function readPieces(pieces: readonly Buffer[], ends = false, reader = createResponseReader()): Heard {
  let status: number | undefined;
  let headers: unknown;
  let body = '';
  reader.begin({
    onHead(code, received) {
      status = code;
      headers = received;
    },
    onData: (chunk) => void (body += chunk.toString('latin1')),
  });
  let progress = 'more';
  for (const piece of pieces) {
    progress = reader.read(piece);
    if (progress !== 'more') break;
  }
  if (progress === 'more' && ends) progress = reader.end();
  return progress === 'whole'
    ? { status, headers, body, progress, keepAliveMs: reader.keepAliveMs() }
    : { status, headers, body, progress };
}

/** Wherever it is cut, the same is heard. */
function read(text: string, ends = false): Heard {
  const bytes = Buffer.from(text, 'latin1');
  const whole = readPieces([bytes], ends);
  for (let at = 1; at < bytes.length; at += 1)
    expect(readPieces([bytes.subarray(0, at), bytes.subarray(at)], ends)).toEqual(whole);
  expect(
    readPieces(
      Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)),
      ends,
    ),
  ).toEqual(whole);
  return whole;
}

const OK = 'HTTP/1.1 200 OK\r\n';
const kept = { progress: 'whole', keepAliveMs: 4_000 };

test('a body of so many bytes', () => {
  expect(read(`${OK}Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello`)).toEqual({
    ...kept,
    status: 200,
    headers: { 'content-type': 'text/plain', 'content-length': '5' },
    body: 'hello',
  });
});

test('a body in chunks, with what else may stand there', () => {
  const chunks = '5\r\nhello\r\nA;name="a;b"\r\n, world!!!\r\n1 \r\n.\r\n0\r\nX-Sum: 1\r\n\r\n';
  expect(read(`${OK}Transfer-Encoding: gzip, Chunked\r\n\r\n${chunks}`)).toMatchObject({
    ...kept,
    body: 'hello, world!!!.',
  });
});

test('a body that is all that comes', () => {
  expect(read(`${OK}\r\nall of it`, true)).toMatchObject({
    progress: 'whole',
    body: 'all of it',
    keepAliveMs: 0,
  });
  expect(read(`${OK}\r\nall of it`)).toMatchObject({ progress: 'more', body: 'all of it' });
  expect(read(`${OK}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`, true)).toMatchObject({
    progress: 'whole',
    body: '0\r\n\r\n',
    keepAliveMs: 0,
  });
});

test.each(['204 No Content', '304 Not Modified', '200 OK\r\nContent-Length: 0'])('no body: %j', (start) => {
  expect(read(`HTTP/1.1 ${start}\r\n\r\n`)).toMatchObject({ ...kept, body: '' });
});

test('what announces a response is none', () => {
  const announced = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
  expect(read(`${announced}${OK}Content-Length: 2\r\n\r\nhi`)).toEqual({
    ...kept,
    status: 200,
    headers: { 'content-length': '2' },
    body: 'hi',
  });
});

test('headers that come twice are a list, and none is more than a header', () => {
  const lines =
    'Set-Cookie: a\r\nset-cookie: \t b \r\n__proto__: x\r\nconstructor: y\r\nX: \xA0\xFF\r\nEmpty:\r\n';
  const { headers } = read(`${OK}${lines}Content-Length: 0\r\n\r\n`);
  expect(headers).toEqual({
    'set-cookie': ['a', 'b'],
    constructor: 'y',
    x: '\xA0\xFF',
    empty: '',
    'content-length': '0',
  });
  expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
});

test.each([
  ['Connection: close', 0],
  ['Connection: Keep-Alive, Close', 0],
  ['Connection: close, X-A', 0],
  ['Connection: closed', 4_000],
  ['Keep-Alive: timeout=5, max=100', 4_000],
  ['Keep-Alive: timeout=1', 0],
  ['Keep-Alive: timeout=75', 74_000],
  ['Keep-Alive: timeout=999999999', 600_000],
  ['Keep-Alive: max=3', 4_000],
])('%s: kept for %d ms', (line, ms) => {
  expect(read(`${OK}${line}\r\nContent-Length: 0\r\n\r\n`).keepAliveMs).toBe(ms);
});

test.each([
  ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi'],
  ['with something after it', `${OK}Content-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\n\r\n`],
  ['without content that has a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n'],
  ['without content that has chunks', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['of nothing new that has chunks', 'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n'],
])('an answer %s is the last of its connection', (_, text) => {
  const bytes = Buffer.from(text, 'latin1');
  expect(readPieces([bytes])).toMatchObject({ progress: 'whole', keepAliveMs: 0 });
});

test.each([
  ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
  ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
  ['no status', 'HTTP/1.1 OK\r\n\r\n'],
  ['a status that is none', 'HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n'],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'],
  ['a folded line', `${OK}X-A: 1\r\n 2\r\nContent-Length: 0\r\n\r\n`],
  ['a blank before the colon', `${OK}Content-Length : 0\r\n\r\n`],
  ['a line without a colon', `${OK}Content-Length\r\n\r\n`],
  ['a control character', `${OK}X-A: a\x01b\r\nContent-Length: 0\r\n\r\n`],
  ['a bare carriage return', `${OK}X-A: a\rContent-Length: 0\r\n\r\n`],
  ['a bare line feed', `${OK}X-A: a\nContent-Length: 0\r\n\r\n`],
  ['a length and chunks', `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['two lengths', `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`],
  ['a list of lengths', `${OK}Content-Length: 5, 5\r\n\r\nhello`],
  ['a length below nothing', `${OK}Content-Length: -5\r\n\r\nhello`],
  ['a length in hexadecimal', `${OK}Content-Length: 0x5\r\n\r\nhello`],
  ['a length beyond counting', `${OK}Content-Length: 9999999999999999999\r\n\r\nhello`],
  ['a chunk size that is none', `${OK}Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n`],
  ['a chunk size with 0x', `${OK}Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n`],
  ['a chunk size beyond counting', `${OK}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nhello`],
  ['a chunk that is longer than it says', `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n`],
  ['a chunk line that ends with a line feed', `${OK}Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n`],
  ['a trailer that ends with a line feed', `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\n\r\n`],
])('%s is no answer', (_, text) => {
  expect(read(text).progress).toBe('broken');
});

test.each([
  ['a head', `${OK}${'X-A: b\r\n'.repeat(3_000)}\r\n`],
  ['a head without an end', `${OK}X-A: ${'b'.repeat(20_000)}`],
  ['the line of a chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n5;${'a'.repeat(5_000)}\r\n`],
  ['trailers', `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n${'X-A: b\r\n'.repeat(3_000)}\r\n`],
])('%s that is too long is no answer', (_, text) => {
  expect(readPieces([Buffer.from(text)]).progress).toBe('broken');
});

test.each([
  ['a head', OK],
  ['a body', `${OK}Content-Length: 5\r\n\r\nhell`],
  ['a chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhell`],
  ['the last chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`],
  ['the trailers', `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n`],
])('what ends in the middle of %s is broken', (_, text) => {
  expect(read(text, true).progress).toBe('broken');
});

test('nothing is handed on after whoever reads has had enough', () => {
  const reader = createResponseReader();
  const heard: string[] = [];
  reader.begin({
    onHead: () => void reader.end(),
    onData: (chunk) => void heard.push(chunk.toString()),
  });
  reader.read(Buffer.from(`${OK}Content-Length: 5\r\n\r\nhello`));
  expect(heard).toEqual([]);
});

test('a head that says the same again, or nearly, is heard as it is said', () => {
  const head = (more: string, length: number | string): string =>
    `${OK}Date: Mon, 23 Nov 2026 10:00:00 GMT\r\n${more}Content-Length: ${length}\r\n\r\n`;
  const texts = [
    `${head('', 5)}hello`,
    `${head('', 5)}again`,
    `${head('', 6)}longer`,
    `${head('', 6)}HTTP/1`,
    `${head('X: a\r\n', 2)}ok`,
    `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n`,
    `HTTP/1.1 204 No Content\r\n\r\n`,
    `HTTP/1.1 204 No Content\r\n\r\n`,
    `HTTP/1.1 100 Continue\r\n\r\n${head('', 5)}hello`,
    `${head('', 5)}world`,
    `${OK}Content-Length: 9000\r\n\r\n${'a'.repeat(9000)}`,
    `${OK}Content-Length: 9000\r\n\r\n${'b'.repeat(9000)}`,
  ];
  for (const cut of [undefined, 1, 20, 60, 100]) {
    const reader = createResponseReader();
    for (const text of texts) {
      const bytes = Buffer.from(text, 'latin1');
      const pieces = cut === undefined ? [bytes] : [bytes.subarray(0, cut), bytes.subarray(cut)];
      expect(readPieces(pieces, false, reader)).toEqual(readPieces([bytes]));
    }
  }
});
