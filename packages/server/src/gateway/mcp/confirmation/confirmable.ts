import type { ToolResult } from '@latchkey/tools';
import type { ConnectorId, RequestId } from '../../../kernel/ids.ts';
import type { Principal } from '../../../kernel/principal.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { Round } from '../round.ts';
import type { ConfirmedBy } from './states.ts';

/** A call before anything is made of it, by somebody who may make it. */
export interface Confirmable {
  readonly principal: Principal;
  readonly requestId: RequestId;
  readonly connector: { readonly id: ConnectorId; readonly name: string };
  /** `name`: as its connector knows it. */
  readonly tool: { readonly name: string; readonly title: string; readonly inputSchema: unknown };
  /** As the caller knows it. */
  readonly calledName: string;
  /** What a person has to agree to; undefined: nothing. */
  readonly text: string | undefined;
  readonly arguments: JsonObject;
  /** Undefined: the client's revision has no rounds. */
  readonly round: Round | undefined;
}

export type Checked =
  | {
      readonly kind: 'go';
      /** Undefined: nobody had to be asked. */
      readonly confirmed: ConfirmedBy | undefined;
      /** What is left when our part of it is taken out. It is these that were agreed to. */
      readonly arguments: JsonObject;
      readonly round: Round | undefined;
      /** For the `requestState` of a server that asks on: with it in the next round, nobody is asked by us again. */
      wrap(requestState: string | undefined): string | undefined;
    }
  | {
      readonly kind: 'ask';
      readonly reason: Reason;
      readonly inputRequests: JsonObject;
      readonly requestState: string;
    }
  | { readonly kind: 'result'; readonly reason: Reason; readonly result: ToolResult };

/** For the audit trail. */
export type Reason =
  | 'confirmation_required'
  | 'confirmation_invalid'
  | 'confirmation_expired'
  | 'confirmation_used'
  | 'confirmation_declined'
  | 'confirmation_cancelled';
