// Our reading of HTTP/1.1 beside undici's, which is llhttp's: whatever an upstream sends in whatever pieces, both hear the
// same, or both hear that it is no answer.
import fc from 'fast-check';
import { Client } from 'undici';
import { expect, test } from 'vitest';
import { cutsOf } from './cuts.ts';
import { rawUpstream } from './raw-upstream.ts';

const RUNS = 300;

let pieces: readonly Buffer[] = [];
const { baseUrl, send } = rawUpstream((socket) => {
  socket.once('data', () => {
    for (const piece of pieces) socket.write(piece);
    socket.end();
  });
});

async function heardByUs() {
  const answer = await send({ method: 'GET', path: '/', headers: {} });
  if (!answer.ok) return 'no answer';
  const { body, headers, status } = answer.value;
  return { status, headers: { ...headers }, body: body.toString('latin1') };
}

async function heardByUndici() {
  const client = new Client(baseUrl());
  try {
    const { body, headers, statusCode } = await client.request({ method: 'GET', path: '/' });
    return {
      status: statusCode,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, trimmed(value)])),
      body: Buffer.from(await body.arrayBuffer()).toString('latin1'),
    };
  } catch {
    return 'no answer';
  } finally {
    await client.destroy();
  }
}

/** Blanks after a value belong to it no more than those before it (RFC 9110 section 5.5); undici keeps them. */
function trimmed(value: string | string[] | undefined) {
  return Array.isArray(value) ? value.map(withoutBlanksAfter) : value && withoutBlanksAfter(value);
}

const withoutBlanksAfter = (value: string): string => value.replace(/[\t ]+$/, '');

const token = fc.string({
  unit: fc.constantFrom(...'abcdefXYZ-_.!~09'.split('')),
  minLength: 1,
  maxLength: 12,
});
const text = fc.string({ unit: fc.constantFrom(...'ab ,;="\t\xE9\xFF:'.split('')), maxLength: 20 });
const ending = fc.constantFrom('\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r');
const field = fc.oneof(
  fc.tuple(token, fc.constantFrom(':', ': ', ':\t ', ' :'), text).map((parts) => parts.join('')),
  fc.constantFrom('Content-Length: 5', 'Content-Length: 0', 'Content-Length: 500', 'content-length:5 '),
  fc.constantFrom('Transfer-Encoding: chunked', 'transfer-encoding: Chunked', 'Connection: close'),
);
const start = fc.constantFrom(
  'HTTP/1.1 200 OK',
  'HTTP/1.1 200',
  'HTTP/1.1 404 Not Found',
  'HTTP/1.0 200 OK',
  'HTTP/1.1 304 ',
  'HTTP/1.1 20 OK',
  'HTTP/3.1 200 OK',
);
const chunk = fc
  .string({ unit: fc.constantFrom(...'abc\r\n0'.split('')), minLength: 1, maxLength: 20 })
  .map((body) => `${body.length.toString(16)}\r\n${body}\r\n`);
const body = fc.oneof(
  fc.constant(''),
  fc.constant('hello'),
  fc.string({ maxLength: 10 }).filter((given) => !/[^\0-\xFF]/.test(given)),
  fc
    .tuple(
      fc.array(chunk, { maxLength: 3 }),
      fc.constantFrom('0\r\n\r\n', '0\r\nA: b\r\n\r\n', '', '0\r\n', 'zz\r\n'),
    )
    .map(([chunks, last]) => chunks.join('') + last),
);
const response = fc
  .tuple(start, fc.array(fc.tuple(field, ending), { maxLength: 4 }), ending, body)
  .map(([line, fields, first, after]) =>
    Buffer.from(`${line}${first}${fields.map((one) => one.join('')).join('')}\r\n${after}`, 'latin1'),
  );

/** RFC 9110 section 8.6: a 304 may say how long the whole would be. Undici waits for so much of it. */
function isMisread(bytes: Buffer): boolean {
  return /^HTTP\/1\.1 304 [^]*content-length/i.test(bytes.toString('latin1'));
}

test('what one hears, the other hears', async () => {
  await fc.assert(
    fc.asyncProperty(response, fc.array(fc.nat(400), { maxLength: 3 }), async (bytes, places) => {
      fc.pre(!isMisread(bytes));
      pieces = cutsOf(bytes.length, places).map(([from, to]) => bytes.subarray(from, to));
      const [ours, theirs] = [await heardByUs(), await heardByUndici()];
      expect(ours).toEqual(theirs);
    }),
    { numRuns: RUNS },
  );
});
