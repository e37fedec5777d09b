import { isJsonObject, type JsonObject } from '../../kernel/json.ts';
import type { WireMessage } from '../channel.ts';
import type { Reply } from './types.ts';

/** A message as the reply to a request of ours; undefined: it is another one, or is none at all. */
export function replyTo(id: number, message: WireMessage): Reply | undefined {
  if (message['id'] !== id || Object.hasOwn(message, 'method')) return undefined;
  return errorOf(message) ?? resultOf(message);
}

/** Of an answer with an HTTP status that is no success, in which servers often leave the id out. */
export function errorOf(message: WireMessage): Extract<Reply, { kind: 'error' }> | undefined {
  const { error } = message;
  if (!isJsonObject(error)) return undefined;
  const { code, data, message: text } = error;
  if (typeof code !== 'number' || !Number.isFinite(code)) return undefined;
  return {
    kind: 'error',
    code,
    message: typeof text === 'string' ? text : '',
    ...(data === undefined ? {} : { data }),
  };
}

function resultOf({ result }: WireMessage): Reply | undefined {
  return isJsonObject(result) ? { kind: 'result', result } : undefined;
}

/**
 * What we say to a request of the server's, with its id; undefined: it is no request. We can do nothing for a server but
 * say that we are there: whatever it wants of a model or a person, whoever calls it has to be asked at its own URL.
 */
export function answerToServer(message: WireMessage): JsonObject | undefined {
  const { id, method } = message;
  if (typeof method !== 'string' || (typeof id !== 'string' && typeof id !== 'number')) return undefined;
  if (method === 'ping') return { jsonrpc: '2.0', id, result: {} };
  return { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } };
}

export const TOOLS_CHANGED = 'notifications/tools/list_changed';

/** What the server says of the progress of a request; undefined: the message is another one. */
export function progressOf(message: WireMessage, token: number): JsonObject | undefined {
  const { method, params } = message;
  const isProgress = method === 'notifications/progress' && isJsonObject(params);
  return isProgress && params['progressToken'] === token ? params : undefined;
}
