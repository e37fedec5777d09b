import { errorResult, errorText, type Diagnostics, type ToolResult } from '@latchkey/tools';
import { abortSignalOf } from '../../kernel/cancellation.ts';
import type { McpServers } from '../../connectors/mcp-servers.ts';
import type { McpTool } from '../../connectors/tool-set.ts';
import type { McpClients } from '../../upstreams/client/clients.ts';
import { headerText } from '../../upstreams/client/modern.ts';
import type { ClientFault, Reply } from '../../upstreams/client/types.ts';
import { describeFault } from '../../upstreams/credentials/describe-fault.ts';
import { presentCredentialRefusal } from '../pipeline/credential-refusal.ts';
import type { Ended, Recorder } from '../pipeline/record.ts';
import { faultFrom } from '../relay/fault-answer.ts';
import { headerDeclarations } from '../relay/header-declarations.ts';
import { presentForeignResult } from './foreign-result.ts';
import { readAsked, type ForeignStates } from './foreign-rounds.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json.ts';
import { callOf, type ToolCall, type ToolOutcome } from './tool-call.ts';

export type CallMcp = (toolCall: ToolCall, bound: McpTool) => Promise<ToolOutcome>;

interface Answered {
  readonly outcome: ToolOutcome;
  readonly ended: Ended;
}

/** A tool of an MCP server, called by our own client: its credential, the caller's cancellation, its answer as we show it. */
export function createCallMcp({
  clients,
  mcpBaseUrl,
  recorder,
  servers,
  states,
}: {
  clients: Pick<McpClients, 'callTool'>;
  mcpBaseUrl: string;
  recorder: Recorder;
  servers: Pick<McpServers, 'used'>;
  states: ForeignStates;
}): CallMcp {
  function diagnosed(diagnostics: Omit<Diagnostics, 'request_id'>, { requestId }: ToolCall): Answered {
    const result = errorResult({ ...diagnostics, request_id: requestId });
    return { outcome: { kind: 'result', result }, ended: { fault: diagnostics.code } };
  }

  /** Where a client and the server can talk as they like. */
  function ownUrl({ caller }: ToolCall, { target }: McpTool): string {
    return `${mcpBaseUrl}/mcp/${caller.principal.orgSlug}/c/${target.slug}`;
  }

  function wantsMore(toolCall: ToolCall, bound: McpTool): Answered {
    return diagnosed(
      {
        status: 400,
        code: 'upstream_asks',
        message: `The MCP server asks for something that this client cannot be asked for here. A client that is connected to ${ownUrl(toolCall, bound)} can be.`,
        hint: 'Show the address to the person. Calling again here does not help.',
      },
      toolCall,
    );
  }

  function presentFault(fault: ClientFault, toolCall: ToolCall): Answered {
    const { ended, outcome } = presentedFault(fault, toolCall);
    return { outcome, ended: { ...ended, notSent: fault.notSent } };
  }

  function presentedFault(fault: ClientFault, toolCall: ToolCall): Answered {
    switch (fault.kind) {
      case 'credential': {
        const refusal = describeFault(fault.fault);
        const result = presentCredentialRefusal(refusal, toolCall.requestId);
        return { outcome: { kind: 'result', result }, ended: { fault: refusal.code } };
      }
      case 'cancelled':
        return diagnosed(
          { status: 499, code: 'upstream_aborted', message: 'The call was cancelled.' },
          toolCall,
        );
      case 'session_gone':
      case 'channel': {
        const found = fault.kind === 'channel' ? fault.fault : SESSIONS_END;
        const { code, message, retryAfterSeconds, status } = faultFrom(found);
        return diagnosed(
          {
            status,
            code,
            message,
            ...(retryAfterSeconds === undefined ? {} : { retry_after_seconds: retryAfterSeconds }),
            ...hintOf(code),
          },
          toolCall,
        );
      }
    }
  }

  /** A server's words are cleaned, capped and marked as its own. */
  function presentError(
    { code, message }: Extract<Reply, { kind: 'error' }>,
    toolCall: ToolCall,
    bound: McpTool,
  ): Answered {
    if (code === MISSING_CAPABILITY || code === URL_ELICITATION) return wantsMore(toolCall, bound);
    const said = errorText(Buffer.from(message), 'text/plain');
    const words =
      said === '' ? `The MCP server answered with error ${code}.` : `The MCP server answered: ${said}`;
    return diagnosed(
      REFUSALS.has(code)
        ? {
            status: 400,
            code: 'upstream_rejected',
            message: words,
            hint: 'Correct the arguments and call the tool again.',
          }
        : { status: 502, code: 'upstream_error', message: words },
      toolCall,
    );
  }

  function presentReply(reply: Reply, toolCall: ToolCall, bound: McpTool): Answered {
    if (reply.kind === 'error') return presentError(reply, toolCall, bound);
    const { result } = reply;
    const asked = readAsked(result, toolCall.round?.capabilities ?? {});
    if (asked?.kind === 'asked' && toolCall.round !== undefined) {
      const { inputRequests, requestState } = asked;
      const owner = ownerOf(toolCall, bound);
      return {
        outcome: {
          kind: 'input_required',
          inputRequests,
          requestState: requestState === undefined ? undefined : states.seal(requestState, owner),
        },
        ended: { status: 200 },
      };
    }
    if (asked?.kind === 'invalid' || isOfAnotherKind(result)) {
      const shown = presentForeignResult(
        { content: 'none' },
        { requestId: toolCall.requestId, tool: bound.tool },
      );
      return { outcome: { kind: 'result', result: shown }, ended: { fault: 'upstream_invalid' } };
    }
    if (asked !== undefined) return wantsMore(toolCall, bound);
    const shown: ToolResult = presentForeignResult(result, {
      requestId: toolCall.requestId,
      tool: bound.tool,
    });
    const ended = shown.isError === true ? { fault: 'tool_error' } : { status: 200 };
    return { outcome: { kind: 'result', result: shown }, ended };
  }

  return async (toolCall, bound) => {
    const { arguments: given, caller, round, signal, watch } = toolCall;
    const call = callOf(toolCall, bound);
    servers.used(bound.target, caller.principal);
    const state = round?.requestState;
    const opened = state === undefined ? undefined : states.open(state, ownerOf(toolCall, bound));
    if (state !== undefined && opened === undefined) {
      recorder.refused(call, 'request_state_invalid');
      return diagnosed(STATE_REFUSED, toolCall).outcome;
    }
    watch?.enter('record');
    const end = await recorder.begin(call);
    watch?.message({ method: 'tools/call', params: { name: bound.tool.name, arguments: given } });
    watch?.enter('wait');
    try {
      const replied = await clients.callTool(
        bound.target,
        caller.principal,
        {
          name: bound.tool.name,
          arguments: given,
          headers: headersOf(bound, given),
          capabilities: round?.capabilities,
          round: round && {
            ...(round.inputResponses === undefined ? {} : { inputResponses: round.inputResponses }),
            ...(opened === undefined ? {} : { requestState: opened }),
          },
        },
        { signal: abortSignalOf(signal), onProgress: toolCall.onProgress, onCredential: watch?.credential },
      );
      watch?.enter('shape');
      const { ended, outcome } = replied.ok
        ? presentReply(replied.value, toolCall, bound)
        : presentFault(replied.error, toolCall);
      end(ended);
      return outcome;
    } catch (error) {
      end({ fault: 'internal' });
      throw error;
    }
  };
}

function ownerOf({ caller }: ToolCall, { target, tool }: McpTool) {
  return { principal: caller.principal, connectorId: target.id, tool: tool.name };
}

/** JSON-RPC 2.0 section 5.1: it is about what was asked. */
const REFUSALS: ReadonlySet<number> = new Set([-32600, -32601, -32602, -32020]);
/** MCP 2026-07-28 and 2025-11-25. */
const MISSING_CAPABILITY = -32021;
const URL_ELICITATION = -32042;

const SESSIONS_END = {
  code: 'upstream_reset',
  message: 'The MCP server does not keep its sessions.',
} as const;
const STATE_REFUSED = {
  status: 400,
  code: 'invalid_request',
  message: 'This requestState is not of this call, or has expired. Nothing was sent.',
  hint: 'Call the tool again without requestState.',
};

function hintOf(code: string): { hint?: string } {
  switch (code) {
    case 'upstream_unauthorized':
      return {
        hint: 'An administrator of the organisation has to renew the connector’s credential. Signing in again does not help.',
      };
    case 'upstream_timeout':
    case 'upstream_reset':
      return { hint: 'It may have taken effect: check before you call again.' };
    default:
      return {};
  }
}

function isOfAnotherKind({ resultType }: JsonObject): boolean {
  return resultType !== undefined && resultType !== 'complete' && resultType !== 'input_required';
}

/** MCP 2026-07-28, Streamable HTTP, Custom headers from tool parameters. */
function headersOf({ headerSchema }: McpTool, given: JsonObject): Record<string, string> | undefined {
  if (headerSchema === undefined) return undefined;
  const headers: Record<string, string> = {};
  for (const { header, path } of headerDeclarations(headerSchema)) {
    const value = valueAt(given, path);
    if (typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value))
      headers[`mcp-param-${header.toLowerCase()}`] = headerText(String(value));
  }
  return headers;
}

function valueAt(given: unknown, path: readonly string[]): unknown {
  let value = given;
  for (const key of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}
