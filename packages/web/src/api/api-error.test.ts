import { expect, test } from 'vitest';
import { readError } from './api-error.ts';

test('a refusal keeps its code, its words and its request id', () => {
  const body = { error: { code: 'forbidden', message: 'Not with your role.', request_id: 'req_1' } };
  expect(readError(403, body, 'req_header')).toMatchObject({
    status: 403,
    code: 'forbidden',
    message: 'Not with your role.',
    requestId: 'req_1',
  });
});

test.each([undefined, null, 'text', [], { error: 'text' }, { error: { message: { html: 1 } } }])(
  'an answer that is not ours (%j) still says something, and keeps the id of its header',
  (body) => {
    expect(readError(502, body, 'req_header')).toMatchObject({
      code: 'unreadable',
      message: 'The server answered 502 and did not say why.',
      requestId: 'req_header',
    });
  },
);
