import { RPC, type RpcId, type Message, negotiate, type LegacyRevision } from '@latchkey/tools';
import { deepestCause } from '../../kernel/deepest-cause.ts';
import { AppError, toAppError } from '../../kernel/errors.ts';
import { tooMany } from '../pipeline/too-many.ts';
import type { RequestId } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import type { Principal } from '../../kernel/principal.ts';
import type { Resource } from '../../kernel/resource.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { JSON_TYPE, type Exchange } from '../exchange.ts';
import { errorAnswer, type Answer } from '../mcp/answer.ts';
import type { Dispatch } from '../mcp/dispatch.ts';
import { parseJson, parseMessage } from '../mcp/message.ts';
import { isLeftUndone } from '../pipeline/admit.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { OpenCall } from '../under-way.ts';
import { isOpen, send, sendLatest, waitingBytes } from './event-stream.ts';
import { refusalReceipt, type Receipt } from './passed-on.ts';
import { isSameOwner, type SessionIds } from './session-ids.ts';
import type { Stream, StreamKind, Streams } from './streams.ts';

/** What its stream is about. */
interface Session {
  readonly id: string;
  /** Agreed on in the handshake. */
  revision: LegacyRevision | undefined;
  /** Made for the first call: many sessions never see one. */
  calls: Map<RpcId, AbortController> | undefined;
}

export type SseStream = Stream<Session>;

/** A message, and who sent it. */
export interface Posted {
  readonly caller: Caller;
  readonly resource: Resource;
  readonly requestId: RequestId;
  readonly body: Buffer;
}

/** The sessions whose streams are open on this node. */
export interface SseSessions {
  open(
    opener: { exchange: Exchange; call: OpenCall; caller: Caller; headers: readonly string[] },
    addressOf: (id: string) => string,
  ): Result<undefined, AppError>;
  /** Undefined for one that does not exist, and for another's. */
  find(id: string, principal: Principal): SseStream | undefined;
  /** What keeps a session from taking a message at the moment. */
  faultOf(stream: SseStream): AppError | undefined;
  /** Takes a message, if it is one: what it asks is answered on the stream, from now on. */
  take(stream: SseStream, posted: Posted): Receipt;
}

/** Calls of one session that are under way at once. */
const CALLS_MAX = 64;
/** Answers that one session has not taken. With more than that waiting it is asked to read before it asks on. */
const WAITING_BYTES_MAX = 4 * 1024 * 1024;

export function createSseSessions({
  dispatch,
  ids,
  log,
  streams,
}: {
  dispatch: Dispatch;
  ids: SessionIds;
  log: Log;
  streams: Streams;
}): SseSessions {
  const sessions = new Map<string, SseStream>();

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

  async function answer(stream: SseStream, message: Message, posted: Posted): Promise<void> {
    const session = stream.about;
    const { caller, requestId, resource } = posted;
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
      const found = await dispatch(message, {
        caller,
        resource,
        requestId,
        signal: controller.signal,
        // The handshake of this session says how it speaks; headers of single posts do not.
        headers: session.revision === undefined ? {} : { 'mcp-protocol-version': session.revision },
        stepUp: undefined,
        hasStream: true,
      });
      if (!controller.signal.aborted) tell(stream, id, found);
    } catch (thrown) {
      const error = toAppError(thrown);
      const { message: cause, stack } = deepestCause(thrown);
      if (!isLeftUndone(error)) log.error({ requestId, error: cause, stack }, 'a request failed');
      if (id !== undefined) tell(stream, id, errorOf(error, id, requestId));
    } finally {
      if (id !== undefined) session.calls.delete(id);
      streams.rested(stream);
    }
  }

  function faultOf(stream: SseStream): AppError | undefined {
    if (!isOpen(stream)) return NO_SESSION;
    const isFull = (stream.about.calls?.size ?? 0) >= CALLS_MAX || waitingBytes(stream) > WAITING_BYTES_MAX;
    return isFull ? tooMany(1) : undefined;
  }

  return {
    open({ caller, ...opener }, addressOf) {
      const id = ids.issue(caller.principal);
      const session: Session = { id, revision: undefined, calls: undefined };
      const opened = streams.open({ caller, ...opener }, kind, session);
      if (!opened.ok) return opened;
      sessions.set(id, opened.value);
      send(opened.value, 'endpoint', addressOf(id));
      return ok(undefined);
    },
    find(id, principal) {
      const stream = sessions.get(id);
      return stream !== undefined && isSameOwner(stream.caller.principal, principal) ? stream : undefined;
    },
    faultOf,
    take(stream, posted) {
      const fault = faultOf(stream);
      if (fault !== undefined) return refusalReceipt(fault, posted.requestId);
      const value = parseJson(posted.body);
      const message = value.ok ? parseMessage(value.value) : value;
      if (!message.ok) return receiptOf(message.error);
      if (message.value.kind === 'request' && stream.about.calls?.has(message.value.id) === true)
        return receiptOf(errorAnswer(400, message.value.id, RPC.invalidRequest, 'This id is in use.'));
      streams.used(stream);
      void answer(stream, message.value, posted);
      return ACCEPTED;
    },
  };
}

function tell(stream: SseStream, id: RpcId | undefined, { body, isHttpError }: Answer): void {
  if (body === undefined) return;
  if (isHttpError !== true) {
    send(stream, 'message', body);
    return;
  }
  const refused = errorAnswer(200, id, RPC.invalidRequest, 'There is nothing at this address.');
  if (refused.body !== undefined) send(stream, 'message', refused.body);
}

function errorOf(
  { code, publicMessage, retryAfterSeconds }: AppError,
  id: RpcId,
  requestId: RequestId,
): Answer {
  return errorAnswer(200, id, RPC.internalError, publicMessage, {
    code,
    request_id: requestId,
    ...(retryAfterSeconds === undefined ? {} : { retry_after_seconds: retryAfterSeconds }),
  });
}

function receiptOf({ body = '', status }: Answer): Receipt {
  return { status, headers: JSON_TYPE, body: typeof body === 'string' ? body : body.join('') };
}

const ACCEPTED: Receipt = { status: 202, headers: ['Content-Type', 'text/plain'], body: 'Accepted' };
const TOOLS_CHANGED = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
export const NO_SESSION = new AppError(
  'not_found',
  'There is no such session: its stream has ended, or is another caller’s. Open a new one.',
);
