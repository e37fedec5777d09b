import { expect, test } from 'vitest';
import { requestHead } from './request-head.ts';

const LINE = { method: 'GET', host: 'api.example.com', target: '/items?id=1' };

test('is the request line, what the connection needs, and the headers that were given', () => {
  expect(requestHead(LINE, ['accept', 'application/json', 'x-a', 'b c'], 0)).toBe(
    'GET /items?id=1 HTTP/1.1\r\nhost: api.example.com\r\nconnection: keep-alive\r\naccept: application/json\r\nx-a: b c\r\n\r\n',
  );
});

test.each([
  ['GET', 0, undefined],
  ['DELETE', 0, undefined],
  ['POST', 0, 'content-length: 0'],
  ['PATCH', 0, 'content-length: 0'],
  ['PUT', 12, 'content-length: 12'],
])('%s with %d bytes of a body says %s', (method, bytes, said) => {
  const head = requestHead({ ...LINE, method }, [], bytes) ?? '';
  expect(head.split('\r\n').find((line) => line.startsWith('content-length'))).toBe(said);
});

test.each(['HEAD', 'CONNECT', 'TRACE', 'get', 'GET /evil HTTP/1.1\r\nx: y', ''])(
  'the method %j is not for every day',
  (method) => {
    expect(requestHead({ ...LINE, method }, [], 0)).toBeUndefined();
  },
);

test.each(['GET', 'DELETE', 'OPTIONS'])('%s with a body is not for every day', (method) => {
  expect(requestHead({ ...LINE, method }, [], 3)).toBeUndefined();
});

// Ā and Ċ end in the bytes of NUL and of a line feed, which is what latin1 would make of them.
test.each(['/a b', '/a\r\nhost: evil', '/a\n', '/a\0', '/\u010A', '/\u0100', 'a', '', 'http://evil/'])(
  'the target %j is none',
  (target) => {
    expect(requestHead({ ...LINE, target }, [], 0)).toBeUndefined();
  },
);

test.each(['a\r\nx: y', 'a\nb', 'a\rb', 'a\0b', 'a\u010Ab', 'a\u{1F600}', 'a\x7Fb'])(
  'the value %j is none',
  (value) => {
    expect(requestHead(LINE, ['x-a', value], 0)).toBeUndefined();
  },
);

test.each(['x a', 'x:', 'x\r\ny', '', 'ü', 'x\u010A'])('the name %j is none', (name) => {
  expect(requestHead(LINE, [name, 'b'], 0)).toBeUndefined();
});

test.each([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'expect',
  'te',
  'trailer',
])('what %s says of the connection is left to others', (name) => {
  expect(requestHead(LINE, [name, '1'], 0)).toBeUndefined();
});
