// Our front beside a server of Node's: whatever comes in whatever pieces, both hear the same requests and say the same,
// to the byte. A front that ended a request elsewhere than what stands behind or before it could be made to hear requests
// that nobody sent.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cutsOf } from '../../../tools/test/cuts.ts';
import { dial, ECHO, listenFront, listenNode, type Listening } from './support.ts';

const RUNS = 600;

let front: Awaited<ReturnType<typeof listenFront>>;
let node: Awaited<ReturnType<typeof listenNode>>;
let whole = 0;
beforeAll(async () => {
  front = await listenFront({
    ...ECHO,
    handleWhole(req, res) {
      whole += 1;
      ECHO.handleWhole(req, res);
    },
  });
  node = await listenNode();
});
afterAll(async () => {
  await front.close();
  await node.close();
});

/**
 * All that it says until it ends the connection, but for the time. A piece is sent when the one before was read: it is no
 * matter of time then which of them come together. One that crosses with the end of the connection takes with it what was
 * said and not read yet: then it is asked again.
 */
async function saidBy(to: Listening, pieces: readonly string[], triesLeft = 20): Promise<string> {
  const line = await dial(to.port);
  let sent = 0;
  for (const piece of pieces) {
    if (line.hasEnded()) break;
    line.send(piece);
    sent += piece.length;
    do await new Promise((resolve) => setTimeout(resolve, 2));
    while (to.bytesReadFrom(line.port) < sent);
  }
  line.end();
  await expect.poll(() => line.isClosed(), { interval: 2 }).toBe(true);
  if (line.isReset() && triesLeft > 0) return saidBy(to, pieces, triesLeft - 1);
  return line.text().replaceAll(/^Date: .*\r\n/gm, '');
}

const mostly = <Value>(value: Value, ...others: Value[]) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constant(value) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );

const token = fc.string({
  unit: fc.constantFrom(...'abcXYZ-_.!~09'.split('')),
  minLength: 1,
  maxLength: 8,
});
const text = fc.string({ unit: mostly('a', ...' ,;="\t\xE9\xFF:\0\x7F'.split('')), maxLength: 12 });
const ending = mostly('\r\n', '\n', '\r', '\r\n ');
const field = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(token, mostly(': ', ':', ':\t ', ' :', ''), text).map((parts) => parts.join('')),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'Connection: close',
      'Connection: keep-alive',
      'Connection: Upgrade',
      'Upgrade: h2c',
      'Expect: 100-continue',
      'Set-Cookie: a=b',
      'Host: b.test',
      'Cookie: a=b',
      'Accept: a',
      'Content-Length: 3',
      'Content-Length: 3, 3',
      'Content-Length: +3',
      'Content-Length : 3',
      'Transfer-Encoding: chunked',
      'Transfer-Encoding: identity',
      'Transfer-Encoding:\tchunked',
      '__proto__: a',
      'constructor: a',
      'Trailer: a',
      'TE: trailers',
    ),
  },
);
const line = mostly(
  'POST /mcp/acme HTTP/1.1',
  'POST /mcp/acme?a=%20b HTTP/1.1',
  'GET /mcp/acme HTTP/1.1',
  'DELETE /mcp/acme HTTP/1.1',
  'OPTIONS /mcp/acme HTTP/1.1',
  'HEAD /mcp/acme HTTP/1.1',
  'POST  /mcp/acme HTTP/1.1',
  'POST /mcp/acme HTTP/1.0',
  'POST /mcp/acme HTTP/1.2',
  'POST /mcp/acme#there HTTP/1.1',
  'POST /a"b<c> HTTP/1.1',
  'POST http://a.test/mcp HTTP/1.1',
  'post /mcp/acme HTTP/1.1',
  'POST /mcp/acme',
);
const body = fc.oneof(
  fc.constantFrom('', '{}', 'abc', '3\r\nabc\r\n0\r\n\r\n', 'POST / HTTP/1.1\r\n\r\n'),
  fc.string({ unit: fc.constantFrom(...'ab\r\n0: '.split('')), maxLength: 20 }),
);
const request = fc
  .tuple(
    line,
    fc.array(fc.tuple(field, ending), { maxLength: 3 }),
    ending,
    body,
    // How far the length that is named is from the truth.
    mostly<number | undefined>(0, 1, -1, undefined, undefined),
    fc.constantFrom('Content-Length', 'content-length'),
    mostly('Host: a.test\r\n', ''),
  )
  .map(([first, fields, firstEnding, content, off, name, host]) => {
    const length = off === undefined ? '' : `${name}: ${Math.max(0, content.length + off)}\r\n`;
    const more = fields.map((one) => one.join('')).join('');
    return `${first}${firstEnding}${host}${more}${length}\r\n${content}`;
  });
/** As most clients speak: the same head again and again, but for the length. And as one speaks who knows that. */
const lengthSaid = (length: number) =>
  mostly(
    String(length),
    `0${length}`,
    `00000${length}`,
    `000000${length}`,
    ` ${length}`,
    `${length}\t`,
    `${length}x`,
    `+${length}`,
    `${length},${length}`,
    `${length}\r\nX: a`,
    `${length}\r\n\r\n`,
    String(length + 1),
    String(length * 10),
    '',
  );
const change = mostly<[number, string] | undefined>(
  undefined,
  [5, '/'],
  [20, '\n'],
  [40, ':'],
  [60, 'a'],
  [90, ''],
);
const alike = fc
  .tuple(
    token,
    text,
    fc.array(
      body.chain((content) => fc.tuple(fc.constant(content), lengthSaid(content.length), change)),
      { minLength: 2, maxLength: 4 },
    ),
  )
  .map(([name, value, each]) =>
    each.map(([content, length, changed]) => {
      const head = `POST /mcp/acme HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${length}\r\n${name}: ${value}\r\n\r\n`;
      if (changed === undefined) return head + content;
      const [at, instead] = changed;
      return head.slice(0, at) + instead + head.slice(at + 1) + content;
    }),
  );
const requests = fc.oneof(fc.array(request, { minLength: 1, maxLength: 3 }), alike);
const cuts = fc.oneof(fc.constant(undefined), fc.array(fc.nat(300), { maxLength: 3 }));

const REFUSED = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';

/**
 * Answers that are not written yet when what comes after them is refused are lost, and how many is a matter of time: of
 * two that end so, as much counts as both have said.
 */
function comparable(said: string, other: string): string {
  if (!said.endsWith(REFUSED) || !other.endsWith(REFUSED)) return said;
  const length = Math.min(said.length, other.length) - REFUSED.length;
  return said.slice(0, length) + REFUSED;
}

test('what Node hears and says, ours hears and says', async () => {
  await fc.assert(
    fc.asyncProperty(requests, cuts, async (each, places) => {
      const bytes = each.join('');
      const pieces =
        places === undefined ? each : cutsOf(bytes.length, places).map(([from, to]) => bytes.slice(from, to));
      const [ours, theirs] = await Promise.all([saidBy(front, pieces), saidBy(node, pieces)]);
      expect(comparable(ours, theirs)).toBe(comparable(theirs, ours));
    }),
    { numRuns: RUNS },
  );
  // Else nothing would have been compared.
  expect(whole).toBeGreaterThan(RUNS / 5);
});
