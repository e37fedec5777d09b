import { RPC, asLegacyRevision, dialectOf, REVISION_WITHOUT_HEADER, type Message } from '@latchkey/tools';
import { AppError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { Resource } from '../../kernel/resource.ts';
import { andThen, type Soon } from '../../kernel/soon.ts';
import { challenge } from '../challenge.ts';
import { asNode, respond, respondError, type Exchange } from '../exchange.ts';
import type { Authenticate, Caller } from '../pipeline/authenticate.ts';
import { errorAnswer, type Answer } from './answer.ts';
import type { ReadJsonBody } from './body.ts';
import { withCors, preflightHeaders } from './cors.ts';
import type { OpenCall } from '../under-way.ts';
import type { Relay } from '../relay/relay.ts';
import type { Sse } from '../streams/sse.ts';
import type { Listen } from '../streams/listen.ts';
import type { Dispatch, Scene } from './dispatch.ts';
import { parseJson, parseMessage } from './message.ts';
import { createProgressAnswer } from './progress.ts';
import { sendAnswer } from './send-answer.ts';
import type { AnyRequest } from '../../kernel/whole-exchange.ts';

const BATCH_MAX = 50;

export type McpDoor = (exchange: Exchange, resource: Resource, call: OpenCall) => Soon<void>;

/** A request whose caller is known. */
interface Visit {
  readonly exchange: Exchange;
  readonly resource: Resource;
  readonly call: OpenCall;
  readonly caller: Caller;
}

/**
 * Streamable HTTP without sessions: one POST, one answer, nothing remembered. Beside it the streams of those who ask for
 * one: listeners of 2026-07-28, and clients of 2024-11-05 at the URLs that end in /sse.
 */
export function createMcpDoor({
  authenticate,
  dispatch,
  listen,
  readJsonBody,
  relay,
  sse,
  mcpBaseUrl,
}: {
  authenticate: Authenticate;
  dispatch: Dispatch;
  listen: Listen;
  readJsonBody: ReadJsonBody;
  relay: Relay;
  sse: Pick<Sse, 'open'>;
  mcpBaseUrl: string;
}): McpDoor {
  function enter(open: Exchange, resource: Resource, call: OpenCall, caller: Caller): Soon<void> {
    const { req } = open;
    const extra = caller.headers;
    const exchange = extra.length === 0 ? open : { ...open, headers: [...open.headers, ...extra] };
    call.follow(caller, exchange);
    const visit: Visit = { exchange, resource, call, caller };
    if (req.method === 'GET' && resource.kind === 'organisation' && resource.sse && !asksForSession(req))
      return sse.open({ exchange, org: resource.org, caller, call });
    if (resource.kind !== 'connector') return read(visit);
    const held = asNode(exchange);
    return relay
      .take({ exchange: held, resource, call, caller })
      .then((taken) => (taken ? undefined : read({ ...visit, exchange: held })));
  }

  function read(visit: Visit): Soon<void> {
    const { call, caller, exchange } = visit;
    if (exchange.req.method !== 'POST') return respondError(exchange, POST_ONLY, ['Allow', 'POST']);
    return andThen(readJsonBody(exchange.req, caller.principal), (body) => {
      if (!body.ok) return respondError(exchange, body.error);
      // It may have taken its time with the body, and have lost its right meanwhile.
      if (call.isOver()) return;
      const value = parseJson(body.value);
      if (!value.ok) return sendAnswer(exchange, value.error);
      if (Array.isArray(value.value))
        return answerBatch(value.value, sceneOf(visit)).then((answer) => sendAnswer(exchange, answer));
      const message = parseMessage(value.value);
      return message.ok ? answer(visit, message.value) : sendAnswer(exchange, message.error);
    });
  }

  function answer(visit: Visit, message: Message): Soon<void> {
    const { call, caller, exchange } = visit;
    if (listen.asksFor(message, exchange))
      return listen
        .open(message, { exchange, caller, call })
        .then((refused) => refused && sendAnswer(exchange, refused));
    const progress = createProgressAnswer(exchange, message);
    return andThen(dispatch(message, sceneOf(visit, progress?.onProgress)), (found) => {
      if (progress?.end(found) !== true) sendAnswer(exchange, found);
    });
  }

  /** Not made before it is needed: its signal would stay with a listener for as long as that. */
  function sceneOf({ call, caller, exchange, resource }: Visit, onProgress?: Scene['onProgress']): Scene {
    const { path, req, requestId } = exchange;
    return {
      caller,
      resource,
      requestId,
      signal: call.signal(),
      headers: req.headers,
      peer: req.socket.remoteAddress,
      stepUp: () => challenge(mcpBaseUrl, path, 'insufficient_scope'),
      onProgress,
    };
  }

  /** Only 2025-03-26 has batches, and only for messages that come after the handshake. */
  async function answerBatch(values: readonly unknown[], scene: Scene): Promise<Answer> {
    const header = scene.headers['mcp-protocol-version'];
    const revision = header === undefined ? REVISION_WITHOUT_HEADER : asLegacyRevision(header);
    if (revision === undefined || !dialectOf(revision).hasBatches)
      return noBatch('This revision has no batches.', scene);
    if (values.length === 0) return noBatch('A batch holds at least one message.', scene);
    if (values.length > BATCH_MAX) return noBatch(`A batch holds at most ${BATCH_MAX} messages.`, scene);
    const answers = await Promise.all(values.map((value) => answerMember(value, scene)));
    const bodies = answers.flatMap(({ body }) => (body === undefined ? [] : [body]));
    if (bodies.length === 0) return { status: 202, headers: [], body: undefined };
    const pieces = bodies.flatMap((body, index) => [
      index === 0 ? '[' : ',',
      ...(typeof body === 'string' ? [body] : body),
    ]);
    return { status: 200, headers: answers.at(-1)?.headers ?? [], body: [...pieces, ']'] };
  }

  async function answerMember(value: unknown, scene: Scene): Promise<Answer> {
    const message = parseMessage(value);
    if (!message.ok) return message.error;
    if (message.value.kind === 'request' && message.value.method === 'initialize') {
      return errorAnswer(
        200,
        message.value.id,
        RPC.invalidRequest,
        'initialize stands alone, not in a batch.',
      );
    }
    // Calls in one batch are told apart in the audit trail and upstream by request ids of their own.
    return dispatch(message.value, { ...scene, requestId: newId('req'), stepUp: undefined });
  }

  return (plain, resource, call) => {
    const open = withCors(plain);
    const { path, req } = open;
    if (req.method === 'OPTIONS') return respond(open, 204, preflightHeaders(req), '');
    return andThen(authenticate.atMcp(req, resource, path), (caller) =>
      caller.ok
        ? enter(open, resource, call, caller.value)
        : respondError(open, caller.error.error, caller.error.headers),
    );
  };
}

/** The stream of a session of 2025, which we have none of: any other GET opens a session of 2024-11-05. */
function asksForSession({ headers }: AnyRequest): boolean {
  return headers['mcp-session-id'] !== undefined || headers['last-event-id'] !== undefined;
}

function noBatch(message: string, { requestId }: Pick<Scene, 'requestId'>): Answer {
  return errorAnswer(400, undefined, RPC.invalidRequest, message, {
    code: 'invalid_request',
    request_id: requestId,
  });
}

const POST_ONLY = new AppError('method_not_allowed', 'This address takes POST: it speaks Streamable HTTP.');
