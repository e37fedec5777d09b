import type { RpcId } from '@latchkey/tools';
import type { RequestId } from '../../../kernel/ids.ts';
import { isJsonObject } from '../../../kernel/json.ts';
import type { WireMessage } from '../../../upstreams/channel.ts';
import type { Ended } from '../../pipeline/record.ts';
import type { Refusal } from '../../refusal.ts';
import { faultMessage, type Fault } from '../fault-answer.ts';
import type { Gate } from '../gate.ts';

/** Where the answers to one POST go. */
export interface Destination {
  isAttended(): boolean;
  /** Takes notifications and requests of the server's, too. */
  readonly takesMore: boolean;
  /** A promise: whoever takes them is slow. */
  tell(data: string): void | Promise<void>;
  /** All is answered. */
  finish(): void;
  /** Nothing will be. */
  cut(refusal: Refusal): void;
}

/** A request, and the token by which the server names it when it tells of progress. */
export interface Ask {
  readonly id: RpcId;
  readonly progressToken: unknown;
}

/** The requests of one POST, until each of them is answered. */
export interface Posted {
  /** Shows the answers to who asked. */
  readonly gate: Pick<Gate, 'present'>;
  readonly destination: Destination;
  readonly requestId: RequestId;
  /** Not answered yet. */
  readonly open: Set<Ask>;
  /** Told once, when all is over, what came of it. */
  readonly end: (ended: Ended) => void;
  /** What went wrong first. */
  failed: Ended | undefined;
}

/** Takes a request off, and ends the answer if it was the last. */
export function settle(posted: Posted, ask: Ask, failed: Ended | undefined): void {
  if (!posted.open.delete(ask)) return;
  posted.failed ??= failed;
  if (posted.open.size > 0) return;
  posted.destination.finish();
  posted.end(posted.failed ?? { status: 200 });
}

/** Answers a request in our words. */
export function abandon(posted: Posted, ask: Ask, fault: Fault): void {
  void posted.destination.tell(faultMessage(ask.id, fault, posted.requestId));
  settle(posted, ask, { fault: fault.code, notSent: fault.notSent });
}

/** What is recorded of an answer that went wrong by its own account. */
export function faultIn({ error, result }: WireMessage): string | undefined {
  return error !== undefined || (isJsonObject(result) && result['isError'] === true)
    ? 'upstream_error'
    : undefined;
}

/** One JSON text for those who take no events: what else the server says meanwhile belongs to no call. */
export function createJsonDestination(
  respond: (bodies: readonly string[]) => void,
  cut: (refusal: Refusal) => void,
): Destination {
  const bodies: string[] = [];
  return {
    takesMore: false,
    isAttended: () => true,
    tell: (data) => void bodies.push(data),
    finish: () => respond(bodies),
    cut,
  };
}
