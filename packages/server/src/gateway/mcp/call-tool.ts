import {
  prepareRequest,
  prepareRequestWithFiles,
  presentArgumentFaults,
  presentResult,
  takesFiles,
  type FetchFile,
  type PresentContext,
} from '@latchkey/tools';
import type { ApiTool } from '../../connectors/tool-set.ts';
import type { DownloadLinks } from '../download/links.ts';
import type { Recorder } from '../pipeline/record.ts';
import type { CallUpstream } from '../pipeline/upstream.ts';
import { presentCredentialRefusal } from '../pipeline/credential-refusal.ts';
import type { CallMcp } from './call-mcp.ts';
import { createConfirmFirst } from './confirmation/confirm-first.ts';
import type { Confirmation } from './confirmation/confirmation.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import { createOwnTools } from './own-tools.ts';
import { callOf, type CallBound, type ToolCall, type ToolOutcome } from './tool-call.ts';
import { unknownTool } from './unknown-tool.ts';

export type CallTool = (call: ToolCall) => Promise<ToolOutcome>;

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

  const callBound: CallBound = async (toolCall, bound) => {
    const { caller } = toolCall;
    if (bound.tool.access === 'full' && caller.principal.access !== 'full') {
      recorder.refused(callOf(toolCall, bound), 'insufficient_scope');
      return caller.couldStepUp ? { kind: 'step_up' } : unknownTool(toolCall);
    }
    return confirmFirst(toolCall, bound, callConfirmed);
  };

  const callConfirmed: CallBound = async (toolCall, bound) => {
    const { requestId, signal } = toolCall;
    const call = callOf(toolCall, bound);
    if (bound.kind === 'mcp') return callMcp(toolCall, bound);
    const prepared = takesFiles(bound.tool)
      ? await prepareRequestWithFiles(bound.tool, toolCall.arguments, { fetchFile, signal })
      : prepareRequest(bound.tool, toolCall.arguments);
    if (!prepared.ok) {
      recorder.refused(call, 'invalid_arguments');
      return { kind: 'result', result: presentArgumentFaults(prepared.error, { requestId }) };
    }
    const outcome = await callUpstream(call, bound, prepared.value, signal);
    if ('refused' in outcome) {
      return { kind: 'result', result: presentCredentialRefusal(outcome.refused, requestId) };
    }
    const { baseUrl } = bound.target;
    const context: PresentContext = {
      requestId,
      call: { arguments: toolCall.arguments, request: prepared.value, baseUrl },
      ...(isRepeatable(bound) && { linkTo: () => linkFor(toolCall, bound) }),
    };
    return { kind: 'result', result: presentResult(bound.tool, outcome, context) };
  };

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

  return async (toolCall) => {
    const bound = toolCall.toolSet.find(toolCall.name);
    if (bound !== undefined) return callBound(toolCall, bound);
    return (await callOwn(toolCall)) ?? unknownTool(toolCall);
  };
}

/** A link fetches its file anew, so only what changes nothing has one, and nobody has to be asked about. */
function isRepeatable({ confirmation, tool }: ApiTool): boolean {
  return confirmation === undefined && tool.access === 'read' && !takesFiles(tool);
}

/** Arguments as a client may write them: none is the same as an empty object. */
export function readArguments(value: unknown): JsonObject | undefined {
  if (value === undefined || value === null) return {};
  return isJsonObject(value) ? value : undefined;
}
