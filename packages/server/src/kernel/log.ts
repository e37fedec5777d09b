import { pino, type DestinationStream } from 'pino';
import { createLineWriter } from './line-writer.ts';
import { redactLine, redactText } from './redact.ts';

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

type Level = keyof Log;

const STANDARD_ERROR = 2;

/**
 * JSON lines on stderr: stdout belongs to the story and to the `ready` line. Whatever is logged is looked through for
 * secrets first: lines are few, as what is done is told by the audit. `to`: for tests.
 */
export function createLog(level: string, to: DestinationStream = standardError()): Log {
  const lines = pino({ level, base: null }, to);
  const at = (name: Level) => (fields: object, message: string) => {
    if (lines.isLevelEnabled(name)) lines[name](named(redactLine(fields, message)), redactText(message));
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

// What pino brings for this retries a line that cannot be written for ever while the process ends.
function standardError(): DestinationStream {
  return createLineWriter(STANDARD_ERROR, {
    tellDropped: (lines) =>
      `${JSON.stringify({ level: pino.levels.values['warn'], time: Date.now(), lines, msg: 'log lines could not be written' })}\n`,
  });
}

/** As it stands in headers, in the audit and on spans. */
function named({ requestId, traceId, ...fields }: Record<string, unknown>): Record<string, unknown> {
  return {
    ...(requestId === undefined ? {} : { request_id: requestId }),
    ...(traceId === undefined ? {} : { trace_id: traceId }),
    ...fields,
  };
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
