import type { BoundTool } from '../../../connectors/tool-set.ts';
import type { Soon } from '../../../kernel/soon.ts';
import type { Recorder } from '../../pipeline/record.ts';
import { callOf, type CallBound, type ToolCall, type ToolOutcome } from '../tool-call.ts';
import type { Confirmation } from './confirmation.ts';

/** Has a tool called once a person has agreed to it, where an admin wants that. */
export type ConfirmFirst = (toolCall: ToolCall, bound: BoundTool, then: CallBound) => Soon<ToolOutcome>;

export function createConfirmFirst({
  confirmation,
  recorder,
}: {
  confirmation: Confirmation;
  recorder: Recorder;
}): ConfirmFirst {
  async function ask(toolCall: ToolCall, bound: BoundTool, then: CallBound): Promise<ToolOutcome> {
    const checked = await confirmation.check({
      principal: toolCall.caller.principal,
      requestId: toolCall.requestId,
      connector: bound.target,
      tool: bound.tool,
      calledName: bound.name,
      text: bound.confirmation,
      arguments: toolCall.arguments,
      round: toolCall.round,
    });
    if (checked.kind !== 'go') {
      recorder.refused(callOf(toolCall, bound), checked.reason);
      if (checked.kind === 'result') return { kind: 'result', result: checked.result };
      const { inputRequests, requestState } = checked;
      return { kind: 'input_required', inputRequests, requestState };
    }
    const { arguments: agreed, confirmed, round, wrap } = checked;
    const outcome = await then({ ...toolCall, arguments: agreed, round, confirmed }, bound);
    return outcome.kind === 'input_required'
      ? { ...outcome, requestState: wrap(outcome.requestState) }
      : outcome;
  }

  return (toolCall, bound, then) =>
    confirmation.isFree(toolCall, bound.confirmation) ? then(toolCall, bound) : ask(toolCall, bound, then);
}
