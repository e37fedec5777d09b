import {
  prepareRequest,
  prepareRequestWithFiles,
  presentArgumentFaults,
  presentResult,
  takesFiles,
  type FetchFile,
} from '@latchkey/tools';
import type { Recorder } from '../pipeline/record.ts';
import type { CallUpstream } from '../pipeline/upstream.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import { createOwnTools } from './own-tools.ts';
import { callOf, type CallBound, type ToolCall, type ToolOutcome } from './tool-call.ts';
import { unknownTool } from './unknown-tool.ts';

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
  const callBound: CallBound = async (toolCall, bound) => {
    const { caller, requestId, signal } = toolCall;
    const call = callOf(toolCall, bound);
    if (bound.tool.access === 'full' && caller.principal.access !== 'full') {
      recorder.refused(call, 'insufficient_scope');
      return caller.couldStepUp ? { kind: 'step_up' } : unknownTool(toolCall);
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
  const callOwn = createOwnTools({ callBound, recorder });

  return async (toolCall) => {
    const bound = toolCall.toolSet.find(toolCall.name);
    if (bound !== undefined) return callBound(toolCall, bound);
    return (await callOwn(toolCall)) ?? unknownTool(toolCall);
  };
}

/** Arguments as a client may write them: none is the same as an empty object. */
export function readArguments(value: unknown): JsonObject | undefined {
  if (value === undefined || value === null) return {};
  return isJsonObject(value) ? value : undefined;
}
