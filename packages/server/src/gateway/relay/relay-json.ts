import { collectBytes } from '@latchkey/tools';
import { faultOf } from '../../upstreams/fault.ts';
import { faultOfAnswer, isEventStream } from '../../upstreams/http-fault.ts';
import { JSON_TYPE, respond } from '../exchange.ts';
import { errorAnswer, framed, wantsEvents, type Answer } from '../mcp/answer.ts';
import { sendAnswer } from '../mcp/send-answer.ts';
import { faultFrom, idsOf } from './fault-answer.ts';
import { createUnanswered, isResponse, type Relayed } from './relayed-messages.ts';
import { answerWith, noSession, type Answered, type Sink } from './answered.ts';

/** An answer that is one text, passed on when it is whole and found to be what it should be. */
export function collectJson(answered: Answered): Sink {
  const { control, headers, limits, over, passage } = answered;
  const collected = collectBytes();
  let timer = waiting();

  function waiting(): NodeJS.Timeout {
    return setTimeout(
      () => control.abort({ code: 'upstream_timeout', message: 'It fell silent.' }),
      limits.bodySilenceMs,
    );
  }
  function tooLarge(): void {
    control.abort({ code: 'upstream_too_large', message: 'It is too large.' });
  }
  if (Number(headers['content-length']) > limits.bytesMax) queueMicrotask(tooLarge);

  return {
    data(chunk) {
      clearTimeout(timer);
      timer = waiting();
      if (collected.length() + chunk.length > limits.bytesMax) return tooLarge();
      collected.add(chunk);
    },
    end() {
      clearTimeout(timer);
      answerWhole(answered, collected.whole());
      over();
    },
    fault(fault) {
      clearTimeout(timer);
      answerWith(passage, fault);
      over();
    },
  };
}

function answerWhole(answered: Answered, body: Buffer): void {
  const { headers, passage, reader, status } = answered;
  const { exchange, post } = passage;
  const isPlain = [undefined, 'identity'].includes(headers['content-encoding'] as string | undefined);
  const isEvents = isEventStream(headers);
  const found = isPlain && !isEvents && body.length > 0 ? reader.json(body) : undefined;
  if (exchange.req.method === 'DELETE' && isSuccess(status))
    return respond(exchange, status === 204 ? 204 : 200, answered.shownHeaders, '');
  if (found !== undefined && isError(found, status)) return passError(answered, found);
  if (status === 404 && answered.hadSession) return endWith(answered, noSession(passage));
  if (post === undefined) return answerOther(answered);
  if (!isSuccess(status)) return answerWith(passage, faultFrom(faultOfAnswer({ headers, status })));
  const ids = idsOf(post);
  if (ids.length === 0)
    return endWith(answered, { status: 202, headers: answered.shownHeaders, body: undefined });
  const unanswered = createUnanswered(ids);
  for (const message of found?.messages ?? []) unanswered.take(message);
  if (found === undefined || !found.messages.every(isResponse) || unanswered.ids().length > 0)
    return answerWith(passage, faultFrom(faultOf('upstream_invalid')));
  post.end(unanswered.failed() ? { fault: 'upstream_error' } : { status });
  return pass(answered, found);
}

/** A refusal in the protocol's own terms is the server's to make: so are its status and its words. */
function isError({ messages }: Relayed, status: number): boolean {
  const [first] = messages;
  return (
    status >= 400 && messages.length === 1 && first?.['error'] !== undefined && first['method'] === undefined
  );
}

function passError({ headers, passage, shownHeaders, status }: Answered, { bytes }: Relayed): void {
  passage.post?.end({ status });
  const allow = headers['allow'];
  const more = typeof allow === 'string' && /^[A-Z, ]{1,64}$/.test(allow) ? ['Allow', allow] : [];
  respond(passage.exchange, status, [...JSON_TYPE, ...shownHeaders, ...more], [bytes]);
}

function pass({ passage, shownHeaders, status }: Answered, { bytes }: Relayed): void {
  const { exchange } = passage;
  const { body, headers } = framed([bytes], wantsEvents(exchange.req.headers.accept));
  respond(exchange, status, [...headers, ...shownHeaders], body);
}

/** To GET and DELETE: that there is no such thing is for the client to hear, all else is a fault. */
function answerOther(answered: Answered): void {
  const { headers, passage, status } = answered;
  if (status !== 405 && status !== 404 && status !== 400)
    return answerWith(
      passage,
      faultFrom(isSuccess(status) ? faultOf('upstream_invalid') : faultOfAnswer({ headers, status })),
    );
  const allow = status === 405 ? ['Allow', 'POST'] : [];
  const said = status === 405 ? 'Method not allowed' : status === 404 ? 'Not found' : 'Bad request';
  return endWith(answered, { ...errorAnswer(status, undefined, -32_000, said), headers: allow });
}

function endWith({ passage, status }: Answered, answer: Answer): void {
  passage.post?.end({ status });
  sendAnswer(passage.exchange, answer);
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
