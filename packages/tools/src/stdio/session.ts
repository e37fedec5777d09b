import type { Diagnostics } from '../call/types.ts';
import { isObject } from '../json.ts';
import { replyEmpty } from '../mcp/empty-features.ts';
import { modernMeta } from '../mcp/identity.ts';
import { hasCursor, replyToDiscover, replyToInitialize, replyUnknownMethod } from '../mcp/introduce.ts';
import { parseMessage } from '../mcp/message.ts';
import type { Message } from '../mcp/message.ts';
import { readArguments } from '../mcp/read-arguments.ts';
import { dialectOf, negotiate } from '../mcp/revisions.ts';
import type { Dialect, LegacyRevision } from '../mcp/revisions.ts';
import { replyError, RPC } from '../mcp/rpc.ts';
import type { Reply, RpcError, RpcId } from '../mcp/rpc.ts';
import { serializeResult } from '../mcp/serialize-result.ts';
import type { StdioBackend } from './backend.ts';
import { callTool } from './call-tool.ts';
import { readDialect } from './dialect.ts';
import { createListeners } from './listeners.ts';
import { shelfOf } from './shelf.ts';
import type { Shelf } from './shelf.ts';

type Request = Extract<Message, { kind: 'request' }>;

/** What one client says and is told, of any revision. */
export interface Session {
  /** Answers what came, if it asks for anything. Resolves when it is answered. Never rejects. */
  take(value: unknown): Promise<void>;
  refuse(error: RpcError): void;
  /** Takes back every call, and says goodbye to who listens. */
  end(): Promise<void>;
}

export interface SessionLimits {
  /** Requests at once. */
  readonly requestsMax: number;
  readonly batchMax: number;
}

/** `say` gets whole messages as JSON; it answers false while the client does not read. `onFault`: what is our own fault. */
export function createSession({
  backend,
  limits,
  onFault,
  say,
}: {
  readonly backend: StdioBackend;
  readonly limits: SessionLimits;
  readonly onFault: (thrown: unknown) => void;
  readonly say: (json: string) => boolean;
}): Session {
  let agreed: LegacyRevision | undefined;
  let isOver = false;
  let isBehind = false;
  let unfollow: (() => void) | undefined;
  const underWay = new Map<RpcId, AbortController>();
  const listeners = createListeners((message) => tell(JSON.stringify(message)));

  function tell(json: string): void {
    if (!isOver) isBehind = !say(json);
  }

  function follow(): void {
    unfollow ??= backend.follow?.(() => {
      if (agreed !== undefined) tell('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
      listeners.toolsChanged();
    });
  }

  async function shelved(want: 'known' | 'now'): Promise<Shelf | { readonly error: RpcError }> {
    const found = await backend.catalogue(want);
    return found.ok ? shelfOf(found.value) : unavailable(found.error);
  }

  async function replyTo(
    request: Request,
    dialect: Dialect,
    signal: AbortSignal,
  ): Promise<Reply | undefined> {
    const { id, method, params } = request;
    switch (method) {
      case 'tools/call':
        return replyToCall(request, dialect, signal);
      case 'tools/list': {
        if (hasCursor(params))
          return replyError(RPC.invalidParams, 'There is no such cursor: the list has one page.');
        const shelf = await shelved('now');
        return 'error' in shelf ? shelf : { result: shelf.list(dialect) };
      }
      case 'initialize': {
        if (dialect.isModern) break;
        const reply = await introduce((about) =>
          replyToInitialize(params, { ...about, hearsChanges: backend.follow !== undefined }),
        );
        if ('result' in reply) {
          agreed = negotiate(params?.['protocolVersion']);
          follow();
        }
        return reply;
      }
      case 'ping':
        if (dialect.isModern) break;
        return { result: '{}' };
      case 'server/discover':
        if (!dialect.isModern) break;
        return introduce((about) => replyToDiscover(dialect, about));
      case 'subscriptions/listen': {
        if (!dialect.isModern) break;
        const refused = listeners.open(id, params);
        if (refused !== undefined) return replyError(RPC.invalidParams, refused);
        follow();
        return undefined;
      }
      default: {
        const shelf = await shelved('known');
        if ('error' in shelf) return shelf;
        return replyEmpty(request, dialect, shelf.head) ?? replyUnknownMethod(method);
      }
    }
    return replyUnknownMethod(method);
  }

  async function introduce(
    reply: (about: { identity: Shelf['snapshot']['server']; instructions: string }) => Reply,
  ): Promise<Reply> {
    const shelf = await shelved('known');
    if ('error' in shelf) return shelf;
    const { instructions, server } = shelf.snapshot;
    return reply({ identity: server, instructions });
  }

  async function replyToCall({ params }: Request, dialect: Dialect, signal: AbortSignal): Promise<Reply> {
    const name = params?.['name'];
    if (typeof name !== 'string') return replyError(RPC.invalidParams, 'params.name is a string.');
    const given = readArguments(params?.['arguments']);
    if (given === undefined) return replyError(RPC.invalidParams, 'params.arguments is an object.');
    const outcome = await callTool(backend, {
      name,
      arguments: given,
      signal,
      dialect,
      params: params ?? {},
      onProgress(said) {
        // It only ever rises: who does not read need not hear of every step.
        if (isBehind || signal.aborted) return;
        tell(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: said }));
      },
    });
    if (outcome.kind === 'reply') return outcome.reply;
    const shelf = await shelved('known');
    return 'error' in shelf ? shelf : { result: serializeResult(outcome.result, dialect, shelf.head) };
  }

  /** The answer as JSON; undefined: there is none. */
  async function answer(value: unknown): Promise<string | undefined> {
    const read = parseMessage(value);
    if (!read.ok) return errorJson(read.error.id, read.error);
    const message = read.value;
    if (message.kind === 'response') return undefined;
    if (message.kind === 'notification') {
      heed(message);
      return undefined;
    }
    const { id } = message;
    if (underWay.has(id) || listeners.has(id))
      return errorJson(id, { code: RPC.invalidRequest, message: 'A request with this id is under way.' });
    if (underWay.size >= limits.requestsMax)
      return errorJson(id, {
        code: RPC.rateLimited,
        message: `At most ${limits.requestsMax} requests are answered at once.`,
      });
    const controller = new AbortController();
    underWay.set(id, controller);
    try {
      const dialect = readDialect(message, agreed);
      const reply = dialect.ok
        ? await replyTo(message, dialect.value, controller.signal)
        : { error: dialect.error };
      if (reply === undefined || controller.signal.aborted) return undefined;
      return 'result' in reply
        ? `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${reply.result}}`
        : errorJson(id, reply.error);
    } catch (thrown) {
      onFault(thrown);
      return errorJson(id, { code: RPC.internalError, message: 'Something failed here.' });
    } finally {
      if (underWay.get(id) === controller) underWay.delete(id);
    }
  }

  function heed({ method, params }: Extract<Message, { kind: 'notification' }>): void {
    const id = method === 'notifications/cancelled' ? params?.['requestId'] : undefined;
    if (typeof id !== 'string' && typeof id !== 'number') return;
    if (listeners.cancel(id)) return;
    underWay.get(id)?.abort();
    // Whatever it still does, nobody waits for it.
    underWay.delete(id);
  }

  /** Only 2025-03-26 has batches, and only for messages that come after the handshake. */
  async function answerBatch(values: readonly unknown[]): Promise<string | undefined> {
    if (agreed === undefined || !dialectOf(agreed).hasBatches)
      return errorJson(undefined, invalidBatch('This revision has no batches.'));
    if (values.length === 0) return errorJson(undefined, invalidBatch('A batch holds at least one message.'));
    if (values.length > limits.batchMax)
      return errorJson(undefined, invalidBatch(`A batch holds at most ${limits.batchMax} messages.`));
    const answers = await Promise.all(values.map(answerMember));
    const said = answers.filter((one) => one !== undefined);
    return said.length === 0 ? undefined : `[${said.join(',')}]`;
  }

  async function answerMember(value: unknown): Promise<string | undefined> {
    if (isObject(value) && value['method'] === 'initialize' && value['id'] !== undefined) {
      const { id } = value;
      const known = typeof id === 'string' || typeof id === 'number' ? id : undefined;
      return errorJson(known, invalidBatch('initialize stands alone, not in a batch.'));
    }
    return answer(value);
  }

  return {
    async take(value) {
      const said = await (Array.isArray(value) ? answerBatch(value) : answer(value));
      if (said !== undefined) tell(said);
    },
    refuse: (error) => tell(errorJson(undefined, error)),
    async end() {
      unfollow?.();
      for (const controller of underWay.values()) controller.abort();
      const known = await backend.catalogue('known');
      listeners.end(known.ok ? modernMeta(known.value.server) : {});
      isOver = true;
    },
  };
}

function errorJson(id: RpcId | undefined, { code, data, message }: RpcError): string {
  const error = data === undefined ? { code, message } : { code, message, data };
  return JSON.stringify(id === undefined ? { jsonrpc: '2.0', error } : { jsonrpc: '2.0', id, error });
}

function invalidBatch(message: string): RpcError {
  return { code: RPC.invalidRequest, message };
}

/** A list that cannot be had is an error, not an empty list: clients keep what they have. */
function unavailable({ code, message, request_id, retry_after_seconds, status }: Diagnostics): {
  readonly error: RpcError;
} {
  const data = {
    code,
    status,
    request_id,
    ...(retry_after_seconds === undefined ? {} : { retry_after_seconds }),
  };
  return replyError(RPC.internalError, message, data);
}
