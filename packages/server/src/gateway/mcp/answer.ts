import type { Body } from '../exchange.ts';
import { JSON_TYPE } from '../exchange.ts';

export type RpcId = string | number;

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

/** JSON-RPC 2.0 section 5.1, and what MCP 2026-07-28 adds. Positive codes are ours. */
export const RPC = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** Until 2025-11-25. */
  resourceNotFound: -32002,
  headerMismatch: -32020,
  unsupportedVersion: -32022,
  rateLimited: 429,
} as const;

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
