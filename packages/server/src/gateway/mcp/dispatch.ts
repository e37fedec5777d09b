import type { Catalogues } from '../../connectors/catalogues.ts';
import { toolSetAt } from '../../connectors/organisation-view.ts';
import type { ToolSet } from '../../connectors/tool-set.ts';
import { AppError, errorBody, toAppError } from '../../kernel/errors.ts';
import type { RequestId } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import type { Resource } from '../../kernel/resource.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { Limit } from '../pipeline/limit.ts';
import { faultOfAnswer, type DoorAttempts } from '../attempts.ts';
import { ACCEPTED, errorAnswer, resultAnswer, RPC, type Answer, type RpcId } from './answer.ts';
import { readArguments, type CallTool } from './call-tool.ts';
import { answerEmpty, emptyCapabilities } from './empty-features.ts';
import { readDialect } from './era.ts';
import type { HeardView } from './heard-view.ts';
import { instructions } from './instructions.ts';
import type { JsonObject } from './json.ts';
import type { Message } from './message.ts';
import { readRound } from './round.ts';
import { ALL_REVISIONS, dialectOf, negotiate, type Dialect } from './revisions.ts';
import { MODERN_RESULT_HEAD, serverInfo } from './server-info.ts';
import type { ToolCall } from './tool-call.ts';
import { toolList } from './tool-list.ts';
import { refusedResult, serializeQuestion, serializeToolResult } from './tool-result.ts';

/** What a message is answered from. */
export interface Scene {
  readonly caller: Caller;
  readonly resource: Resource;
  readonly requestId: RequestId;
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The address that it came from; absent: it is not known here. */
  readonly peer?: string | undefined;
  /** `WWW-Authenticate` for a caller whom full access would help. Undefined in a batch, which has one status for all. */
  readonly stepUp: readonly string[] | undefined;
  /** The caller wants to hear how its call gets on. */
  readonly onProgress?: ToolCall['onProgress'];
  /** The caller hears on a stream of its own that the tools have changed. */
  readonly hasStream?: true;
}

export type Dispatch = (message: Message, scene: Scene) => Promise<Answer>;

type Request = Extract<Message, { kind: 'request' }>;

interface Stage extends Scene {
  readonly toolSet: ToolSet;
}

const DISCOVER_TTL_MS = 300_000;

/** Answers one JSON-RPC message, of any revision. */
export function createDispatch({
  attempts,
  limit,
  catalogues,
  callTool,
  heardView,
  log,
}: {
  attempts?: DoorAttempts | undefined;
  limit: Limit;
  catalogues: Catalogues;
  callTool: CallTool;
  heardView: HeardView;
  log: Log;
}): Dispatch {
  async function answerTo(request: Request, dialect: Dialect, scene: Stage): Promise<Answer> {
    const { id, method, params } = request;
    switch (method) {
      case 'tools/call':
        return answerCall(request, dialect, scene);
      case 'tools/list':
        if (params?.['cursor'] !== undefined && params['cursor'] !== null) {
          return errorAnswer(200, id, RPC.invalidParams, 'There is no such cursor: the list has one page.');
        }
        return resultAnswer(id, toolList(scene.toolSet, scene.caller.principal.access, dialect));
      case 'initialize':
        return dialect.isModern ? unknownMethod(id, method, dialect) : initialize(id, params, scene);
      case 'ping':
        return dialect.isModern ? unknownMethod(id, method, dialect) : resultAnswer(id, '{}');
      case 'server/discover':
        return dialect.isModern ? discover(id, dialect, scene) : unknownMethod(id, method, dialect);
      default:
        return answerEmpty(request, dialect) ?? unknownMethod(id, method, dialect);
    }
  }

  async function answerCall({ id, params }: Request, dialect: Dialect, scene: Stage): Promise<Answer> {
    const name = params?.['name'];
    if (typeof name !== 'string') return errorAnswer(200, id, RPC.invalidParams, 'params.name is a string.');
    const given = readArguments(params?.['arguments']);
    if (given === undefined) return errorAnswer(200, id, RPC.invalidParams, 'params.arguments is an object.');
    const { caller, onProgress, requestId, resource, signal, toolSet } = scene;
    try {
      const outcome = await callTool({
        caller,
        toolSet,
        resource,
        requestId,
        signal,
        name,
        arguments: given,
        onProgress,
        round: readRound(params, dialect),
      });
      if (outcome.kind === 'result') return resultAnswer(id, serializeToolResult(outcome.result, dialect));
      if (outcome.kind === 'input_required') return resultAnswer(id, serializeQuestion(outcome));
      // RFC 6750 section 3.1: the client asks its user for more, and comes back with another token.
      if (scene.stepUp !== undefined) return httpError(FULL_ACCESS_NEEDED, requestId, scene.stepUp);
      return resultAnswer(id, serializeToolResult(refusedResult(FULL_ACCESS_NEEDED, requestId), dialect));
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code === 'internal')
        log.error({ requestId, error: error.message, stack: stackOf(thrown) }, 'a tool call failed');
      return resultAnswer(id, serializeToolResult(refusedResult(error, requestId), dialect));
    }
  }

  return async (message, scene) => {
    const limited = limit(scene.caller.principal);
    if (!limited.allowed)
      return withHeaders(rateLimited(message, limited.retryAfterSeconds, scene), limited.headers);
    if (message.kind === 'response') return ACCEPTED;
    const dialect = readDialect(message, scene.headers);
    if (!dialect.ok) return withHeaders(dialect.error, limited.headers);
    if (message.kind === 'notification') return ACCEPTED;
    const { principal } = scene.caller;
    const { headers, peer, resource } = scene;
    const noteOutcome = attempts?.asked({ principal, message, resource, headers, peer });
    const view = await (message.method === 'tools/list'
      ? heardView(principal, scene.resource)
      : catalogues.of(principal.orgId, principal.role));
    const toolSet = toolSetAt(view, scene.resource);
    const answer =
      toolSet === undefined
        ? httpError(NOT_HERE, scene.requestId, [])
        : await answerTo(message, dialect.value, { ...scene, toolSet });
    noteOutcome?.(faultOfAnswer(answer));
    return withHeaders(answer, limited.headers);
  };
}

function withHeaders(answer: Answer, headers: readonly string[]): Answer {
  return { ...answer, headers: [...answer.headers, ...headers] };
}

function initialize(
  id: RpcId,
  params: JsonObject | undefined,
  { caller, hasStream, toolSet }: Stage,
): Answer {
  const requested = params?.['protocolVersion'];
  if (typeof requested !== 'string') {
    return errorAnswer(200, id, RPC.invalidParams, 'params.protocolVersion is a string.');
  }
  const protocolVersion = negotiate(requested);
  const dialect = dialectOf(protocolVersion);
  return resultAnswer(
    id,
    JSON.stringify({
      protocolVersion,
      capabilities: { tools: hasStream === true ? { listChanged: true } : {}, ...emptyCapabilities(dialect) },
      serverInfo: serverInfo(dialect),
      instructions: instructions(caller, toolSet),
    }),
  );
}

function discover(id: RpcId, dialect: Dialect, { caller, toolSet }: Stage): Answer {
  const rest = JSON.stringify({
    supportedVersions: ALL_REVISIONS,
    capabilities: { tools: { listChanged: true }, ...emptyCapabilities(dialect) },
    instructions: instructions(caller, toolSet),
    ttlMs: DISCOVER_TTL_MS,
    cacheScope: 'private',
  });
  return resultAnswer(id, `${MODERN_RESULT_HEAD},${rest.slice(1)}`);
}

function unknownMethod(id: RpcId, method: string, dialect: Dialect): Answer {
  const shown = method.length > 64 ? `${method.slice(0, 64)}…` : method;
  return errorAnswer(dialect.isModern ? 404 : 200, id, RPC.methodNotFound, `Method not found: ${shown}`);
}

export function rateLimited(
  message: Message,
  retryAfterSeconds: number,
  { requestId }: Pick<Scene, 'requestId'>,
): Answer {
  const id = message.kind === 'request' ? message.id : undefined;
  return errorAnswer(429, id, RPC.rateLimited, `Too many calls. Try again in ${retryAfterSeconds} s.`, {
    code: 'rate_limited',
    request_id: requestId,
    retry_after_seconds: retryAfterSeconds,
  });
}

export const FULL_ACCESS_NEEDED = new AppError(
  'insufficient_scope',
  'This tool can change something, and you were given read-only access. Connect again and choose full access.',
);

const NOT_HERE = new AppError('not_found', 'There is nothing at this address.');

/** What concerns the address or the credential is answered in HTTP's terms, as it would be without JSON-RPC. */
export function httpError(error: AppError, requestId: RequestId, headers: readonly string[]): Answer {
  return { status: error.status, headers, body: errorBody(error, requestId), isHttpError: true };
}

function stackOf(thrown: unknown): string | undefined {
  return thrown instanceof Error ? thrown.stack : undefined;
}
