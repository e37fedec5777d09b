// MCP 2026-07-28, Subscriptions: a stream that says when something that a client keeps is no longer what it was.
import type { Exchange } from '../exchange.ts';
import { errorAnswer, RPC, type Answer, type RpcId } from '../mcp/answer.ts';
import { rateLimited } from '../mcp/dispatch.ts';
import { readDialect } from '../mcp/era.ts';
import { isJsonObject, type JsonObject } from '../mcp/json.ts';
import type { Message } from '../mcp/message.ts';
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
  ): Answer | undefined;
}

export function createListen({ limit, streams }: { limit: Limit; streams: Streams }): Listen {
  return {
    asksFor(message, { req }): message is Request {
      if (message.kind !== 'request' || message.method !== 'subscriptions/listen') return false;
      const dialect = readDialect(message, req.headers);
      return dialect.ok && dialect.value.isModern;
    },
    open(message, { call, caller, exchange }) {
      const { id, params } = message;
      const limited = limit(caller.principal);
      if (!limited.allowed) return rateLimited(message, limited.retryAfterSeconds, exchange);
      const filter = params?.['notifications'];
      if (!isFilter(filter)) return errorAnswer(400, id, RPC.invalidParams, FILTER_WANTED);
      const wantsTools = filter['toolsListChanged'] === true;
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

const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';
const FILTER_WANTED =
  'params.notifications names what to hear of: toolsListChanged, promptsListChanged and resourcesListChanged are booleans, resourceSubscriptions is a list of URIs.';

function isFilter(value: unknown): value is JsonObject {
  if (!isJsonObject(value)) return false;
  const { promptsListChanged, resourcesListChanged, resourceSubscriptions, toolsListChanged } = value;
  const flags = [promptsListChanged, resourcesListChanged, toolsListChanged];
  if (!flags.every((flag) => flag === undefined || typeof flag === 'boolean')) return false;
  if (resourceSubscriptions === undefined) return true;
  return (
    Array.isArray(resourceSubscriptions) && resourceSubscriptions.every((uri) => typeof uri === 'string')
  );
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
