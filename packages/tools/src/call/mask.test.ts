import { expect, test } from 'vitest';
import type { CredentialParts } from './credential-parts.ts';
import { maskOf } from './mask.ts';

const SECRET = 'aabaabac"/é secret';
const mask = maskOf({ headers: { 'x-key': SECRET }, isLasting: true });
if (mask === undefined) throw new Error('no mask');

const SPELLINGS = [
  SECRET,
  JSON.stringify(SECRET).slice(1, -1),
  JSON.stringify(SECRET).slice(1, -1).replaceAll('/', '\\/'),
  encodeURIComponent(SECRET),
];

test('a body that comes in two pieces is covered wherever it is cut, and keeps its length', () => {
  const text = `aabaab ${SPELLINGS.join(' aab|')} aabaaba`;
  const whole = Buffer.from(text);
  const covered = mask.bytes(whole);
  expect(covered.length).toBe(whole.length);
  for (const spelling of SPELLINGS) expect(covered.toString()).not.toContain(spelling);
  for (let cut = 0; cut <= whole.length; cut += 1) {
    const stream = mask.stream();
    const pieces = [stream.push(whole.subarray(0, cut)), stream.push(whole.subarray(cut)), stream.end()];
    expect(Buffer.concat(pieces).toString()).toBe(covered.toString());
  }
});

test('a body that comes byte by byte is covered, and nothing is held back that is not the beginning of a secret', () => {
  const whole = Buffer.from(`data: ${SECRET}\n\ndata: nothing\n\n`);
  const stream = mask.stream();
  const pieces = [...whole].map((byte) => stream.push(Buffer.from([byte])));
  // An event's end is passed on with it: who reads a stream waits for nothing.
  expect(pieces.at(-1)?.toString()).toBe('\n');
  const shown = Buffer.concat([...pieces, stream.end()]).toString();
  expect(shown).toBe(`data: ${'*'.repeat(Buffer.byteLength(SECRET))}\n\ndata: nothing\n\n`);
});

const PAIR = Buffer.from('person:passw0rd').toString('base64');

test.each<[CredentialParts, string[]]>([
  [{ headers: { authorization: 'Bearer abcdefgh' } }, ['abcdefgh']],
  [{ headers: { authorization: `Basic ${PAIR}` } }, [PAIR, 'person:passw0rd', 'passw0rd']],
  [{ headers: { 'x-key': 'Basic abcdefgh' } }, ['Basic abcdefgh']],
  [{ headers: { 'x-key': 'abcdef' } }, ['abcdef']],
  [{ headers: {}, query: 'key=a%2Fb%20cdefg' }, ['a%2Fb%20cdefg', 'a/b cdefg', 'a\\/b cdefg']],
])('of %j is covered, but for its scheme and its name: %j', (parts, secrets) => {
  const { text } = maskOf({ ...parts, isLasting: true }) ?? { text: String };
  for (const secret of secrets)
    expect(text(`Bearer key= ${secret} was`)).toBe(`Bearer key= ${'*'.repeat(secret.length)} was`);
});

test('the memory of an answer is not written to', () => {
  const whole = Buffer.from(`x ${SECRET} y`);
  const before = Buffer.from(whole);
  mask.bytes(whole);
  expect(whole.equals(before)).toBe(true);
});

test('what is good for one call alone is not looked for, nor is what is too short to be told apart', () => {
  expect(maskOf({ headers: { authorization: 'Bearer abcdefgh' } })).toBeUndefined();
  const short = maskOf({ headers: { 'x-key': 'abc' }, isLasting: true });
  expect(short?.text('abc def')).toBe('abc def');
});
