import type { ServerResponse } from 'node:http';
import { atTurnEnd, DOOR_ERROR_HEADER } from '@latchkey/tools';
import { endUnread, UNREAD_MS } from '../kernel/end-unread.ts';
import { errorBody, type AppError } from '../kernel/errors.ts';
import { newId, type RequestId } from '../kernel/ids.ts';
import {
  isWhole,
  type AnyAnswer,
  type AnyRequest,
  type Body,
  type NodeExchange,
} from '../kernel/whole-exchange.ts';
import { spentHeaders } from '../limits/headers.ts';

/** One HTTP request on its way through the data plane. */
export interface Exchange {
  readonly req: AnyRequest;
  readonly res: AnyAnswer;
  /** Ours, whatever the caller calls it. */
  readonly requestId: RequestId;
  /** As it was sent, without the query. */
  readonly path: string;
  /** With its question mark, or empty. */
  readonly query: string;
  /** Headers that every answer carries, in the flat form that `writeHead` takes: name, value, name, value. */
  readonly headers: readonly string[];
  /** Told of an answer that could not be written as it was given. */
  readonly unwritable: (thrown: unknown) => void;
  /** A caller that takes nothing for so long of what waits for it is broken off. */
  readonly unreadMs: number;
}

/** One that Node reads and writes, as streams are. */
export type NodeHeldExchange = Exchange & NodeExchange;

/** Before it is answered. */
export function asNode(exchange: Exchange): NodeHeldExchange {
  const { res } = exchange;
  return isWhole(res) ? { ...exchange, ...res.toNode() } : (exchange as NodeHeldExchange);
}

export function openExchange<Req extends AnyRequest, Res extends AnyAnswer>(
  req: Req,
  res: Res,
  unwritable: Exchange['unwritable'],
  unreadMs = UNREAD_MS,
): Exchange & { readonly req: Req; readonly res: Res } {
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
    unwritable,
    unreadMs,
  };
}

export type { Body };

const answered = new WeakSet<ServerResponse>();

/** Answers, once: what comes after an answer, or after the caller has gone, is dropped. */
export function respond(exchange: Exchange, status: number, headers: readonly string[], body: Body): void {
  const { res, unwritable } = exchange;
  if (isWhole(res)) res.isPromised = true;
  else answered.add(res);
  atTurnEnd(() => {
    try {
      write(exchange, status, headers, body);
    } catch (thrown) {
      unwritable(thrown);
    }
  });
}

/** What is written at the end of the turn is an answer already. */
export function isAnswered({ res }: Exchange): boolean {
  return res.headersSent || (isWhole(res) ? res.isPromised : answered.has(res));
}

function write(
  { headers: first, req, res, unreadMs }: Exchange,
  status: number,
  headers: readonly string[],
  body: Body,
): void {
  if (res.headersSent || res.destroyed) return;
  const length = bytesOf(body);
  const all = [...first, ...headers];
  // RFC 9110 section 8.6: of a 304 it would be the length of the answer that it stands for.
  if (status !== 204 && status !== 304) all.push('Content-Length', String(length));
  if (isWhole(res)) return res.send(status, all, body, length);
  res.writeHead(status, all);
  if (req.method === 'HEAD') res.end();
  // Text that is ASCII is so in any encoding, and this one is written without looking at each character.
  else if (typeof body === 'string') endWith(res, body, length === body.length ? 'latin1' : 'utf8');
  else {
    res.cork();
    for (const piece of body) res.write(piece);
    res.end();
  }
  // Nearly always the system has taken all of it by now.
  if (!res.writableFinished) endUnread(res, unreadMs);
}

/**
 * What `res.end(body)` does, in one piece: that one writes an empty one after it, and two are gathered for the system
 * before they go. Node corks a connection by itself at the first write, unless somebody has.
 */
function endWith(res: ServerResponse, body: string, encoding: 'latin1' | 'utf8'): void {
  const { socket } = res;
  // It waits for the answers before it on its connection.
  if (socket === null || socket.writableCorked > 0) return void res.end(body, encoding);
  socket.cork();
  res.write(body, encoding);
  socket.uncork();
  res.end();
}

function bytesOf(body: Body): number {
  if (typeof body === 'string') return Buffer.byteLength(body);
  let length = 0;
  for (const piece of body) length += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length;
  return length;
}

export const JSON_TYPE = ['Content-Type', 'application/json'] as const;

/** Answers with an error in the contract's shape. */
export function respondError(exchange: Exchange, error: AppError, headers: readonly string[] = []): void {
  const retry = error.retryAfterSeconds === undefined ? [] : ['Retry-After', String(error.retryAfterSeconds)];
  const isSaid = exchange.headers.includes('Retry-After') || headers.includes('Retry-After');
  const waits = isSaid ? [] : retry;
  const spent = error.spent === undefined ? [] : spentHeaders(error.spent);
  respond(
    exchange,
    error.status,
    [...JSON_TYPE, DOOR_ERROR_HEADER, error.code, ...headers, ...spent, ...waits],
    errorBody(error, exchange.requestId),
  );
}
