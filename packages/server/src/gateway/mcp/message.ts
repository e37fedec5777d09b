import {
  parseJson as parsedJson,
  parseMessage as parsedMessage,
  type Message,
  type MessageFault,
} from '@latchkey/tools';
import { fail, type Result } from '../../kernel/result.ts';
import { errorAnswer, type Answer } from './answer.ts';

/** The value of a body, whatever it is; the answer to what is not JSON, or is nested to do harm. */
export function parseJson(body: Buffer): Result<unknown, Answer> {
  const read = parsedJson(body);
  return read.ok ? read : fail(refused(read.error));
}

/** One JSON-RPC 2.0 message, or the answer to what is none. */
export function parseMessage(value: unknown): Result<Message, Answer> {
  const read = parsedMessage(value);
  return read.ok ? read : fail(refused(read.error));
}

function refused({ code, id, message }: MessageFault): Answer {
  return errorAnswer(400, id, code, message);
}
