import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { endUnread } from '../../kernel/end-unread.ts';
import type { AnyRequest } from '../../kernel/whole-exchange.ts';
import { asNode, isAnswered, type Body, type Exchange } from '../exchange.ts';

/**
 * Server-sent events on one response, until either side ends it. Plain data, with functions that take it: there are
 * many of these, and a method of its own for each costs 60 bytes.
 */
export interface EventStream {
  readonly res: ServerResponse;
  /** What is owed to a caller that takes nothing at the moment. */
  latest: string | undefined;
}

const HEADERS = [
  'Content-Type',
  'text/event-stream',
  // Proxies neither keep nor collect what comes, byte by byte, without an end.
  'Cache-Control',
  'no-cache, no-transform',
  'X-Accel-Buffering',
  'no',
] as const;

/**
 * Begins the answer; throws if there is one. A caller that does not read it is broken off. Of what was asked nothing is
 * kept but that it was: it may be long ago when this ends.
 */
export function openEventStream(exchange: Exchange, more: readonly string[]): EventStream {
  if (isAnswered(exchange)) throw new Error('it was answered already');
  const { headers, req, res, unreadMs } = asNode(exchange);
  res.writeHead(200, [...headers, ...HEADERS, ...more]);
  // By themselves: Node keeps the head for as long as the response, and only what is sent becomes one flat string.
  res.flushHeaders();
  endUnread(res, unreadMs);
  forget(req);
  forget(exchange.req);
  return { res, latest: undefined };
}

export function isOpen({ res }: EventStream): boolean {
  return !res.destroyed && !res.writableEnded;
}

/** The caller does not take what it is sent. */
export function isBlocked({ res }: EventStream): boolean {
  return res.writableNeedDrain;
}

/** What was sent and not yet taken, in bytes. */
export function waitingBytes({ res }: EventStream): number {
  return res.writableLength;
}

export function send(stream: EventStream, event: 'endpoint' | 'message', data: Body): void {
  if (!isOpen(stream)) return;
  const { res } = stream;
  res.cork();
  res.write(`event: ${event}\ndata: `);
  for (const piece of typeof data === 'string' ? [data] : data) res.write(piece);
  res.write('\n\n');
  res.uncork();
}

/** Sends it now, or once the caller takes something again: of several that wait for that only the last is sent. */
export function sendLatest(stream: EventStream, data: string): void {
  if (!isBlocked(stream)) return send(stream, 'message', data);
  if (stream.latest === undefined) {
    stream.res.once('drain', () => {
      const owed = stream.latest;
      stream.latest = undefined;
      if (owed !== undefined) send(stream, 'message', owed);
    });
  }
  stream.latest = data;
}

/** Says nothing, so that nobody on the way takes the connection for dead. */
export function keepAlive(stream: EventStream): void {
  if (isOpen(stream)) stream.res.write(': keep-alive\n\n');
}

const NO_HEADERS: IncomingHttpHeaders = Object.freeze({});
const NO_RAW_HEADERS: string[] = [];
const NO_BODY = Buffer.alloc(0);

function forget(req: AnyRequest): void {
  req.headers = NO_HEADERS;
  if ('body' in req) req.body = NO_BODY;
  else req.rawHeaders = NO_RAW_HEADERS;
}
