import { type ResponseHeaders, type StreamControl, RPC } from '@latchkey/tools';
import type { AppError } from '../../kernel/errors.ts';
import { respondError, type Exchange } from '../exchange.ts';
import { errorAnswer, type Answer } from '../mcp/answer.ts';
import { sendAnswer } from '../mcp/send-answer.ts';
import type { ClientPost } from './client-messages.ts';
import { answerFault, httpFault, idsOf, type Fault } from './fault-answer.ts';
import type { Passage } from './passage.ts';
import type { Reader } from './relayed-messages.ts';
import type { RoomLimits } from './room.ts';

export interface RelayLimits extends RoomLimits {
  /** Until the head of an answer: a little less than the patience of the most patient client. */
  readonly headMs: number;
  /** How long an answer that has begun may stay silent. */
  readonly silenceMs: number;
  /** The same for one that is not an event stream, of which nothing is passed on before it is whole. */
  readonly bodySilenceMs: number;
  /** Of an answer in JSON, or of one event. */
  readonly bytesMax: number;
}

export const RELAY_LIMITS: RelayLimits = {
  headMs: 230_000,
  silenceMs: 30 * 60_000,
  bodySilenceMs: 60_000,
  bytesMax: 32 * 1024 * 1024,
  underWayPerKey: 256,
  underWayPerOrganisation: 3_000,
};

/** What takes what comes after the head. */
export interface Sink {
  data(chunk: Buffer): void;
  end(): void;
  /** It broke off, by itself or because it was aborted. */
  fault(fault: Fault): void;
}

/** An answer of the server's, from its head on. */
export interface Answered {
  readonly passage: Passage;
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** `Mcp-Session-Id` and its kin, as the client may see them. */
  readonly shownHeaders: readonly string[];
  readonly hadSession: boolean;
  readonly reader: Reader;
  readonly control: StreamControl;
  readonly limits: RelayLimits;
  /** Nothing more will be done for this request. */
  readonly over: () => void;
}

/** Says what went wrong, where nothing was said yet. */
export function answerWith({ exchange, post }: Passage, fault: Fault): void {
  const { requestId } = exchange;
  post?.end({ fault: fault.code, notSent: fault.notSent });
  const answer: Answer =
    post === undefined
      ? { ...httpFault(fault, requestId), isHttpError: true }
      : answerFault(post, fault, requestId);
  sendAnswer(exchange, answer);
}

/** Says that there is no room for it now, where nothing was said yet. */
export function refuseWith({ exchange, post }: Passage, error: AppError): void {
  post?.end({ fault: error.code });
  sendNoRoom(exchange, post, error);
}

/** The same of what nothing is on record of. */
export function sendNoRoom(exchange: Exchange, post: ClientPost | undefined, error: AppError): void {
  const { code, publicMessage, retryAfterSeconds, status } = error;
  const [id] = post === undefined ? [] : idsOf(post);
  if (id === undefined) return respondError(exchange, error);
  const data = { code, request_id: exchange.requestId, retry_after_seconds: retryAfterSeconds };
  const headers = retryAfterSeconds === undefined ? [] : ['Retry-After', String(retryAfterSeconds)];
  return sendAnswer(exchange, { ...errorAnswer(status, id, RPC.rateLimited, publicMessage, data), headers });
}

/** What a client takes for the end of its session: it begins another. */
export function noSession({ post }: Passage): Answer {
  const [id] = post === undefined ? [] : idsOf(post);
  return errorAnswer(404, id, -32_001, 'Session not found');
}
