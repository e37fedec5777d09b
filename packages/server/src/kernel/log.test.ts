import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLog } from './log.ts';

const KEY = `lk_live_${'aB3'.repeat(16)}z`;
const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJl';
const REFRESH_TOKEN = 'Zk9-_'.repeat(8) + 'abc';
const SECRETS = [KEY, JWT, REFRESH_TOKEN, 'hunter2-hunter2'];

function capture(level = 'debug') {
  const lines: string[] = [];
  return { log: createLog(level, { write: (line) => void lines.push(line) }), lines };
}

test.each([
  ['by its name', { password: 'hunter2-hunter2' }],
  [
    'by its name, in another spelling',
    { 'Client-Secret': 'hunter2-hunter2', access_token: 'hunter2-hunter2' },
  ],
  ['deep inside', { a: { b: [{ headers: { Authorization: 'hunter2-hunter2' } }] } }],
  ['a key in a sentence', { error: `the key ${KEY} is not good` }],
  ['a token in a sentence', { error: `cannot read ${JWT}` }],
  ['a refresh token in a sentence', { error: `no such token: ${REFRESH_TOKEN}` }],
  ['in an error', { error: new Error(`wrong: Bearer ${KEY}`) }],
  ['in the cause that was logged', { cause: { message: `postgres://latchkey:hunter2-hunter2@db/latchkey` } }],
  ['in an address', { url: `https://api.example.com/?api_key=hunter2-hunter2&page=2` }],
  ['as bytes', { body: Buffer.from('hunter2-hunter2') }],
])('a secret is not in the log: %s', (_, fields) => {
  const { lines, log } = capture();
  log.error(fields, 'something went wrong');
  expect(lines).toHaveLength(1);
  for (const secret of SECRETS) expect(lines[0]).not.toContain(secret);
  expect(lines[0]).toContain('something went wrong');
});

test('a secret in the message itself is covered, too', () => {
  const { lines, log } = capture();
  log.warn({}, `somebody sent Bearer ${KEY}`);
  expect(lines[0]).toContain('somebody sent Bearer [secret]');
});

test('a secret is covered wherever it stands in whatever was logged', () => {
  const property = fc.property(
    fc.constantFrom(KEY, JWT),
    fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
    fc.string({ maxLength: 20 }),
    (secret, before, after) => {
      const { lines, log } = capture();
      log.info({ list: [`${before} ${secret} ${after}`], deep: { text: secret } }, 'seen');
      expect(lines.join('')).not.toContain(secret);
    },
  );
  expect(fc.check(property)).toMatchObject({ failed: false });
});

const jws = (header: object, said: object) =>
  [...[header, said].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')), 'Zk9-_A'].join(
    '.',
  );
const HEADER = {
  alg: 'EdDSA',
  typ: 'latchkey-audit-checkpoint+jws',
  kid: REFRESH_TOKEN,
  jwk: { kty: 'OKP', crv: 'Ed25519', x: REFRESH_TOKEN },
};
const SAID = { iss: 'https://mcp.example.com', chain: 'org_1', seq: 2, hash: REFRESH_TOKEN, iat: 1 };
const CHECKPOINT = jws(HEADER, SAID);

test('a checkpoint of the audit log is no secret, in its own field of its own line', () => {
  const { lines, log } = capture();
  log.info({ organisation: 'org_1', checkpoint: CHECKPOINT }, 'audit checkpoint');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ checkpoint: CHECKPOINT, msg: 'audit checkpoint' });
});

test.each<[string, object, string]>([
  ['in another field', { token: CHECKPOINT, text: CHECKPOINT }, 'audit checkpoint'],
  ['deeper inside', { a: { checkpoint: CHECKPOINT } }, 'audit checkpoint'],
  ['in another line', { checkpoint: CHECKPOINT }, 'something went wrong'],
  ['in the message', {}, `audit checkpoint ${CHECKPOINT}`],
])('a checkpoint is covered as any token is: %s', (_, fields, message) => {
  const { lines, log } = capture();
  log.info(fields, message);
  expect(lines[0]).not.toContain(CHECKPOINT);
});

test.each([
  ['an access token', JWT],
  ['a key', KEY],
  ['a token of another type', jws({ ...HEADER, typ: 'at+jwt' }, SAID)],
  ['a token signed in another way', jws({ ...HEADER, alg: 'none' }, SAID)],
  ['a checkpoint with something before it', `Bearer ${CHECKPOINT}`],
  ['a checkpoint with something after it', `${CHECKPOINT}.${JWT}`],
  ['a checkpoint that says more', jws(HEADER, { ...SAID, sub: 'usr_1' })],
  ['a checkpoint with a private key', jws({ ...HEADER, jwk: { ...HEADER.jwk, d: 'x' } }, SAID)],
])('what is put in the place of a checkpoint by mistake is covered: %s', (_, instead) => {
  const { lines, log } = capture();
  log.info({ organisation: 'org_1', checkpoint: instead }, 'audit checkpoint');
  expect(lines[0]).toContain('[secret]');
  expect(lines[0]).not.toContain(instead);
});

test('what is no secret is written as it is, with the names that headers, audit and spans use', () => {
  const { lines, log } = capture();
  const fields = {
    requestId: 'req_x9',
    traceId: 'ab'.repeat(16),
    status: 502,
    code: 'ECONNREFUSED',
    dropped: 3,
  };
  log.info(fields, 'a request was answered');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    request_id: 'req_x9',
    trace_id: 'ab'.repeat(16),
    status: 502,
    code: 'ECONNREFUSED',
    dropped: 3,
    msg: 'a request was answered',
  });
});

test('a line is one line, whatever is in it, and ends', () => {
  const { lines, log } = capture();
  const knot: Record<string, unknown> = { text: 'a\nb\u2028c' };
  knot['again'] = knot;
  log.error({ knot, long: 'x'.repeat(100_000) }, 'forged\n{"level":50}');
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).not.toContain('\n');
  expect(lines[0]?.length).toBeLessThan(20_000);
});

test('a level that is not wanted costs nothing: what would be logged is not even read', () => {
  const { lines, log } = capture('warn');
  log.debug(
    {
      get fields() {
        throw new Error('read');
      },
    },
    'not wanted',
  );
  expect(lines).toEqual([]);
});
