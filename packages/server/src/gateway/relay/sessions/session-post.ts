import { RPC, type Message } from '@latchkey/tools';
import { errorAnswer, type Answer } from '../../mcp/answer.ts';
import { isJsonObject } from '../../../kernel/json.ts';
import { sendAnswer } from '../../mcp/send-answer.ts';
import { JSON_TYPE, respond, respondError, type NodeHeldExchange } from '../../exchange.ts';
import type { ClientMessage } from '../client-messages.ts';
import { answerFault } from '../fault-answer.ts';
import type { AdmittedPost, Passage } from '../passage.ts';
import { readsEvents } from '../relay-events.ts';
import { createJsonDestination, type Ask, type Destination, type Posted } from './posted.ts';
import type { Session } from './session.ts';

/** Passes on what a client says on its session. Resolves when all that it asked is answered. */
export async function takePost(
  session: Session,
  { call, exchange, gate }: Passage,
  post: AdmittedPost,
  callsMax: number,
): Promise<void> {
  const { isBatch, messages } = post;
  const asks = asksOf(messages);
  const refusal = refusalOf(session, asks, callsMax);
  if (refusal !== undefined || call.isOver()) {
    post.end({ fault: 'not_sent' });
    return refusal && sendAnswer(exchange, refusal);
  }
  if (asks.length === 0) {
    const sent = await session.send(messages);
    post.end(sent.ok ? { status: 202 } : { fault: sent.error.code, notSent: sent.error.notSent });
    return sendAnswer(exchange, sent.ok ? ACCEPTED : answerFault(post, sent.error, exchange.requestId));
  }
  await new Promise<void>((resolve, reject) => {
    const posted: Posted = {
      gate,
      destination: readsEvents(exchange.req.headers.accept)
        ? eventsOn(exchange, session)
        : textOn(exchange, isBatch),
      requestId: exchange.requestId,
      open: new Set(asks),
      end(ended) {
        post.end(ended);
        resolve();
      },
      failed: undefined,
    };
    session.send(messages, posted).catch(reject);
  });
}

function eventsOn(exchange: NodeHeldExchange, session: Session): Destination {
  const track = session.newTrack();
  track.attach(exchange, []);
  return { ...track, takesMore: true };
}

function textOn(exchange: NodeHeldExchange, isBatch: boolean): Destination {
  return createJsonDestination(
    (bodies) => {
      const [first] = bodies;
      // All of it was cancelled.
      if (first === undefined) sendAnswer(exchange, ACCEPTED);
      else respond(exchange, 200, JSON_TYPE, isBatch ? `[${bodies.join(',')}]` : first);
    },
    ({ error, headers }) => respondError(exchange, error, headers),
  );
}

export function asksOf(messages: readonly ClientMessage[]): readonly Ask[] {
  return messages.flatMap(({ message }) => (message.kind === 'request' ? [askOf(message)] : []));
}

function askOf({ id, params }: Extract<Message, { kind: 'request' }>): Ask {
  const meta = params?.['_meta'];
  return { id, progressToken: isJsonObject(meta) ? meta['progressToken'] : undefined };
}

/** Why a session takes no such requests now. */
export function refusalOf(session: Session, asks: readonly Ask[], callsMax: number): Answer | undefined {
  const [first] = asks;
  const used = asks.find(({ id }) => session.isInUse(id));
  if (used !== undefined) return errorAnswer(400, used.id, RPC.invalidRequest, 'This id is in use.');
  return session.callCount() + asks.length > callsMax
    ? errorAnswer(429, first?.id, RPC.rateLimited, 'Too many calls of this session are under way.')
    : undefined;
}

const ACCEPTED: Answer = { status: 202, headers: [], body: undefined };
