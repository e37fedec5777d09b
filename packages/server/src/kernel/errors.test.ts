import { expect, test } from 'vitest';
import { AppError, toAppError } from './errors.ts';

const coded = (message: string, code: string) => Object.assign(new Error(message), { code });

test.each([
  ['nothing listens', coded('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED')],
  ['the connection broke', new Error('Connection terminated unexpectedly')],
  ['it broke while it was made', new Error('Connection terminated due to connection timeout')],
  ['none could be made', new Error('timeout exceeded when trying to connect')],
  ['nothing came back', new Error('Query read timeout')],
  ['nothing was heard in time', new Error('no answer in 5000 ms')],
  ['it is being stopped', coded('terminating connection due to administrator command', '57P01')],
  ['it was killed', coded('terminating connection because of crash of another server process', '57P02')],
  ['it is starting', coded('the database system is starting up', '57P03')],
  ['it has no connection left', coded('sorry, too many clients already', '53300')],
  ['its disk is full', coded('could not extend file', '53100')],
])('when the database is out of reach because %s, a caller may try again', (_why, cause) => {
  for (const thrown of [cause, new Error('Failed query: select 1', { cause })]) {
    const error = toAppError(thrown);
    expect({ code: error.code, status: error.status, retry: error.retryAfterSeconds }).toEqual({
      code: 'unavailable',
      status: 503,
      retry: 1,
    });
    expect(error.publicMessage).not.toContain('Failed query');
  }
});

test.each([
  ['a fault of ours', new TypeError('x is undefined')],
  ['a statement that is wrong', coded('column "x" does not exist', '42703')],
  ['a row that is there already', coded('duplicate key value', '23505')],
  ['something that is no error', 'thrown text'],
])('%s is not taken for that', (_what, thrown) => {
  expect(toAppError(thrown).code).toBe('internal');
});

test('a refusal stays what it is, whatever caused it', () => {
  const refusal = new AppError('not_found', 'Nothing here.', { cause: coded('', 'ECONNREFUSED') });
  expect(toAppError(refusal)).toBe(refusal);
});
