import { RPC, type RpcId, type Message } from '@latchkey/tools';
import type { McpView } from '../../connectors/organisation-view.ts';
import { ALL_TOOLS } from '../../connectors/tool-rules.ts';
import type { Access } from '../../kernel/access.ts';
import type { ConnectorId, RequestId } from '../../kernel/ids.ts';
import { errorAnswer, resultAnswer, type Answer } from '../mcp/answer.ts';
import { FULL_ACCESS_NEEDED, httpError } from '../mcp/dispatch.ts';
import { serializeToolResult, refusedResult } from '../mcp/tool-result.ts';
import { unknownTool } from '../mcp/unknown-tool.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { Call } from '../pipeline/record.ts';
import { dialectIn, type Headers } from './headers-match.ts';
import type { ListedTools } from './listed-tools.ts';

export interface Bench {
  readonly caller: Caller;
  readonly view: McpView;
  readonly listedTools: ListedTools;
  readonly requestId: RequestId;
  readonly stepUp: readonly string[] | undefined;
  readonly headers: Headers;
}

export type Judged =
  /** `call`: what is recorded of it. `tool`: that it calls. */
  | { readonly kind: 'pass'; readonly call?: Call | undefined; readonly tool?: CalledTool | undefined }
  | {
      readonly kind: 'refused';
      readonly answer: Answer;
      readonly call?: Call;
      readonly reason?: string;
    };

/** As much of a tool as is asked about before it is called. */
export interface CalledTool {
  readonly connector: { readonly id: ConnectorId; readonly name: string };
  readonly name: string;
  readonly title: string;
  readonly inputSchema: unknown;
  readonly access: Access;
  /** What a person has to agree to; undefined: nothing. */
  readonly confirmation: string | undefined;
}

/** What is recorded of what is no tool: it only reads. */
const RECORDED: ReadonlyMap<string, { readonly action: Call['action']; readonly field: 'name' | 'uri' }> =
  new Map([
    ['prompts/get', { action: 'prompt.get', field: 'name' }],
    ['resources/read', { action: 'resource.read', field: 'uri' }],
  ]);

/** What is said to any server, whatever it has. */
const OF_ALL: ReadonlySet<string> = new Set([
  'initialize',
  'logging/setLevel',
  'ping',
  'server/discover',
  'subscriptions/listen',
  'tools/list',
]);

/** Whether a client may say this to the server. Knows nothing of what is no tool, and lets it pass. */
export function judge(message: Message, bench: Bench): Judged {
  if (message.kind === 'response') return { kind: 'pass' };
  const { method, params } = message;
  const id = message.kind === 'request' ? message.id : undefined;
  if (!isPlain(method) || (meansTools(method) && method !== 'tools/call' && method !== 'tools/list'))
    return refused(unknownMethod(id));
  if (method === 'tools/call') {
    // There are servers that do what a notification says.
    if (id === undefined)
      return refused(
        errorAnswer(400, undefined, RPC.invalidRequest, 'tools/call is a request: give it an id.'),
      );
    const name = params?.['name'];
    if (typeof name !== 'string')
      return refused(errorAnswer(200, id, RPC.invalidParams, 'params.name is a string.'));
    return judgeCall(id, name, bench, message);
  }
  // Without a session a server may take all who come through us for one, and show each what the others do.
  if (meansTasksList(method) && bench.headers['mcp-session-id'] === undefined)
    return refused(unknownMethod(id));
  // A server that is switched off, or is for others, is so with all that it has.
  if (!OF_ALL.has(method) && !method.startsWith('notifications/') && !isOpenTo(bench.view))
    return refused(unknownMethod(id));
  const recorded = RECORDED.get(method);
  const target = recorded && params?.[recorded.field];
  if (recorded === undefined || typeof target !== 'string') return { kind: 'pass' };
  return { kind: 'pass', call: callOf(bench, recorded.action, withoutQuery(target), 'read') };
}

function unknownMethod(id: RpcId | undefined): Answer {
  return errorAnswer(id === undefined ? 400 : 200, id, RPC.methodNotFound, 'Method not found');
}

/** What is said of all tools of a server. */
function isOpenTo(view: McpView): boolean {
  return view.rulingOn({ name: ALL_TOOLS, access: 'read' }).offered;
}

function judgeCall(id: RpcId, name: string, bench: Bench, message: Message): Judged {
  const { caller, headers, requestId, stepUp, view } = bench;
  const tool = toolCalled(name, bench);
  const dialect = dialectIn(message, headers);
  if (tool === undefined) return refused(unknown());
  const { access } = tool;
  const call = callOf(bench, 'tool.call', name, access);
  if (access === 'read' || caller.principal.access === 'full') return { kind: 'pass', call, tool };
  return { kind: 'refused', answer: readOnly(), call, reason: 'insufficient_scope' };

  function unknown(): Answer {
    return resultAnswer(
      id,
      serializeToolResult(unknownTool({ caller, name, requestId, toolSet: view.toolSet }).result, dialect),
    );
  }
  function readOnly(): Answer {
    if (!caller.couldStepUp) return unknown();
    // RFC 6750 section 3.1: the client asks its user for more, and comes back with another token.
    if (stepUp !== undefined) return httpError(FULL_ACCESS_NEEDED, requestId, stepUp);
    return resultAnswer(id, serializeToolResult(refusedResult(FULL_ACCESS_NEEDED, requestId), dialect));
  }
}

/** Undefined: nobody here may call it. */
function toolCalled(name: string, { listedTools, view }: Bench): CalledTool | undefined {
  const bound = view.toolSet.find(name);
  const connector = view.target;
  // By its name alone: the server does not know what it was called before.
  if (bound !== undefined && bound.name === name) {
    if (listedTools.hasTurned(view, bound.tool)) return undefined;
    const { access, inputSchema, title } = bound.tool;
    return { connector, name, title, inputSchema, access, confirmation: bound.confirmation };
  }
  const newcomer = listedTools.newcomer(view, name);
  return newcomer && { connector, name, title: name, inputSchema: undefined, ...newcomer };
}

function callOf(
  { caller, requestId, view }: Bench,
  action: Call['action'],
  target: string,
  access: Access,
): Call {
  return { principal: caller.principal, requestId, action, target, connector: view.target.slug, access };
}

/** A query may hold what is not for the record, and what stands in a `data:` URI is no name at all. */
function withoutQuery(target: string): string {
  return target.startsWith('data:') ? 'data:' : (target.split(/[?#]/, 1)[0] ?? '');
}

function refused(answer: Answer): Judged {
  return { kind: 'refused', answer };
}

function isPlain(method: string): boolean {
  return /^[\x21-\x7e]+$/.test(method);
}

function meansTasksList(method: string): boolean {
  return method.toLowerCase().replaceAll(/[^a-z]/g, '') === 'taskslist';
}

/** However a lenient server may read it. */
function meansTools(method: string): boolean {
  const folded = method.toLowerCase();
  return folded.startsWith('tools/') || folded.replaceAll(/[^a-z]/g, '') === 'toolscall';
}
