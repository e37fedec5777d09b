import type { McpView } from '../../connectors/organisation-view.ts';
import type { McpTarget } from '../../connectors/tool-set.ts';
import type { NodeHeldExchange } from '../exchange.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { Ended } from '../pipeline/record.ts';
import type { OpenCall } from '../under-way.ts';
import type { ClientPost } from './client-messages.ts';
import type { Gate } from './gate.ts';
import type { Room } from './room.ts';

/** A request that the door and the gate have let in, on its way to an MCP server. */
export interface Passage {
  /** Its method is POST, GET or DELETE. Headers are on it for each answer. */
  readonly exchange: NodeHeldExchange;
  readonly call: OpenCall;
  readonly caller: Caller;
  readonly target: McpTarget;
  readonly gate: Gate;
  /** What a POST says; undefined: it is none. */
  readonly post: AdmittedPost | undefined;
  /** Looks again at what the caller is offered: false if the connector is gone, or is another server by now. */
  refresh(): Promise<boolean>;
}

export interface AdmittedPost extends ClientPost {
  /** Told once what came of it. */
  readonly end: (ended: Ended) => void;
}

/** Takes it to the server and brings back what it says. Answers, always; what it does not foresee is thrown. */
export type Carry = (passage: Passage) => Promise<void>;

/** A way to servers of a kind. */
export interface Carrier {
  readonly carry: Carry;
  /** What has to be entered before anything is put on record; undefined: whoever comes is carried, or told why not. */
  readonly room?: Room | undefined;
}

/** The view of a passage, which may grow old while a stream is open. */
export interface LiveView {
  current(): McpView;
  refresh(): Promise<boolean>;
}
