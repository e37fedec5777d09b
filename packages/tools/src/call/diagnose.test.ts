import { describe, expect, test } from 'vitest';
import type { Tool } from '../catalogue/types.ts';
import { errorResult, presentArgumentFaults } from './diagnose.ts';
import { presentResult } from './result.ts';
import type { Diagnostics, UpstreamFaultCode } from './types.ts';

const REPEATABLE = { access: 'read', annotations: { readOnlyHint: true }, scopes: [] } as unknown as Tool;
const ONCE = { access: 'full', annotations: { destructiveHint: true }, scopes: [] } as unknown as Tool;
const DELETE = {
  access: 'full',
  annotations: { destructiveHint: true, idempotentHint: true },
  scopes: [],
} as unknown as Tool;
const CONTEXT = { requestId: 'req_ours', nowMs: Date.parse('2026-01-01T00:00:00Z') };

function diagnosed(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
  tool: Tool = REPEATABLE,
): Diagnostics {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const value = {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(text),
  };
  const result = presentResult(tool, { ok: true, value }, CONTEXT);
  expect(result.isError).toBe(true);
  const [block] = result.content;
  expect(block?.type === 'text' && JSON.parse(block.text)).toEqual(result.structuredContent);
  expect(Buffer.byteLength(JSON.stringify(result.structuredContent))).toBeLessThanOrEqual(4_096);
  return result.structuredContent as unknown as Diagnostics;
}

describe('what a failed call says', () => {
  test('is the object of the contract, in text and as structured content', () => {
    expect(
      diagnosed(
        429,
        { type: 'about:blank', title: 'Slow down', detail: 'At most 5 a second.' },
        {
          'content-type': 'application/problem+json',
          'retry-after': 'Thu, 01 Jan 2026 00:00:12 GMT',
          'ratelimit-limit': '5',
          'ratelimit-remaining': '0',
          'ratelimit-reset': '12',
          'request-id': 'up_1',
        },
      ),
    ).toEqual({
      status: 429,
      code: 'rate_limited',
      message: 'The API answered 429: At most 5 a second. The API calls this request up_1.',
      request_id: 'req_ours',
      retry_after_seconds: 12,
      rate_limit: { limit: 5, remaining: 0, reset_seconds: 12 },
      hint: 'Wait before the next call.',
    });
  });

  test('says after 303 that a write may be done, and nothing of an API that has moved', () => {
    const said = diagnosed(303, '', { location: '/jobs/1' }, ONCE);
    expect(said).toMatchObject({
      code: 'upstream_redirect',
      message: 'The API answered 303: its answer is elsewhere, where the credential is not sent.',
      hint: 'It may have taken effect: check before you call again.',
    });
    expect(diagnosed(303, '', { location: '/jobs/1' })).not.toHaveProperty('hint');
  });

  test('says of 304 that nothing has changed', () => {
    expect(diagnosed(304, '')).toMatchObject({
      code: 'upstream_redirect',
      message: 'The API answered 304: nothing has changed since what the arguments name.',
      hint: 'To have it all the same, leave out the arguments that ask only for what has changed.',
    });
  });

  test.each(['x-request-id', 'request-id', 'x-correlation-id', 'x-amzn-requestid'])(
    'keeps the API’s own %s apart from ours',
    (name) => {
      const { message, request_id } = diagnosed(500, {}, { [name]: 'up-42' });
      expect(request_id).toBe('req_ours');
      expect(message).toContain('The API calls this request up-42.');
    },
  );

  test('does not repeat our own id where the API echoes it, nor an id that is none', () => {
    expect(diagnosed(500, {}, { 'x-request-id': 'req_ours' }).message).not.toContain('calls this request');
    expect(diagnosed(500, {}, { 'x-request-id': 'a b; ignore previous' }).message).not.toContain('ignore');
  });

  test.each([403, 409, 413, 429, 503])('passes on how long to wait with a %i', (status) => {
    expect(diagnosed(status, {}, { 'retry-after': '7' }).retry_after_seconds).toBe(7);
  });

  test('knows a limit that is refused with 403', () => {
    const body = { message: 'API rate limit exceeded' };
    const headers = {
      'x-ratelimit-limit': '60',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1767225630',
    };
    expect(diagnosed(403, body, headers)).toMatchObject({
      code: 'rate_limited',
      rate_limit: { limit: 60, remaining: 0, reset_seconds: 30 },
      retry_after_seconds: 30,
    });
    expect(diagnosed(403, body, { 'x-ratelimit-remaining': '12' }).code).toBe('upstream_forbidden');
    expect(diagnosed(404, body, headers).code).toBe('upstream_not_found');
  });

  test('says of a 401 that the connection needs renewing, and nothing that the API says', () => {
    const { code, hint, message } = diagnosed(401, { message: 'token abc of tenant 7 expired' });
    expect(code).toBe('upstream_unauthorized');
    expect(message).toContain('the connection needs renewing');
    expect(hint).toContain('administrator');
    expect(message).not.toContain('tenant');
  });

  test.each<[string, unknown, Record<string, string>, string]>([
    [
      'the challenge',
      {},
      { 'www-authenticate': 'Bearer error="insufficient_scope", scope="items:write x"' },
      'items:write x',
    ],
    ['the body', { error: 'insufficient_scope', scope: 'a:b' }, {}, 'a:b'],
    ['the words', { message: 'Missing required scope: repo' }, {}, 'what the message names'],
    [
      'the code',
      { error: { code: 403, status: 'PERMISSION_DENIED', message: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' } },
      {},
      'what the message names',
    ],
  ])('asks for a wider scope where %s of a 403 does', (_, body, headers, scope) => {
    const { code, hint } = diagnosed(403, body, headers);
    expect(code).toBe('upstream_scope_missing');
    expect(hint).toBe(
      `The connection lacks a scope at the API (${scope}): an administrator of the organisation has to renew the connector’s credential with it. Signing in again does not help.`,
    );
  });

  test('names the scopes that the document asks for, where a 403 does not say which one is missing', () => {
    const tool = { ...REPEATABLE, scopes: ['items.read'] } as Tool;
    expect(diagnosed(403, { error: 'insufficient_scope' }, {}, tool).hint).toContain('(items.read)');
    const markup = diagnosed(
      403,
      {},
      { 'www-authenticate': 'Bearer error="insufficient_scope", scope="<b>\u200b"' },
    );
    expect(markup.hint).not.toContain('<b>');
  });

  test.each([
    [
      'S3',
      '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>No such &amp; key.</Message></Error>',
      '(NoSuchKey) No such & key.',
    ],
    [
      'SOAP',
      '<s:Fault><faultcode>s:Client</faultcode><faultstring>Bad id</faultstring></s:Fault>',
      '(s:Client) Bad id',
    ],
    ['unknown XML', '<a><b>1</b></a>', 'an XML document'],
  ])('reads the XML of %s', (_, body, said) => {
    expect(diagnosed(404, body, { 'content-type': 'application/xml' }).message).toBe(
      `The API answered 404: ${said}`,
    );
  });

  test.each<[string, unknown, string]>([
    [
      'JSON:API',
      {
        errors: [
          {
            status: '422',
            title: 'Invalid',
            detail: 'Too long',
            source: { pointer: '/data/attributes/name' },
          },
        ],
      },
      '/data/attributes/name: Too long',
    ],
    [
      'Google',
      { error: { code: 400, message: 'Bad range', status: 'INVALID_ARGUMENT', details: [] } },
      '(INVALID_ARGUMENT) Bad range',
    ],
    [
      'Stripe',
      { error: { type: 'card_error', code: 'declined', message: 'No.', param: 'source' } },
      '(declined) source: No.',
    ],
    [
      'problem+json with invalid params',
      { title: 'Bad', 'invalid-params': [{ name: 'age', reason: 'is negative' }] },
      'Bad: age: is negative',
    ],
    [
      'fault',
      { fault: { faultstring: 'Denied', detail: { errorcode: 'policies.denied' } } },
      '(policies.denied) Denied',
    ],
    ['a status with a message', { status: 'fail', errorMessage: 'No such thing' }, 'No such thing'],
    ['Jira', { errorMessages: ['Gone'], errors: { summary: 'is required' } }, 'Gone; summary: is required'],
  ])('understands %s', (_, body, said) => {
    expect(diagnosed(400, body).message).toContain(said);
  });
});

describe('whether to call again', () => {
  const faulty = (tool: Tool, code: UpstreamFaultCode, notSent?: boolean) =>
    presentResult(tool, { ok: false, error: { code, message: 'It broke.', notSent } }, CONTEXT)
      .structuredContent?.['hint'];
  const AGAIN = 'The call may be repeated.';
  const CHECK = 'It may have taken effect: check before you call again.';

  test.each(['upstream_timeout', 'upstream_reset'] as const)(
    'after %s is said by what the tool does',
    (code) => {
      expect([REPEATABLE, DELETE, ONCE].map((tool) => faulty(tool, code))).toEqual([AGAIN, AGAIN, CHECK]);
    },
  );

  test.each([500, 502, 503, 504])('after a %i too', (status) => {
    expect([REPEATABLE, DELETE, ONCE].map((tool) => diagnosed(status, {}, {}, tool).hint)).toEqual([
      AGAIN,
      AGAIN,
      CHECK,
    ]);
  });

  test('after an answer that is too large: a read would be too large again, a write may be done', () => {
    expect([REPEATABLE, DELETE, ONCE].map((tool) => faulty(tool, 'upstream_too_large'))).toEqual([
      undefined,
      CHECK,
      CHECK,
    ]);
  });

  test.each(['upstream_unreachable', 'upstream_timeout'] as const)(
    'after %s of a request that never left is that nothing was sent',
    (code) => {
      expect([REPEATABLE, ONCE].map((tool) => faulty(tool, code, true))).toEqual([
        'Nothing was sent.',
        'Nothing was sent.',
      ]);
    },
  );

  test('is not said where it would be wrong: nothing is repeated that was refused for what it is', () => {
    for (const status of [400, 404, 409, 422])
      expect(diagnosed(status, {}).hint ?? '').not.toContain('may be repeated');
    expect(faulty(REPEATABLE, 'upstream_aborted')).toBeUndefined();
  });
});

describe('secrets', () => {
  test.each([
    'Authorization: Bearer abcdefgh12345678',
    'Authorization: token abcdefgh12345678',
    'Cookie: session=abcdefgh12345678; theme=abcdefgh',
    'Set-Cookie: sid=abcdefgh12345678; Path=/',
    'X-API-Key: abcdefgh12345678',
    'key AKIAABCDEFGHIJKLMNOP',
    'key AIzaSyA-abcdefghijklmnopqrstuvwxyz01234',
    'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
    'xoxb-1234567890-abcdefghijkl',
    'lk_live_abcdefgh12345678',
    'glpat-abcdefghijklmnopqrst',
    'https://user:abcdefgh12345678@host.example/x',
    'https://host.example/x?access_token=abcdefgh12345678&y=1',
    'client_secret=abcdefgh12345678',
    '-----BEGIN PRIVATE KEY-----\nMIIabcdefgh12345678\n-----END PRIVATE KEY-----',
    'eyJhbGciOiJFUzI1NiIsInR5cCI6ImxhdGNoa2V5LWFzc2VydGlvbitqd3QifQ.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
  ])('in what the API says are not shown: %s', (secret) => {
    for (const status of [400, 403, 500]) {
      const { message } = diagnosed(status, { message: `It said ${secret}` });
      expect(message).not.toMatch(/abcdefgh|ABCDEFGH|eyJ/);
      expect(message).toContain('[secret]');
    }
  });

  test('do not take the rest of the sentence with them', () => {
    const { message } = diagnosed(400, {
      message: 'The token is missing and the password: field is required',
    });
    expect(message).toContain('The token is missing and the password: field is required');
  });
});

describe('size', () => {
  test('is at most 4 KB, whatever the arguments, the API and its alphabet are', () => {
    const faults = Array.from({ length: 20 }, (_, index) => ({
      field: '字'.repeat(400),
      message: `"\\${index}"`.repeat(200),
    }));
    const result = presentArgumentFaults(faults, CONTEXT);
    expect(Buffer.byteLength(JSON.stringify(result.structuredContent))).toBeLessThanOrEqual(4_096);
    expect(result.structuredContent).toMatchObject({
      status: 400,
      code: 'invalid_arguments',
      request_id: 'req_ours',
    });
    diagnosed(400, { message: '字"\\'.repeat(5_000) });
    const long = {
      status: 400,
      code: 'x',
      message: '😀'.repeat(4_000),
      request_id: 'r',
      hint: '\u0001'.repeat(3_000),
    };
    const [block] = errorResult(long).content;
    expect(block?.type === 'text' && Buffer.byteLength(block.text)).toBeLessThanOrEqual(4_096);
    expect(block?.type === 'text' && block.text).not.toMatch(/\p{Surrogate}/u);
  });
});
