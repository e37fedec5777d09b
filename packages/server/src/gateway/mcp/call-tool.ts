import {
  prepareRequest,
  prepareRequestWithFiles,
  presentArgumentFaults,
  presentResult,
  takesFiles,
  type FetchFile,
  type ToolResult,
} from '@latchkey/tools';
import type { BoundTool, ToolSet } from '../../connectors/tool-set.ts';
import { AppError } from '../../kernel/errors.ts';
import type { RequestId } from '../../kernel/ids.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { Call, Recorder } from '../pipeline/record.ts';
import type { CallUpstream } from '../pipeline/upstream.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import { refusedResult } from './tool-result.ts';

export interface ToolCall {
  readonly caller: Caller;
  readonly toolSet: ToolSet;
  readonly requestId: RequestId;
  /** Fires when the caller goes away. */
  readonly signal: AbortSignal;
  readonly name: string;
  readonly arguments: JsonObject;
}

export type ToolOutcome =
  | { readonly kind: 'result'; readonly result: ToolResult }
  /** Only full access would do, and a new consent could give it. */
  | { readonly kind: 'step_up' };

export type CallTool = (call: ToolCall) => Promise<ToolOutcome>;

/** catalogue -> record intent -> call -> present -> record outcome, for a tool. */
export function createCallTool({
  recorder,
  callUpstream,
  fetchFile,
}: {
  recorder: Recorder;
  callUpstream: CallUpstream;
  fetchFile: FetchFile;
}): CallTool {
  return async (toolCall) => {
    const { caller, name, requestId, signal, toolSet } = toolCall;
    const bound = toolSet.byName.get(name);
    if (bound === undefined) return unknownTool(name, requestId);
    const call = callOf(toolCall, bound);
    if (bound.tool.access === 'full' && caller.principal.access !== 'full') {
      recorder.refused(call, 'insufficient_scope');
      return caller.couldStepUp ? { kind: 'step_up' } : unknownTool(name, requestId);
    }

    const prepared = takesFiles(bound.tool)
      ? await prepareRequestWithFiles(bound.tool, toolCall.arguments, { fetchFile, signal })
      : prepareRequest(bound.tool, toolCall.arguments);
    if (!prepared.ok) {
      recorder.refused(call, 'invalid_arguments');
      return { kind: 'result', result: presentArgumentFaults(prepared.error, { requestId }) };
    }
    const outcome = await callUpstream(call, bound, prepared.value, signal);
    return { kind: 'result', result: presentResult(bound.tool, outcome, { requestId }) };
  };
}

/** Arguments as a client may write them: none is the same as an empty object. */
export function readArguments(value: unknown): JsonObject | undefined {
  if (value === undefined || value === null) return {};
  return isJsonObject(value) ? value : undefined;
}

function callOf({ caller, requestId }: ToolCall, bound: BoundTool): Call {
  return {
    principal: caller.principal,
    requestId,
    action: 'tool.call',
    target: bound.name,
    connector: bound.target.slug,
    access: bound.tool.access,
  };
}

/** The same for a tool that does not exist and for one that this caller may not know of. */
function unknownTool(name: string, requestId: RequestId): ToolOutcome {
  const shown = name.length > 64 ? `${name.slice(0, 64)}…` : name;
  const error = new AppError('not_found', `There is no tool "${shown}" that you may use.`);
  return {
    kind: 'result',
    result: refusedResult(error, requestId, 'tools/list names the tools that you may use.'),
  };
}
