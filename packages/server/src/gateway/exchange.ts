import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorBody, type AppError } from '../kernel/errors.ts';
import { newId, type RequestId } from '../kernel/ids.ts';

/** One HTTP request on its way through the data plane. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Ours, whatever the caller calls it. */
  readonly requestId: RequestId;
  /** As it was sent, without the query. */
  readonly path: string;
  /** With its question mark, or empty. */
  readonly query: string;
  /** Headers that every answer carries, in the flat form that `writeHead` takes: name, value, name, value. */
  readonly headers: readonly string[];
}

export function openExchange(req: IncomingMessage, res: ServerResponse): Exchange {
  const url = req.url ?? '/';
  const mark = url.indexOf('?');
  const requestId = newId('req');
  return {
    req,
    res,
    requestId,
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark),
    headers: ['X-Request-Id', requestId],
  };
}

/** A body in pieces, so that what was prepared long ago is not copied for each answer. */
export type Body = string | readonly (string | Buffer)[];

/** Answers, once: what comes after an answer, or after the caller has gone, is dropped. */
export function respond(exchange: Exchange, status: number, headers: readonly string[], body: Body): void {
  const { res } = exchange;
  if (res.headersSent || res.destroyed) return;
  const pieces = typeof body === 'string' ? [body] : body;
  let length = 0;
  for (const piece of pieces) length += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length;
  const framing = status === 204 ? [] : ['Content-Length', String(length)];
  res.writeHead(status, [...exchange.headers, ...headers, ...framing]);
  if (exchange.req.method === 'HEAD') {
    res.end();
    return;
  }
  if (pieces.length === 1) {
    res.end(pieces[0]);
    return;
  }
  res.cork();
  for (const piece of pieces) res.write(piece);
  res.end();
}

export const JSON_TYPE = ['Content-Type', 'application/json'] as const;

/** Answers with an error in the contract's shape. */
export function respondError(exchange: Exchange, error: AppError, headers: readonly string[] = []): void {
  const retry = error.retryAfterSeconds === undefined ? [] : ['Retry-After', String(error.retryAfterSeconds)];
  const isSaid = exchange.headers.includes('Retry-After') || headers.includes('Retry-After');
  const waits = isSaid ? [] : retry;
  respond(exchange, error.status, [...JSON_TYPE, ...headers, ...waits], errorBody(error, exchange.requestId));
}
