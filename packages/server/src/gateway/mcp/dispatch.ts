import {
  hasCursor,
  readArguments,
  replyEmpty,
  replyToDiscover,
  replyToInitialize,
  replyUnknownMethod,
  RPC,
  type Dialect,
  type Icon,
  type Message,
  type RpcId,
  type ServerIdentity,
} from '@latchkey/tools';
import type { Catalogues } from '../../connectors/catalogues.ts';
import { toolSetAt } from '../../connectors/organisation-view.ts';
import type { ToolSet } from '../../connectors/tool-set.ts';
import type { Cancellation } from '../../kernel/cancellation.ts';
import { AppError, errorBody, toAppError } from '../../kernel/errors.ts';
import type { OrganisationId, RequestId } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import type { Resource } from '../../kernel/resource.ts';
import { andThen, type Soon } from '../../kernel/soon.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { Limit, Limited } from '../pipeline/limit.ts';
import { faultOfAnswer, type DoorAttempts } from '../attempts.ts';
import { ACCEPTED, errorAnswer, replyAnswer, resultAnswer, type Answer } from './answer.ts';
import type { CallTool } from './call-tool.ts';
import { readDialect } from './era.ts';
import type { HeardView } from './heard-view.ts';
import { instructions } from './instructions.ts';
import { readRound } from './round.ts';
import { IDENTITY, MODERN_RESULT_HEAD } from './server-info.ts';
import type { ToolCall, ToolOutcome } from './tool-call.ts';
import { toolList } from './tool-list.ts';
import { refusedResult, serializeQuestion, serializeToolResult } from './tool-result.ts';

/** What a message is answered from. */
export interface Scene {
  readonly caller: Caller;
  readonly resource: Resource;
  readonly requestId: RequestId;
  readonly signal: Cancellation;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The address that it came from; absent: it is not known here. */
  readonly peer?: string | undefined;
  /** `WWW-Authenticate` for a caller whom full access would help. Undefined in a batch, which has one status for all. */
  readonly stepUp: (() => readonly string[]) | undefined;
  /** The caller wants to hear how its call gets on. */
  readonly onProgress?: ToolCall['onProgress'];
  /** The caller hears on a stream of its own that the tools have changed. */
  readonly hasStream?: true;
}

/** What apps show beside an organisation's tools; undefined: nothing of its own. */
export type IconsOf = (orgId: OrganisationId) => Promise<readonly Icon[] | undefined>;

export type Dispatch = (message: Message, scene: Scene) => Soon<Answer>;

type Request = Extract<Message, { kind: 'request' }>;

/** Answers one JSON-RPC message, of any revision. */
export function createDispatch({
  attempts,
  limit,
  catalogues,
  callTool,
  heardView,
  iconsOf = async () => undefined,
  log,
}: {
  attempts?: DoorAttempts | undefined;
  limit: Limit;
  catalogues: Catalogues;
  callTool: CallTool;
  heardView: HeardView;
  iconsOf?: IconsOf | undefined;
  log: Log;
}): Dispatch {
  function answerTo(request: Request, dialect: Dialect, scene: Scene, toolSet: ToolSet): Soon<Answer> {
    const { id, method, params } = request;
    switch (method) {
      case 'tools/call':
        return answerCall(request, dialect, scene, toolSet);
      case 'tools/list':
        if (hasCursor(params)) {
          return errorAnswer(200, id, RPC.invalidParams, 'There is no such cursor: the list has one page.');
        }
        return resultAnswer(id, toolList(toolSet, scene.caller.principal.access, dialect));
      case 'initialize':
        return dialect.isModern
          ? unknownMethod(id, method, dialect)
          : introduced(scene, toolSet).then((about) => replyAnswer(id, replyToInitialize(params, about)));
      case 'ping':
        return dialect.isModern ? unknownMethod(id, method, dialect) : resultAnswer(id, '{}');
      case 'server/discover':
        return dialect.isModern
          ? introduced(scene, toolSet).then((about) => replyAnswer(id, replyToDiscover(dialect, about)))
          : unknownMethod(id, method, dialect);
      default: {
        const reply = replyEmpty(request, dialect, MODERN_RESULT_HEAD);
        return reply === undefined ? unknownMethod(id, method, dialect) : replyAnswer(id, reply);
      }
    }
  }

  /** What an app is told of us once. */
  async function introduced({ caller, hasStream }: Scene, toolSet: ToolSet) {
    const identity: ServerIdentity = { ...IDENTITY, icons: await iconsOf(caller.principal.orgId) };
    return { identity, instructions: instructions(caller, toolSet), hearsChanges: hasStream === true };
  }

  /** A call is answered whatever becomes of it. */
  function answerCall(
    { id, params }: Request,
    dialect: Dialect,
    scene: Scene,
    toolSet: ToolSet,
  ): Soon<Answer> {
    const name = params?.['name'];
    if (typeof name !== 'string') return errorAnswer(200, id, RPC.invalidParams, 'params.name is a string.');
    const given = readArguments(params?.['arguments']);
    if (given === undefined) return errorAnswer(200, id, RPC.invalidParams, 'params.arguments is an object.');
    const { caller, onProgress, requestId, resource, signal } = scene;
    const answered = (outcome: ToolOutcome): Answer => answerOfOutcome(id, dialect, scene, outcome);
    const failed = (thrown: unknown): Answer => answerOfFault(id, dialect, scene, thrown);
    try {
      const outcome = callTool({
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
      return outcome instanceof Promise ? outcome.then(answered).catch(failed) : answered(outcome);
    } catch (thrown) {
      return failed(thrown);
    }
  }

  function answerOfOutcome(id: RpcId, dialect: Dialect, scene: Scene, outcome: ToolOutcome): Answer {
    if (outcome.kind === 'result') return resultAnswer(id, serializeToolResult(outcome.result, dialect));
    if (outcome.kind === 'input_required') return resultAnswer(id, serializeQuestion(outcome));
    const { requestId, stepUp } = scene;
    // RFC 6750 section 3.1: the client asks its user for more, and comes back with another token.
    if (stepUp !== undefined) return httpError(FULL_ACCESS_NEEDED, requestId, stepUp());
    return resultAnswer(id, serializeToolResult(refusedResult(FULL_ACCESS_NEEDED, requestId), dialect));
  }

  function answerOfFault(id: RpcId, dialect: Dialect, { requestId }: Scene, thrown: unknown): Answer {
    const error = toAppError(thrown);
    if (error.code === 'internal')
      log.error({ requestId, error: error.message, stack: stackOf(thrown) }, 'a tool call failed');
    return resultAnswer(id, serializeToolResult(refusedResult(error, requestId), dialect));
  }

  function answerLimited(message: Message, scene: Scene, limited: Limited): Soon<Answer> {
    if (!limited.allowed)
      return withHeaders(rateLimited(message, limited.retryAfterSeconds, scene), limited.headers);
    if (message.kind === 'response') return ACCEPTED;
    const dialect = readDialect(message, scene.headers);
    if (!dialect.ok) return withHeaders(dialect.error, limited.headers);
    if (message.kind === 'notification') return ACCEPTED;
    const { principal } = scene.caller;
    const { headers, peer, resource } = scene;
    const noteOutcome = attempts?.asked({ principal, message, resource, headers, peer });
    const view =
      message.method === 'tools/list'
        ? heardView(principal, resource)
        : catalogues.of(principal.orgId, principal.role);
    const answer = andThen(view, (seen) => {
      const toolSet = toolSetAt(seen, resource);
      return toolSet === undefined
        ? httpError(NOT_HERE, scene.requestId, [])
        : answerTo(message, dialect.value, scene, toolSet);
    });
    return andThen(answer, (given) => {
      noteOutcome?.(faultOfAnswer(given));
      return withHeaders(given, limited.headers);
    });
  }

  return (message, scene) => {
    const limited = limit(scene.caller.principal);
    return limited instanceof Promise
      ? limited.then((decided) => answerLimited(message, scene, decided))
      : answerLimited(message, scene, limited);
  };
}

function withHeaders({ body, headers: own, isHttpError, status }: Answer, limits: readonly string[]): Answer {
  const headers = own.length === 0 ? limits : [...own, ...limits];
  return isHttpError === true ? { status, headers, body, isHttpError } : { status, headers, body };
}

function unknownMethod(id: RpcId, method: string, dialect: Dialect): Answer {
  const answer = replyAnswer(id, replyUnknownMethod(method));
  return dialect.isModern ? { ...answer, status: 404 } : answer;
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
