import { collectBytes, textWithDigits, withQuery, type ResponseHeaders, type Sender } from '@latchkey/tools';
import type { ChannelFault, WireMessage } from '../channel.ts';
import type { CredentialParts } from '../credentials.ts';
import { createEventParser } from '../event-stream-parser.ts';
import { faultOf } from '../fault.ts';
import { faultOfSender, isEventStream } from '../http-fault.ts';
import { readWire } from '../wire.ts';

export interface HttpRequest {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly url: URL;
  readonly credential: CredentialParts;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: JsonBody | undefined;
}

type JsonBody = Readonly<Record<string, unknown>>;

export interface HttpEvents {
  onHead?(headers: ResponseHeaders): void;
  onMessage(message: WireMessage): void;
  /** Where a broken stream could be taken up, and when. */
  onPlace?(place: { readonly eventId: string | undefined; readonly retryMs: number | undefined }): void;
  /** An answer that is no success, with the beginning of its body. */
  onRefused(status: number, headers: ResponseHeaders, body: Buffer): void;
  onEnd(): void;
  onFault(fault: ChannelFault): void;
}

export interface HttpExchange {
  /** Hears no more, and closes the connection unless the answer has ended. */
  stop(): void;
  /** Hears no more. The answer may end by itself, for a moment, so that its connection can be used again. */
  finish(): void;
}

const MESSAGE_BYTES_MAX = 32 * 1024 * 1024;
const REFUSAL_BYTES_MAX = 64 * 1024;
const LINGER_MS = 1_000;

/** One request of Streamable HTTP and the messages that answer it, as one JSON document or as a stream of events. */
export function exchange(
  sender: Sender,
  { body, credential, headers, method, url }: HttpRequest,
  { headTimeoutMs }: { headTimeoutMs: number },
  events: HttpEvents,
): HttpExchange {
  const collected = collectBytes();
  let answer:
    | { status: number; headers: ResponseHeaders; kind: 'json' | 'events' | 'refused' | 'none' }
    | undefined;
  let isOver = false;

  function fail(fault: ChannelFault): void {
    if (isOver) return;
    stop();
    events.onFault(fault);
  }

  function stop(): void {
    isOver = true;
    control.abort({ code: 'upstream_aborted', message: '' });
  }

  function takeAll(found: ReturnType<typeof readWire>): boolean {
    if (!found.ok) {
      fail(found.error);
      return false;
    }
    for (const message of found.value) if (!isOver) events.onMessage(message);
    return !isOver;
  }

  const parser = createEventParser({
    bytesMax: MESSAGE_BYTES_MAX,
    onEvent({ data, event, id, retryMs }) {
      if (isOver) return;
      if (id !== undefined || retryMs !== undefined) events.onPlace?.({ eventId: id, retryMs });
      if (event === 'message' && data !== '') takeAll(readWire(Buffer.from(data)));
    },
  });

  function collect(chunk: Buffer, max: number): boolean {
    if (collected.length() + chunk.length > max) return false;
    collected.add(chunk);
    return true;
  }

  const control = sender.stream(
    {
      baseUrl: url.origin,
      request: {
        method,
        path: withQuery(url.pathname + url.search, credential),
        headers: {
          accept: method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
          'accept-encoding': 'identity',
          'user-agent': 'latchkey',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: textWithDigits(body) }),
      },
      headers: credential.headers,
      headTimeoutMs,
    },
    {
      onHead(status, received) {
        if (isOver) return;
        answer = { status, headers: received, kind: kindOf(status, received) };
        if (answer.kind === 'none' && status !== 202 && status !== 204)
          return fail(faultOf('upstream_invalid', { status }));
        if (answer.kind !== 'refused') events.onHead?.(received);
      },
      onData(chunk) {
        if (isOver) return;
        if (answer?.kind === 'events') {
          if (!parser.push(chunk)) fail(faultOf('upstream_too_large'));
        } else if (answer?.kind === 'json') {
          if (!collect(chunk, MESSAGE_BYTES_MAX)) fail(faultOf('upstream_too_large'));
        } else if (answer?.kind === 'refused' && !collect(chunk, REFUSAL_BYTES_MAX)) refuse();
      },
      onEnd() {
        if (isOver) return;
        if (answer?.kind === 'refused') return refuse();
        if (answer?.kind === 'json' && !takeAll(readWire(collected.whole()))) return;
        isOver = true;
        events.onEnd();
      },
      onFault: (fault) => fail(faultOfSender(fault)),
    },
  );

  function refuse(): void {
    if (answer === undefined) return;
    const { headers: received, status } = answer;
    const begun = collected.whole();
    stop();
    events.onRefused(status, received, begun);
  }

  return {
    stop,
    finish() {
      if (isOver) return;
      isOver = true;
      setTimeout(() => control.abort({ code: 'upstream_aborted', message: '' }), LINGER_MS).unref();
    },
  };
}

function kindOf(status: number, headers: ResponseHeaders): 'json' | 'events' | 'refused' | 'none' {
  if (status < 200 || status > 299) return 'refused';
  if (isEventStream(headers)) return 'events';
  const { 'content-encoding': encoding, 'content-type': type } = headers;
  const isPlain = encoding === undefined || encoding === 'identity';
  return isPlain && typeof type === 'string' && /^application\/json\s*(?:;|$)/i.test(type) ? 'json' : 'none';
}
