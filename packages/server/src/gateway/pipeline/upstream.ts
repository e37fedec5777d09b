import type { PreparedRequest, Result, Sender, UpstreamFault, UpstreamResponse } from '@latchkey/tools';
import type { ApiTool } from '../../connectors/tool-set.ts';
import type { Assertions } from './assertions.ts';
import type { Call, Recorder } from './record.ts';

export type CallUpstream = (
  call: Call,
  bound: ApiTool,
  request: PreparedRequest,
  signal: AbortSignal,
) => Promise<Result<UpstreamResponse, UpstreamFault>>;

/** Sends a tool's request with our credential in place of the caller's, between its intent and its outcome. */
export function createCallUpstream({
  assertions,
  recorder,
  sender,
}: {
  assertions: Assertions;
  recorder: Recorder;
  sender: Sender;
}): CallUpstream {
  return async (call, { tool, target }, request, signal) => {
    const baseUrl = request.baseUrl ?? target.baseUrl;
    const headers: Record<string, string> = { 'x-request-id': call.requestId };
    if (tool.binding.anonymous !== true) {
      headers['authorization'] = `Bearer ${await assertions(call.principal, target.baseUrl)}`;
    }
    const end = await recorder.begin(call);
    try {
      const outcome = await sender.send({ baseUrl, request, headers, signal });
      end(outcome.ok ? { status: outcome.value.status } : { fault: outcome.error.code });
      return outcome;
    } catch (error) {
      end({ fault: 'internal' });
      throw error;
    }
  };
}
