import { pino } from 'pino';

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const REDACTED_PATHS = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'headers.authorization',
  'headers.cookie',
  'headers["x-api-key"]',
];

/** JSON lines on stderr: stdout belongs to the story and to the `ready` line. */
export function createLog(level: string): Log {
  return pino(
    { level, redact: { paths: REDACTED_PATHS, censor: '[secret]' }, base: null },
    pino.destination(2),
  );
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
