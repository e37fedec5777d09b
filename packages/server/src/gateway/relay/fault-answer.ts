import { RPC, type RpcId } from '@latchkey/tools';
import type { RequestId } from '../../kernel/ids.ts';
import type { ChannelFault } from '../../upstreams/channel.ts';
import { errorAnswer, type Answer } from '../mcp/answer.ts';
import type { ClientPost } from './client-messages.ts';

/** Why there is no answer of the server's. The message may be shown. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  /** What a gateway would say in HTTP. */
  readonly status: number;
  readonly retryAfterSeconds?: number | undefined;
  readonly connectUrl?: string | undefined;
  readonly hint?: string | undefined;
  /** It is known that nothing left. */
  readonly notSent?: boolean | undefined;
}

const STATUS: Readonly<Record<ChannelFault['code'], number>> = {
  upstream_unreachable: 502,
  upstream_timeout: 504,
  upstream_reset: 502,
  upstream_invalid: 502,
  upstream_too_large: 502,
  upstream_unauthorized: 502,
  upstream_busy: 503,
};

/** As a gateway says it: whatever status the server had, to the client it is not the status of its request. */
export function faultFrom({ code, message, notSent, retryAfterSeconds }: ChannelFault): Fault {
  return { code, message, notSent, retryAfterSeconds, status: STATUS[code] };
}

/** The ids of what wants an answer. */
export function idsOf({ messages }: Pick<ClientPost, 'messages'>): readonly RpcId[] {
  return messages.flatMap(({ message }) => (message.kind === 'request' ? [message.id] : []));
}

/** Says what went wrong to each request of a POST; without one, in HTTP's terms. */
export function answerFault(
  post: Pick<ClientPost, 'messages' | 'isBatch'>,
  fault: Fault,
  requestId: RequestId,
): Answer {
  const bodies = idsOf(post).map((id) => faultMessage(id, fault, requestId));
  const [first] = bodies;
  if (first === undefined) return { ...httpFault(fault, requestId), isHttpError: true };
  return { status: 200, headers: waits(fault), body: post.isBatch ? `[${bodies.join(',')}]` : first };
}

/** A fault where nobody waits for a message. */
export function httpFault(fault: Fault, requestId: RequestId): Answer {
  return {
    status: fault.status,
    headers: waits(fault),
    body: JSON.stringify({ error: said(fault, requestId) }),
  };
}

export function faultMessage(id: RpcId, fault: Fault, requestId: RequestId): string {
  const { body } = errorAnswer(200, id, RPC.internalError, fault.message, {
    status: fault.status,
    ...said(fault, requestId),
  });
  return String(body);
}

function said({ code, connectUrl, hint, message, retryAfterSeconds }: Fault, requestId: RequestId) {
  return {
    code,
    message,
    request_id: requestId,
    ...(retryAfterSeconds === undefined ? {} : { retry_after_seconds: retryAfterSeconds }),
    ...(connectUrl === undefined ? {} : { connect_url: connectUrl }),
    ...(hint === undefined ? {} : { hint }),
  };
}

function waits({ retryAfterSeconds }: Fault): readonly string[] {
  return retryAfterSeconds === undefined ? [] : ['Retry-After', String(retryAfterSeconds)];
}
