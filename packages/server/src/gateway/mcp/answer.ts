import type { Reply, RpcId } from '@latchkey/tools';
import type { Body } from '../exchange.ts';
import { JSON_TYPE } from '../exchange.ts';

/** What goes back for one POST. */
export interface Answer {
  readonly status: number;
  /** Flat: name, value, name, value; without those that describe the body. */
  readonly headers: readonly string[];
  /** Undefined: there is nothing to say (202). */
  readonly body: Body | undefined;
  /** The body is no JSON-RPC message and is never framed as one. */
  readonly isHttpError?: true;
}

export function resultAnswer(id: RpcId, result: string | Buffer): Answer {
  const head = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":`;
  const body = typeof result === 'string' ? `${head}${result}}` : [head, result, '}'];
  return { status: 200, headers: [], body };
}

/** `id` is left out where the request's could not be read. */
export function errorAnswer(
  status: number,
  id: RpcId | undefined,
  code: number,
  message: string,
  data?: unknown,
): Answer {
  const error = data === undefined ? { code, message } : { code, message, data };
  const body = JSON.stringify(id === undefined ? { jsonrpc: '2.0', error } : { jsonrpc: '2.0', id, error });
  return { status, headers: [], body };
}

export function replyAnswer(id: RpcId, reply: Reply): Answer {
  if ('result' in reply) return resultAnswer(id, reply.result);
  const { code, data, message } = reply.error;
  return errorAnswer(200, id, code, message, data);
}

export const ACCEPTED: Answer = { status: 202, headers: [], body: undefined };

/** The headers and the body as this client reads them: JSON, or an event stream of one event. */
export function framed(body: Body, asEvents: boolean): { headers: readonly string[]; body: Body } {
  if (!asEvents) return { headers: JSON_TYPE, body };
  const pieces = typeof body === 'string' ? [body] : body;
  return {
    headers: ['Content-Type', 'text/event-stream', 'Cache-Control', 'no-cache', 'X-Accel-Buffering', 'no'],
    body: ['event: message\ndata: ', ...pieces, '\n\n'],
  };
}

/** Clients ask for all sorts of things; only one that lists nothing but event streams gets one. */
export function wantsEvents(accept: string | undefined): boolean {
  if (accept === undefined || !/text\/event-stream/i.test(accept)) return false;
  return !/application\/(?:json|\*)|\*\/\*/i.test(accept);
}
