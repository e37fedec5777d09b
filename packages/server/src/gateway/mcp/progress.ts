import { createNotes, plainText, type Message } from '@latchkey/tools';
import { isAnswered, type Exchange } from '../exchange.ts';
import { isBlocked, openEventStream, send, type EventStream } from '../streams/event-stream.ts';
import type { Answer } from './answer.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json.ts';

/** The answer to one call, as a stream, for a caller that wants to hear how it gets on. */
export interface ProgressAnswer {
  /** Told by the server, in its words. */
  readonly onProgress: (progress: JsonObject) => void;
  /** Ends the stream with the answer. False: it was never begun, and the answer may be sent in any way. */
  end(answer: Answer): boolean;
}

const NOTIFICATIONS_MAX = 1_000;
const MESSAGE_CHARACTERS = 500;

/** Undefined: the caller did not ask, or could not read it. The stream begins with the first that there is to say. */
export function createProgressAnswer(exchange: Exchange, message: Message): ProgressAnswer | undefined {
  if (message.kind !== 'request' || message.method !== 'tools/call') return undefined;
  const meta = message.params?.['_meta'];
  const token = isJsonObject(meta) ? meta['progressToken'] : undefined;
  const isToken = typeof token === 'string' || typeof token === 'number';
  if (!isToken || !/text\/event-stream/i.test(exchange.req.headers.accept ?? '')) return undefined;
  let stream: EventStream | undefined;
  let sent = 0;
  let latest = -Infinity;
  return {
    onProgress(progress) {
      const said = readProgress(progress);
      // It only ever rises; who does not read need not hear of every step.
      if (said === undefined || said.progress <= latest || sent === NOTIFICATIONS_MAX) return;
      if (isAnswered(exchange) !== (stream !== undefined) || exchange.res.destroyed) return;
      stream ??= openEventStream(exchange, []);
      if (isBlocked(stream)) return;
      latest = said.progress;
      sent += 1;
      const params = { progressToken: token, ...said };
      send(stream, 'message', JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params }));
    },
    end({ body }) {
      if (stream === undefined) return false;
      if (body !== undefined) send(stream, 'message', body);
      stream.res.end();
      return true;
    },
  };
}

/** What a server says of it, with the fields that we know. */
function readProgress({ message, progress, total }: JsonObject) {
  if (typeof progress !== 'number' || !Number.isFinite(progress)) return undefined;
  const text = typeof message === 'string' ? plainText(message, MESSAGE_CHARACTERS, '', createNotes()) : '';
  return {
    progress,
    ...(typeof total === 'number' && Number.isFinite(total) ? { total } : {}),
    ...(text === '' ? {} : { message: text }),
  };
}
