import {
  prepareRequest,
  prepareRequestWithFiles,
  presentArgumentFaults,
  presentResult,
  takesFiles,
  type ArgumentFault,
  type FetchFile,
  type PreparedRequest,
  type PresentContext,
  type Result,
  type UpstreamFault,
  type UpstreamResponse,
} from '@latchkey/tools';
import type { ApiTool } from '../../connectors/tool-set.ts';
import { abortSignalOf } from '../../kernel/cancellation.ts';
import { andThen, type Soon } from '../../kernel/soon.ts';
import type { DownloadLinks } from '../download/links.ts';
import type { Recorder } from '../pipeline/record.ts';
import type { CallUpstream, UpstreamOutcome } from '../pipeline/upstream.ts';
import { presentCredentialRefusal } from '../pipeline/credential-refusal.ts';
import type { CallMcp } from './call-mcp.ts';
import { createConfirmFirst } from './confirmation/confirm-first.ts';
import type { Confirmation } from './confirmation/confirmation.ts';
import { createOwnTools } from './own-tools.ts';
import { callOf, type CallBound, type ToolCall, type ToolOutcome } from './tool-call.ts';
import { unknownTool } from './unknown-tool.ts';

/** What keeps a call from being made is thrown: at once, or later. */
export type CallTool = (call: ToolCall) => Soon<ToolOutcome>;

/** catalogue -> record intent -> call -> present -> record outcome, for a tool. */
export function createCallTool({
  recorder,
  confirmation,
  callMcp,
  callUpstream,
  fetchFile,
  links,
}: {
  recorder: Recorder;
  confirmation: Confirmation;
  callMcp: CallMcp;
  callUpstream: CallUpstream;
  fetchFile: FetchFile;
  links: DownloadLinks;
}): CallTool {
  const confirmFirst = createConfirmFirst({ confirmation, recorder });

  const callBound: CallBound = (toolCall, bound) => {
    const { caller } = toolCall;
    if (bound.tool.access === 'full' && caller.principal.access !== 'full') {
      recorder.refused(callOf(toolCall, bound), 'insufficient_scope');
      return caller.couldStepUp ? { kind: 'step_up' } : unknownTool(toolCall);
    }
    return confirmFirst(toolCall, bound, callConfirmed);
  };

  const callConfirmed: CallBound = (toolCall, bound) => {
    if (bound.kind === 'mcp')
      return callMcp(toolCall.round?.isOurs === true ? { ...toolCall, round: undefined } : toolCall, bound);
    const { arguments: given, signal } = toolCall;
    if (!takesFiles(bound.tool)) return callApi(toolCall, bound, prepareRequest(bound.tool, given));
    const prepared = prepareRequestWithFiles(bound.tool, given, { fetchFile, signal: abortSignalOf(signal) });
    return prepared.then((request) => callApi(toolCall, bound, request));
  };

  function callApi(
    toolCall: ToolCall,
    bound: ApiTool,
    prepared: Result<PreparedRequest, ArgumentFault[]>,
  ): Soon<ToolOutcome> {
    const { requestId, signal, watch } = toolCall;
    const call = callOf(toolCall, bound);
    if (!prepared.ok) {
      watch?.unusable(prepared.error);
      recorder.refused(call, 'invalid_arguments');
      return { kind: 'result', result: presentArgumentFaults(prepared.error, { requestId }) };
    }
    const request = prepared.value;
    watch?.prepared(request);
    return andThen(callUpstream(call, bound, request, signal, watch), (outcome) =>
      present(toolCall, bound, request, outcome),
    );
  }

  function present(
    toolCall: ToolCall,
    bound: ApiTool,
    request: PreparedRequest,
    outcome: UpstreamOutcome,
  ): ToolOutcome {
    const { arguments: given, requestId } = toolCall;
    if ('refused' in outcome)
      return { kind: 'result', result: presentCredentialRefusal(outcome.refused, requestId) };
    const call = { arguments: given, request, baseUrl: bound.target.baseUrl };
    const context = { requestId, call, ...linking(toolCall, bound, outcome) };
    return { kind: 'result', result: presentResult(bound.tool, outcome, context) };
  }

  /** Who looks on is shown the file itself, and has no credential to fetch it with. */
  function linking(
    toolCall: ToolCall,
    bound: ApiTool,
    outcome: Result<UpstreamResponse, UpstreamFault>,
  ): Pick<PresentContext, 'linkTo'> {
    const { watch } = toolCall;
    if (watch === undefined) return isRepeatable(bound) ? { linkTo: () => linkFor(toolCall, bound) } : {};
    return {
      linkTo(file) {
        if (outcome.ok) watch.file(file, outcome.value.body);
        return undefined;
      },
    };
  }

  function linkFor({ arguments: given, caller, resource }: ToolCall, bound: ApiTool): string | undefined {
    const { actor, grantId, keyId, orgId } = caller.principal;
    return links.make({
      orgId,
      actorId: actor.id,
      keyId,
      grantId,
      resourcePath: resource.path,
      connectorId: bound.target.id,
      tool: bound.name,
      arguments: given,
    });
  }

  const callOwn = createOwnTools({ callBound, recorder });

  return (toolCall) => {
    const bound = toolCall.toolSet.find(toolCall.name);
    if (bound !== undefined) return callBound(toolCall, bound);
    return callOwn(toolCall).then((outcome) => outcome ?? unknownTool(toolCall));
  };
}

/** A link fetches its file anew, so only what changes nothing has one, and nobody has to be asked about. */
function isRepeatable({ confirmation, tool }: ApiTool): boolean {
  return confirmation === undefined && tool.access === 'read' && !takesFiles(tool);
}
