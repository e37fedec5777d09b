import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEventParser, type ServerSentEvent } from './event-stream-parser.ts';

const KB = 1024;

function read(chunks: readonly (string | Buffer)[], bytesMax = 64 * KB) {
  const events: ServerSentEvent[] = [];
  const parser = createEventParser({ bytesMax, onEvent: (event) => events.push(event) });
  const taken = chunks.map((chunk) => parser.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
  return { events, isWhole: taken.every(Boolean) };
}

const datas = (text: string) => read([text]).events.map(({ data }) => data);

describe('what a stream says is read as the standard says', () => {
  test.each<[string, string, ServerSentEvent[]]>([
    ['one line', 'data: a\n\n', [{ event: 'message', data: 'a', id: undefined, retryMs: undefined }]],
    [
      'its name and id',
      'event: endpoint\nid: 7\ndata: /m\n\n',
      [{ event: 'endpoint', data: '/m', id: '7', retryMs: undefined }],
    ],
    [
      'an id and a time without data',
      'id: 7\nretry: 500\ndata:\n\n',
      [{ event: 'message', data: '', id: '7', retryMs: 500 }],
    ],
    ['an id alone', 'id: 7\n\n', [{ event: 'message', data: '', id: '7', retryMs: undefined }]],
    [
      'a name alone is nothing',
      'event: x\n\ndata: a\n\n',
      [{ event: 'message', data: 'a', id: undefined, retryMs: undefined }],
    ],
    [
      'an id with a NUL is none',
      'id: a\0b\ndata: a\n\n',
      [{ event: 'message', data: 'a', id: undefined, retryMs: undefined }],
    ],
    [
      'a time that is no number is none',
      'retry: 5s\ndata: a\n\n',
      [{ event: 'message', data: 'a', id: undefined, retryMs: undefined }],
    ],
    [
      'fields that nobody knows',
      'fetch: http://10.0.0.1\ndata: a\n\n',
      [{ event: 'message', data: 'a', id: undefined, retryMs: undefined }],
    ],
  ])('%s', (_, text, expected) => {
    expect(read([text]).events).toEqual(expected);
  });

  test.each<[string, string, string[]]>([
    ['several lines of data are one', 'data: a\ndata: b\n\n', ['a\nb']],
    ['empty lines of data count', 'data\ndata\n\n', ['\n']],
    ['only one space after the colon goes', 'data:  a\ndata:b\n\n', [' a\nb']],
    ['CRLF', 'data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n', ['a\nb', 'c']],
    ['CR', 'data: a\rdata: b\r\rdata: c\r\r', ['a\nb', 'c']],
    ['all mixed', 'data: a\rdata: b\r\n\ndata: c\n\r', ['a\nb', 'c']],
    ['comments', ': hello\n\n:\ndata: a\n: in between\ndata: b\n\n', ['a\nb']],
    ['a byte order mark at the start', '\uFEFFdata: a\n\n', ['a']],
    ['a byte order mark later on is no such thing', 'data: a\n\n\uFEFFdata: b\n\ndata: c\n\n', ['a', 'c']],
    ['separators of lines that only Unicode knows', 'data: a\u2028b\u0085c\n\n', ['a\u2028b\u0085c']],
    ['an event that is not finished was not sent', 'data: a\n\ndata: b\n', ['a']],
  ])('%s', (_, text, expected) => {
    expect(datas(text)).toEqual(expected);
  });

  test('a colon in the value stays', () => {
    expect(datas('data: {"a":1}\n\n')).toEqual(['{"a":1}']);
  });
});

const STREAM = Buffer.from(
  '\uFEFF: hi\r\nevent: endpoint\r\ndata: /m?s=1\r\n\r\nid: 1\rdata: Grüße 👋\rdata: 日本\r\rdata: x\n\n',
);

test('it does not matter where the pieces of a stream are cut, not even within a character', () => {
  const whole = read([STREAM]).events;
  expect(whole.map(({ data }) => data)).toEqual(['/m?s=1', 'Grüße 👋\n日本', 'x']);
  expect(read([...STREAM].map((byte) => Buffer.from([byte]))).events).toEqual(whole);
  fc.assert(
    fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 8 }), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
      const chunks = at.slice(1).map((end, index) => STREAM.subarray(at[index], end));
      expect(read(chunks).events).toEqual(whole);
    }),
  );
});

describe('a stream that would fill the memory is stopped', () => {
  const long = 'x'.repeat(70 * KB);

  test.each<[string, string[]]>([
    ['by one line without an end', [long]],
    ['by one line without an end, in pieces', Array.from({ length: 70 }, () => 'x'.repeat(KB))],
    ['by a comment without an end', [`:${long}`]],
    ['by a whole line', [`data: ${long}\n\n`]],
    ['by many lines of one event', Array.from({ length: 70 }, () => `data: ${'x'.repeat(KB)}\n`)],
    ['by fields that nobody knows', Array.from({ length: 70 }, () => `other: ${'x'.repeat(KB)}\n`)],
    ['by very many empty lines of data', ['data\n'.repeat(20 * KB)]],
  ])('%s', (_, chunks) => {
    const { events, isWhole } = read([...chunks, '\n\n', 'data: later\n\n']);
    expect(isWhole).toBe(false);
    expect(events).toEqual([]);
  });

  test('but events that are each small enough go on for ever', () => {
    const { events, isWhole } = read(
      Array.from({ length: 300 }, () => `: ${'x'.repeat(KB)}\ndata: ${'y'.repeat(KB)}\n\n`),
    );
    expect([events.length, isWhole]).toEqual([300, true]);
  });
});
