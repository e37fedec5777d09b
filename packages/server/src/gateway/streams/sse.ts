// HTTP+SSE (MCP 2024-11-05, Transports): the answers to what is posted come on a stream that was opened before.
import { AppError } from '../../kernel/errors.ts';
import type { Resource } from '../../kernel/resource.ts';
import { randomToken } from '../../kernel/secret.ts';
import { respond, respondError, JSON_TYPE, type Exchange } from '../exchange.ts';
import { errorAnswer, RPC, type Answer, type RpcId } from '../mcp/answer.ts';
import { readJsonBody } from '../mcp/body.ts';
import { PREFLIGHT_HEADERS, withCors } from '../mcp/cors.ts';
import type { Dispatch } from '../mcp/dispatch.ts';
import { parseJson, parseMessage, type Message } from '../mcp/message.ts';
import { negotiate, type LegacyRevision } from '../mcp/revisions.ts';
import type { Authenticate, Caller } from '../pipeline/authenticate.ts';
import type { Limit } from '../pipeline/limit.ts';
import type { OpenCall } from '../under-way.ts';
import { isOpen, send, sendLatest, waitingBytes } from './event-stream.ts';
import type { Stream, StreamKind, Streams } from './streams.ts';

export interface Sse {
  /** Opens a session: a stream whose first event says where to post. */
  open(opener: { exchange: Exchange; org: string; caller: Caller; call: OpenCall }): void;
  /** A message for a session. `resource` is the place that the session is of. */
  post(exchange: Exchange, resource: Resource, call: OpenCall): Promise<void>;
}

/** What its stream is about. */
interface Session {
  readonly id: string;
  /** Agreed on in the handshake. */
  revision: LegacyRevision | undefined;
  /** Made for the first call: many sessions never see one. */
  calls: Map<RpcId, AbortController> | undefined;
}

/** Calls of one session that are under way at once. */
const CALLS_MAX = 64;
/** Answers that one session has not taken. With more than that waiting it is asked to read before it asks on. */
const WAITING_BYTES_MAX = 4 * 1024 * 1024;

export function createSse({
  authenticate,
  dispatch,
  limit,
  streams,
}: {
  authenticate: Authenticate;
  dispatch: Dispatch;
  limit: Limit;
  streams: Streams;
}): Sse {
  const sessions = new Map<string, Stream<Session>>();

  const kind: StreamKind<Session> = {
    outlivesLess: false,
    isBusy: ({ about }) => (about.calls?.size ?? 0) > 0,
    toolsChanged(stream) {
      // Before the handshake nobody has a list yet, and many open a stream here and never shake hands on it.
      if (stream.about.revision !== undefined) sendLatest(stream, TOOLS_CHANGED);
    },
    farewell: () => undefined,
    closed({ about }) {
      sessions.delete(about.id);
      for (const controller of about.calls?.values() ?? []) controller.abort();
    },
  };

  async function answer(
    stream: Stream<Session>,
    message: Message,
    caller: Caller,
    from: AnswerTo,
  ): Promise<void> {
    const session = stream.about;
    if (message.kind === 'request' && message.method === 'initialize')
      session.revision = negotiate(message.params?.['protocolVersion']);
    if (message.kind === 'notification' && message.method === 'notifications/cancelled') {
      const id = message.params?.['requestId'];
      if (typeof id === 'string' || typeof id === 'number') session.calls?.get(id)?.abort();
    }
    const controller = new AbortController();
    const id = message.kind === 'request' ? message.id : undefined;
    session.calls ??= new Map();
    if (id !== undefined) session.calls.set(id, controller);
    try {
      const { exchange, resource } = from;
      const found = await dispatch(message, {
        caller,
        resource,
        requestId: exchange.requestId,
        signal: controller.signal,
        // The handshake of this session says how it speaks; headers of single posts do not.
        headers: session.revision === undefined ? {} : { 'mcp-protocol-version': session.revision },
        stepUp: undefined,
        hasStream: true,
      });
      if (!controller.signal.aborted) tell(stream, id, found);
    } catch (thrown) {
      if (id !== undefined)
        tell(stream, id, errorAnswer(200, id, RPC.internalError, 'Something went wrong on our side.'));
      throw thrown;
    } finally {
      if (id !== undefined) session.calls.delete(id);
      streams.rested(stream);
    }
  }

  return {
    open({ exchange, org, caller, call }) {
      const limited = limit(caller.principal);
      if (!limited.allowed)
        return respondError(exchange, tooMany(limited.retryAfterSeconds), limited.headers);
      const id = randomToken();
      const session: Session = { id, revision: undefined, calls: undefined };
      const opened = streams.open({ exchange, call, caller, headers: limited.headers }, kind, session);
      if (!opened.ok) return respondError(exchange, opened.error);
      sessions.set(id, opened.value);
      send(opened.value, 'endpoint', `/mcp/${org}/messages?sessionId=${id}`);
    },

    async post(plain, resource, call) {
      const open = withCors(plain);
      const { path, query, req } = open;
      if (req.method === 'OPTIONS') return respond(open, 204, PREFLIGHT_HEADERS, '');
      const found = await authenticate.atMcp(req, resource, resource.path, path);
      if (!found.ok) return respondError(open, found.error.error, found.error.headers);
      const caller = found.value;
      const exchange = { ...open, headers: [...open.headers, ...caller.headers] };
      call.follow(caller, exchange);
      if (req.method !== 'POST') return respondError(exchange, POST_ONLY, ['Allow', 'POST']);
      const stream = sessions.get(new URLSearchParams(query).get('sessionId') ?? '');
      // The same for a session that does not exist and for another's.
      if (stream === undefined || !isOwner(stream, caller)) return respondError(exchange, NO_SESSION);
      const { calls } = stream.about;
      if ((calls?.size ?? 0) >= CALLS_MAX || waitingBytes(stream) > WAITING_BYTES_MAX)
        return respondError(exchange, tooMany(1));

      const body = await readJsonBody(req);
      if (!body.ok) return respondError(exchange, body.error);
      // It may have taken its time with the body, and have lost its right or its stream meanwhile.
      if (call.isOver()) return undefined;
      if (!isOpen(stream)) return respondError(exchange, NO_SESSION);
      const value = parseJson(body.value);
      const message = value.ok ? parseMessage(value.value) : value;
      if (!message.ok) return refuse(exchange, message.error);
      if (message.value.kind === 'request' && stream.about.calls?.has(message.value.id) === true)
        return refuse(exchange, errorAnswer(400, message.value.id, RPC.invalidRequest, 'This id is in use.'));
      streams.used(stream);
      respond(exchange, 202, ['Content-Type', 'text/plain'], 'Accepted');
      return answer(stream, message.value, caller, { exchange, resource });
    },
  };
}

interface AnswerTo {
  readonly exchange: Exchange;
  readonly resource: Resource;
}

/** A session is its opener's alone: the same key or grant of the same person or agent, with whichever token. */
function isOwner({ caller: { principal } }: Stream<Session>, caller: Caller): boolean {
  const { actor, clientId, grantId, keyId, orgId } = caller.principal;
  return (
    orgId === principal.orgId &&
    keyId === principal.keyId &&
    grantId === principal.grantId &&
    clientId === principal.clientId &&
    actor.id === principal.actor.id
  );
}

function tell(stream: Stream<Session>, id: RpcId | undefined, { body, isHttpError }: Answer): void {
  if (body === undefined) return;
  if (isHttpError !== true) {
    send(stream, 'message', body);
    return;
  }
  const refused = errorAnswer(200, id, RPC.invalidRequest, 'There is nothing at this address.');
  if (refused.body !== undefined) send(stream, 'message', refused.body);
}

function refuse(exchange: Exchange, { body, status }: Answer): void {
  respond(exchange, status, JSON_TYPE, body ?? '');
}

function tooMany(retryAfterSeconds: number): AppError {
  return new AppError('rate_limited', `Too many calls. Try again in ${retryAfterSeconds} s.`, {
    retryAfterSeconds,
  });
}

const TOOLS_CHANGED = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
const POST_ONLY = new AppError('method_not_allowed', 'This address takes POST: messages of an SSE session.');
const NO_SESSION = new AppError(
  'not_found',
  'There is no such session: its stream has ended, or is another caller’s. Open a new one.',
);

/** `/mcp/acme/sse` for `/mcp/acme/messages`: the place that its sessions are of. Undefined: it is another path. */
export function placeOfMessages(path: string): string | undefined {
  return /^\/mcp\/[^/]+\/messages$/.test(path) ? path.replace(/messages$/, 'sse') : undefined;
}
