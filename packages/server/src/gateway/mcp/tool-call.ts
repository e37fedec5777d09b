import type { ToolResult } from '@latchkey/tools';
import { costOf } from '../../connectors/tool-cost.ts';
import type { BoundTool, ToolSet } from '../../connectors/tool-set.ts';
import type { Cancellation } from '../../kernel/cancellation.ts';
import type { RequestId } from '../../kernel/ids.ts';
import type { Resource } from '../../kernel/resource.ts';
import type { Soon } from '../../kernel/soon.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { CallWatch } from '../pipeline/call-watch.ts';
import type { Call } from '../pipeline/record.ts';
import type { ConfirmedBy } from './confirmation/states.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Round } from './round.ts';

export interface ToolCall {
  readonly caller: Caller;
  readonly toolSet: ToolSet;
  /** Where it was called. */
  readonly resource: Resource;
  readonly requestId: RequestId;
  /** Fires when the caller goes away. */
  readonly signal: Cancellation;
  readonly name: string;
  readonly arguments: JsonObject;
  /** Hears how the call gets on, in the words of the server behind us; undefined: nobody wants to. */
  readonly onProgress?: ((progress: JsonObject) => void) | undefined;
  /** Undefined: the client's revision has no rounds. */
  readonly round?: Round | undefined;
  /** How a person agreed to it; undefined: nobody had to be asked. */
  readonly confirmed?: ConfirmedBy | undefined;
  /** Somebody looks on. */
  readonly watch?: CallWatch | undefined;
}

export type ToolOutcome =
  | { readonly kind: 'result'; readonly result: ToolResult }
  /** Something has to be answered first (MRTR). Only for clients whose revision has rounds. */
  | {
      readonly kind: 'input_required';
      readonly inputRequests?: JsonObject | undefined;
      readonly requestState?: string | undefined;
    }
  /** Only full access would do, and a new consent could give it. */
  | { readonly kind: 'step_up' };

/** The one way to an upstream, whether the tool was called by its name or through one of ours. */
export type CallBound = (call: ToolCall, bound: BoundTool) => Soon<ToolOutcome>;

/** What is recorded of a call: always the tool that is meant, never the one of ours that it came through. */
export function callOf({ caller, confirmed, requestId, signal }: ToolCall, bound: BoundTool): Call {
  return {
    principal: caller.principal,
    requestId,
    action: 'tool.call',
    target: bound.name,
    connector: bound.target.slug,
    access: bound.tool.access,
    confirmed,
    credits: costOf(bound.tool),
    signal,
  };
}
