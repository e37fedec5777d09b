import { expect, test } from 'vitest';
import { LIMITS } from './limits.ts';
import { load } from './load.ts';

test('JSON, YAML and a YAML flow mapping are read, with or without a byte order mark', () => {
  const value = { openapi: '3.1.0' };
  for (const text of ['{"openapi":"3.1.0"}', 'openapi: 3.1.0', '{openapi: 3.1.0}', '\uFEFFopenapi: 3.1.0']) {
    expect(load(text)).toEqual({ ok: true, value });
    expect(load(Buffer.from(text))).toEqual({ ok: true, value });
  }
});

test('the last of two equal keys in JSON wins', () => {
  expect(load('{"a":1,"a":2}')).toEqual({ ok: true, value: { a: 2 } });
});

test('bytes that are not UTF-8 are refused with a hint', () => {
  expect(load(Buffer.from([0xff, 0xfe, 0x6f, 0x00]))).toMatchObject({
    ok: false,
    error: { code: 'NOT_PARSEABLE', hint: expect.stringContaining('UTF-8') as string },
  });
});

test('a document beyond the limit is not even decoded', () => {
  const bytes = new Uint8Array(LIMITS.documentBytes + 1).fill(0xff);
  expect(load(bytes)).toMatchObject({ ok: false, error: { code: 'TOO_LARGE' } });
});

test('a fault in JSON is given by line and column', () => {
  expect(load('{\n  "a": 1,\n  oops\n}')).toMatchObject({
    ok: false,
    error: { code: 'NOT_PARSEABLE', line: 3, column: 3 },
  });
});

test('YAML that is nested without end is refused, not a crash', () => {
  expect(load('['.repeat(0) + '- '.repeat(200_000) + 'x')).toMatchObject({
    ok: false,
    error: { code: 'NOT_PARSEABLE' },
  });
});

test('a tag of YAML runs nothing', () => {
  expect(load('a: !!js/function "function(){ throw 1 }"')).toEqual({
    ok: true,
    value: { a: 'function(){ throw 1 }' },
  });
});
