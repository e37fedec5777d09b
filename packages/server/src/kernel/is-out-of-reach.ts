import { deepestCause } from './deepest-cause.ts';

/**
 * Connections that cannot be made or that broke, and what PostgreSQL says of itself when it starts, stops, has no
 * connection left or no room: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  // admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections, disk_full, read_only_sql_transaction
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '53100',
  '25006',
]);
/** Of the client library, which gives them no code. */
const MESSAGES =
  /^(?:Connection terminated|Client has encountered a connection error|Query read timeout|timeout exceeded when trying to connect|timeout expired|no answer in \d+ ms)/;

/** True: what we work with, such as the database, cannot be reached now, so that the same request may work later. */
export function isOutOfReach(thrown: unknown): boolean {
  const cause = deepestCause(thrown);
  const code = 'code' in cause ? cause.code : undefined;
  return (typeof code === 'string' && CODES.has(code)) || MESSAGES.test(cause.message);
}
