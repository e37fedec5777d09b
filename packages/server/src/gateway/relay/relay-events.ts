import type { RpcId } from '@latchkey/tools';
import type { AppError } from '../../kernel/errors.ts';
import { faultOf } from '../../upstreams/fault.ts';
import { isEventStream } from '../../upstreams/http-fault.ts';
import { JSON_TYPE, respond } from '../exchange.ts';
import { sendAnswer } from '../mcp/send-answer.ts';
import { isOpen, send, sendLatest } from '../streams/event-stream.ts';
import type { Stream, StreamKind, Streams } from '../streams/streams.ts';
import { createBlockReader } from './event-blocks.ts';
import { answerFault, faultFrom, faultMessage, idsOf, type Fault } from './fault-answer.ts';
import type { Passage } from './passage.ts';
import { speaksModern } from './upstream-request.ts';
import { createUnanswered, isResponse } from './relayed-messages.ts';
import { refuseWith, type Answered, type Sink } from './answered.ts';

/** An answer that is an event stream, as one or, for a client that reads none, as the text in it; undefined: it is none. */
export function relayEvents(answered: Answered, streams: Streams): Sink | undefined {
  const { headers, passage, status } = answered;
  if (status !== 200 || !isEventStream(headers)) return undefined;
  const isListener = isListening(passage);
  if (passage.post === undefined) return isListener ? passEvents(answered, streams, LISTENING) : undefined;
  if (!readsEvents(passage.exchange.req.headers.accept)) {
    // Nobody waits for what it says.
    return idsOf(passage.post).length === 0 ? undefined : collectEvents(answered);
  }
  return passEvents(answered, streams, isListener ? LISTENING : CALLING);
}

/** Clients that do not name it are asked for nothing in between and take one text. */
export function readsEvents(accept: string | undefined): boolean {
  return accept !== undefined && /text\/(?:event-stream|\*)/i.test(accept);
}

/** It lasts as long as its client likes: nobody waits for its end. */
export function isListening({ exchange, post }: Passage): boolean {
  return exchange.req.method === 'GET' || subscriptionOf(post) !== undefined;
}

function subscriptionOf(post: Passage['post']): { id: RpcId; wantsTools: boolean } | undefined {
  const [only] = post?.messages ?? [];
  if (only?.message.kind !== 'request' || only.message.method !== 'subscriptions/listen') return undefined;
  const filter = only.message.params?.['notifications'] as { toolsListChanged?: unknown } | null | undefined;
  return { id: only.message.id, wantsTools: filter?.toolsListChanged === true };
}

interface Relaying {
  readonly passage: Passage;
  readonly subscription: { readonly id: RpcId; readonly wantsTools: boolean } | undefined;
  /** The server has said something: what we say may follow. */
  hasBegun: boolean;
}

const kind: Omit<StreamKind<Relaying>, 'isBusy'> = {
  outlivesLess: false,
  toolsChanged(stream) {
    const { passage, subscription } = stream.about;
    void passage.refresh().then(
      (isThere) => {
        if (!isThere) stream.res.end();
        else if (stream.about.hasBegun && isOpen(stream)) tellOfTools(stream, subscription);
      },
      () => stream.res.destroy(),
    );
  },
  farewell(stream) {
    const { subscription } = stream.about;
    if (subscription === undefined) return;
    const result = { resultType: 'complete', _meta: { [SUBSCRIPTION_ID]: subscription.id } };
    send(stream, 'message', JSON.stringify({ jsonrpc: '2.0', id: subscription.id, result }));
  },
  // The request of the server's follows the answer to its client by itself.
  closed: () => undefined,
};
const LISTENING: StreamKind<Relaying> = { ...kind, isBusy: () => false };
const CALLING: StreamKind<Relaying> = {
  ...kind,
  isCall: true,
  isBusy: () => true,
  toolsChanged: () => undefined,
};

const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';

function tellOfTools(stream: Stream<Relaying>, subscription: Relaying['subscription']): void {
  const message = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' };
  if (subscription === undefined) sendLatest(stream, JSON.stringify(message));
  else if (subscription.wantsTools)
    sendLatest(
      stream,
      JSON.stringify({ ...message, params: { _meta: { [SUBSCRIPTION_ID]: subscription.id } } }),
    );
}

/** Event by event, at the pace of the slower side. */
function passEvents(answered: Answered, streams: Streams, streamKind: StreamKind<Relaying>): Sink {
  const { control, limits, over, passage, reader, shownHeaders } = answered;
  const { call, caller, exchange, post } = passage;
  const unanswered = createUnanswered(post === undefined ? [] : idsOf(post));
  const isModern = speaksModern(post);
  let canResume = false;
  let why: Fault | undefined;
  const opened = streams.open({ exchange, call, caller, headers: shownHeaders }, streamKind, {
    passage,
    subscription: subscriptionOf(post),
    hasBegun: post === undefined,
  });
  if (!opened.ok) {
    queueMicrotask(() => control.abort({ code: 'upstream_aborted', message: 'There are too many streams.' }));
    return refusing(answered, opened.error);
  }
  const stream = opened.value;
  const { res } = stream;
  let timer = waiting();

  function waiting(): NodeJS.Timeout | undefined {
    if (streamKind.isCall !== true) return undefined;
    return setTimeout(() => stop(faultFrom(faultOf('upstream_timeout'))), limits.silenceMs);
  }

  function stop(fault: Fault): void {
    why = fault;
    control.abort({ code: 'upstream_reset', message: fault.message });
  }

  const blocks = createBlockReader({
    bytesMax: limits.bytesMax,
    onBlock(block) {
      if (!isOpen(stream) || why !== undefined) return;
      const found = reader.block(block);
      if (found === undefined)
        return post === undefined ? undefined : stop(faultFrom(faultOf('upstream_invalid')));
      canResume ||= found.hasId;
      stream.about.hasBegun = true;
      for (const message of found.messages) unanswered.take(message);
      res.write(found.bytes);
    },
  });

  /** What the client still waits for, and will not get. One that can ask for the rest of the stream does that. */
  function finish(fault: Fault): void {
    clearTimeout(timer);
    const missing = unanswered.ids();
    const isMissing = missing.length > 0;
    post?.end(
      isMissing ? { fault: fault.code } : unanswered.failed() ? { fault: 'upstream_error' } : { status: 200 },
    );
    if (isOpen(stream)) {
      const saysSo = why !== undefined || isModern || !canResume;
      if (saysSo)
        for (const id of missing) send(stream, 'message', faultMessage(id, fault, exchange.requestId));
      res.end();
    }
    over();
  }

  return {
    data(chunk) {
      streams.used(stream);
      clearTimeout(timer);
      timer = waiting();
      if (!blocks.push(chunk)) return stop(faultFrom(faultOf('upstream_too_large')));
      if (!res.writableNeedDrain) return;
      control.pause();
      res.once('drain', () => control.resume());
    },
    end: () => finish(faultFrom(faultOf('upstream_reset'))),
    fault: (fault) => finish(why ?? fault),
  };
}

function refusing({ over, passage }: Answered, error: AppError): Sink {
  return {
    data: () => undefined,
    end: () => undefined,
    fault() {
      refuseWith(passage, error);
      over();
    },
  };
}

/** For a client that takes one text: the answers, without what was said before them. */
function collectEvents(answered: Answered): Sink {
  const { control, limits, over, passage, reader, shownHeaders } = answered;
  const { exchange, post } = passage;
  const unanswered = createUnanswered(post === undefined ? [] : idsOf(post));
  const answers: Buffer[] = [];
  let bytes = 0;
  let why: Fault | undefined;
  let isDone = false;
  let timer = waiting();

  function waiting(): NodeJS.Timeout {
    return setTimeout(() => stop(faultFrom(faultOf('upstream_timeout'))), limits.headMs);
  }

  function stop(fault: Fault): void {
    why = fault;
    control.abort({ code: 'upstream_reset', message: fault.message });
  }

  const blocks = createBlockReader({
    bytesMax: limits.bytesMax,
    onBlock(block) {
      if (isDone || why !== undefined) return;
      const found = reader.block(block);
      if (found === undefined) return stop(faultFrom(faultOf('upstream_invalid')));
      for (const message of found.messages) {
        if (unanswered.take(message)) keep(reader.text(message));
        else if (!isResponse(message) && message['id'] !== undefined) return stop(ASKS_BACK);
      }
      if (why === undefined && unanswered.ids().length === 0) finish(undefined);
    },
  });

  function keep(answer: Buffer): void {
    answers.push(answer);
    bytes += answer.length;
    if (bytes > limits.bytesMax) stop(faultFrom(faultOf('upstream_too_large')));
  }

  function finish(fault: Fault | undefined): void {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    if (fault !== undefined) {
      post?.end({ fault: fault.code });
      if (post !== undefined) sendAnswer(exchange, answerFault(post, fault, exchange.requestId));
    } else {
      post?.end(unanswered.failed() ? { fault: 'upstream_error' } : { status: 200 });
      const body = post?.isBatch === true ? listOf(answers) : answers;
      respond(exchange, 200, [...JSON_TYPE, ...shownHeaders], body);
    }
    control.abort({ code: 'upstream_aborted', message: 'The answer is whole.' });
    over();
  }

  return {
    data(chunk) {
      if (!blocks.push(chunk)) stop(faultFrom(faultOf('upstream_too_large')));
    },
    end: () => finish(faultFrom(faultOf('upstream_reset'))),
    fault: (fault) => finish(why ?? fault),
  };
}

function listOf(texts: readonly Buffer[]): (Buffer | string)[] {
  return ['[', ...texts.flatMap((text, index) => (index === 0 ? [text] : [',', text])), ']'];
}

const ASKS_BACK: Fault = {
  code: 'upstream_invalid',
  status: 502,
  message: 'The MCP server asks something back, and this client does not hear it.',
  hint: 'List text/event-stream in the Accept header.',
};
