// MCP 2026-07-28, Subscriptions: a stream that says when something that a client keeps is no longer what it was.
import {
  FILTER_WANTED,
  readListenFilter,
  RPC,
  SUBSCRIPTION_ID,
  type Message,
  type RpcId,
} from '@latchkey/tools';
import type { Exchange } from '../exchange.ts';
import { errorAnswer, type Answer } from '../mcp/answer.ts';
import { rateLimited } from '../mcp/dispatch.ts';
import { readDialect } from '../mcp/era.ts';
import { MODERN_SERVER_META } from '../mcp/server-info.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { Limit } from '../pipeline/limit.ts';
import type { OpenCall } from '../under-way.ts';
import { send, sendLatest } from './event-stream.ts';
import type { Stream, StreamKind, Streams } from './streams.ts';

type Request = Extract<Message, { kind: 'request' }>;

export interface Listen {
  /** Whether a message asks for a stream. One that asks wrongly is left to the dispatcher, which says so. */
  asksFor(message: Message, exchange: Exchange): message is Request;
  /** Opens it, or says why not. */
  open(
    message: Request,
    listener: { exchange: Exchange; caller: Caller; call: OpenCall },
  ): Promise<Answer | undefined>;
}

export function createListen({ limit, streams }: { limit: Limit; streams: Streams }): Listen {
  return {
    asksFor(message, { req }): message is Request {
      if (message.kind !== 'request' || message.method !== 'subscriptions/listen') return false;
      const dialect = readDialect(message, req.headers);
      return dialect.ok && dialect.value.isModern;
    },
    async open(message, { call, caller, exchange }) {
      const { id, params } = message;
      const limited = await limit(caller.principal);
      if (call.isOver()) return undefined;
      if (!limited.allowed) return rateLimited(message, limited.retryAfterSeconds, exchange);
      const filter = readListenFilter(params);
      if (filter === undefined) return errorAnswer(400, id, RPC.invalidParams, FILTER_WANTED);
      const { wantsTools } = filter;
      const opened = streams.open({ exchange, call, caller, headers: limited.headers }, LISTENER, {
        id,
        wantsTools,
      });
      if (!opened.ok) {
        const { code, publicMessage, retryAfterSeconds, status } = opened.error;
        return errorAnswer(status, id, RPC.rateLimited, publicMessage, {
          code,
          request_id: exchange.requestId,
          retry_after_seconds: retryAfterSeconds,
        });
      }
      const honoured = wantsTools ? { toolsListChanged: true } : {};
      send(
        opened.value,
        'message',
        notification(id, 'notifications/subscriptions/acknowledged', { notifications: honoured }),
      );
      return undefined;
    },
  };
}

function notification(id: RpcId, method: string, params: object = {}): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params: { ...params, _meta: { [SUBSCRIPTION_ID]: id } } });
}

interface Subscription {
  /** Of the request that asked for it. */
  readonly id: RpcId;
  readonly wantsTools: boolean;
}

const LISTENER: StreamKind<Subscription> = {
  outlivesLess: true,
  isBusy: () => false,
  closed: () => undefined,
  toolsChanged(stream) {
    const { id, wantsTools } = stream.about;
    if (wantsTools) sendLatest(stream, notification(id, 'notifications/tools/list_changed'));
  },
  farewell: sayGoodbye,
};

/** The answer to the request, at last: the client may ask again. */
function sayGoodbye(stream: Stream<Subscription>): void {
  const { id } = stream.about;
  const result = { resultType: 'complete', _meta: { ...MODERN_SERVER_META, [SUBSCRIPTION_ID]: id } };
  send(stream, 'message', JSON.stringify({ jsonrpc: '2.0', id, result }));
}
