import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTraceparent, newSpanId, newTraceId, parseTraceparent } from './traceparent.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const GLYPHS = '0123456789abcdefABCDEF-, \n'.split('');

test.each([
  ['00', '01', true],
  ['00', '00', false],
  ['00', '03', true],
  ['00', 'fe', false],
  ['01', '01', true],
])('version %s with flags %s is read', (version, flags, isSampled) => {
  expect(parseTraceparent(`${version}-${TRACE}-${SPAN}-${flags}`)).toEqual({
    traceId: TRACE,
    spanId: SPAN,
    isSampled,
  });
});

test('a later version may say more, which is not looked at', () => {
  expect(parseTraceparent(`cc-${TRACE}-${SPAN}-01-what-comes`)).toMatchObject({ traceId: TRACE });
});

test('whatever comes as the header, what we send on is well-formed', () => {
  const near = fc
    .tuple(fc.constantFrom(...GLYPHS), fc.string({ maxLength: 8 }), fc.nat(60))
    .map(([digit, text, at]) => {
      const right = `00-${TRACE}-${SPAN}-01`;
      return right.slice(0, at) + digit + text + right.slice(at + 1);
    });
  const property = fc.property(fc.oneof(fc.string(), near), (header) => {
    const read = parseTraceparent(header);
    if (read === undefined) return;
    expect(formatTraceparent(read)).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]$/);
  });
  expect(fc.check(property)).toMatchObject({ failed: false });
});

test('ids of our own are as they must be, and no two are the same', () => {
  const ids = Array.from({ length: 1000 }, () => [newTraceId(), newSpanId()] as const);
  for (const [traceId, spanId] of ids) {
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(spanId).toMatch(/^[0-9a-f]{16}$/);
  }
  expect(new Set(ids.map(([traceId]) => traceId)).size).toBe(1000);
});
