import {
  describeTools,
  presentArgumentFaults,
  readInnerCall,
  searchTools,
  type ArgumentFault,
  type Result,
  type ToolResult,
} from '@latchkey/tools';
import { AppError } from '../../kernel/errors.ts';
import type { RequestId } from '../../kernel/ids.ts';
import type { Recorder } from '../pipeline/record.ts';
import { callOf, type CallBound, type ToolCall, type ToolOutcome } from './tool-call.ts';
import { refusedResult } from './tool-result.ts';
import { unknownTool } from './unknown-tool.ts';

type CallThrough = 'call_read_tool' | 'call_write_tool';

/**
 * Our own tools, where tools are offered by search; undefined for every other name. Searching and describing look at
 * what the caller reaches and leave no trace. A call through them is the inner tool's call in every respect.
 */
export function createOwnTools({
  callBound,
  recorder,
}: {
  callBound: CallBound;
  recorder: Recorder;
}): (call: ToolCall) => Promise<ToolOutcome | undefined> {
  return async (toolCall) => {
    const { caller, name, requestId, toolSet } = toolCall;
    if (toolSet.offer().mode !== 'search') return undefined;
    const { access } = caller.principal;
    switch (name) {
      case 'search_tools':
        return shown(searchTools(toolSet.offer().directory(access), access, toolCall.arguments), requestId);
      case 'describe_tools':
        return shown(describeTools(toolSet.offer().directory(access), toolCall.arguments), requestId);
      case 'call_read_tool':
      case 'call_write_tool':
        return callThrough(toolCall, name);
      default:
        return undefined;
    }
  };

  async function callThrough(toolCall: ToolCall, through: CallThrough): Promise<ToolOutcome> {
    const { caller, requestId, toolSet } = toolCall;
    const isReader = caller.principal.access !== 'full';
    // Who can never write is not told that there is a tool for it.
    if (through === 'call_write_tool' && isReader && !caller.couldStepUp) return unknownTool(toolCall);
    const read = readInnerCall(through, toolCall.arguments);
    if (!read.ok) return shown(read, requestId);
    const inner: ToolCall = { ...toolCall, ...read.value };
    const bound = toolSet.find(inner.name);
    if (bound === undefined) return unknownTool(inner);
    if (through === 'call_write_tool' && isReader) {
      recorder.refused(callOf(inner, bound), 'insufficient_scope');
      return { kind: 'step_up' };
    }
    // A tool that says it only reads must not write, whoever calls it: people approve it by that word.
    if (through === 'call_read_tool' && bound.tool.access === 'full' && !isReader) {
      recorder.refused(callOf(inner, bound), 'write_through_read_tool');
      const hint = 'Nothing was sent. Call it with call_write_tool.';
      return { kind: 'result', result: refusedResult(writes(bound.name), requestId, hint) };
    }
    return undeclared(await callBound(inner, bound));
  }
}

/** The tool that the client called declares no output schema, so of structured content only an error's is known to it. */
function undeclared(outcome: ToolOutcome): ToolOutcome {
  if (outcome.kind !== 'result' || outcome.result.isError === true) return outcome;
  return { kind: 'result', result: { content: outcome.result.content } };
}

function shown(answer: Result<ToolResult, readonly ArgumentFault[]>, requestId: RequestId): ToolOutcome {
  return {
    kind: 'result',
    result: answer.ok ? answer.value : presentArgumentFaults(answer.error, { requestId }),
  };
}

function writes(name: string): AppError {
  return new AppError(
    'invalid_request',
    `The tool "${name}" can change something, so call_read_tool does not call it.`,
  );
}
