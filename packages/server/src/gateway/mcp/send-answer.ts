import { JSON_TYPE, respond, type Exchange } from '../exchange.ts';
import { framed, wantsEvents, type Answer } from './answer.ts';

/** Answers a POST as its client reads it. */
export function sendAnswer(exchange: Exchange, answer: Answer): void {
  const { body, headers, isHttpError, status } = answer;
  if (body === undefined) return respond(exchange, status, headers, '');
  if (isHttpError === true || status !== 200)
    return respond(exchange, status, [...JSON_TYPE, ...headers], body);
  const { accept } = exchange.req.headers;
  const frame = framed(body, wantsEvents(accept));
  return respond(exchange, status, [...frame.headers, ...headers], frame.body);
}
