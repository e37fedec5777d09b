// MCP 2024-11-05, Transports, HTTP with SSE.
import { setMaxListeners } from 'node:events';
import { textWithDigits, withQuery, type Sender, type StreamControl } from '@latchkey/tools';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Channel, ChannelEvents, ChannelFault } from '../channel.ts';
import { createEventParser, type ServerSentEvent } from '../event-stream-parser.ts';
import { faultOf } from '../fault.ts';
import { faultOfAnswer, faultOfSender, isEventStream } from '../http-fault.ts';
import { createIntake } from '../intake.ts';
import { readWire } from '../wire.ts';

/** Opens the stream, and waits until the server has said where messages are posted. */
export function openSseChannel({
  events,
  headers,
  limits,
  onOver,
  query,
  sender,
  signal,
  url,
}: {
  events: ChannelEvents;
  /** The credential: put on the stream, and on each message. */
  headers: Readonly<Record<string, string>>;
  limits: { readonly openMs: number; readonly postMs: number; readonly eventBytesMax: number };
  /** Called once, however it ends: it holds no connection any more. */
  onOver: () => void;
  query: string | undefined;
  sender: Sender;
  signal: AbortSignal;
  url: URL;
}): Promise<Result<Channel, ChannelFault>> {
  return new Promise((resolve) => {
    let endpoint: URL | undefined;
    let isOver = false;
    let control: StreamControl | undefined;
    /** What is still being posted when it ends. */
    const posting = new AbortController();
    // Each message that is under way listens to it.
    setMaxListeners(0, posting.signal);

    function stop(): void {
      isOver = true;
      posting.abort();
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      control?.abort({ code: 'upstream_aborted', message: '' });
      onOver();
    }

    function die(fault: ChannelFault): void {
      if (isOver) return;
      stop();
      if (endpoint === undefined) resolve(fail(fault));
      // What was being posted hears first whether it left: that is known of each message by itself.
      else setImmediate(() => events.onClose({ ...fault, notSent: undefined }));
    }

    const giveUp = (): void => die(faultOf('upstream_reset', { message: GIVEN_UP }));
    const timer = setTimeout(() => die(faultOf('upstream_timeout')), limits.openMs);
    const take = createIntake({
      onMessage: events.onMessage,
      pause: () => control?.pause(),
      resume: () => control?.resume(),
    });

    function hear({ data, event }: ServerSentEvent): void {
      if (isOver) return;
      if (event === 'endpoint') return hearEndpoint(data);
      // Servers have events of their own, such as `ping`, and blocks that say nothing.
      if (event !== 'message' || data === '') return undefined;
      const messages = readWire(Buffer.from(data));
      if (endpoint === undefined || !messages.ok) return die(faultOf('upstream_invalid'));
      for (const message of messages.value) if (!isOver) take(message);
    }

    function hearEndpoint(data: string): void {
      // Once and for all: where the credential goes does not change under way.
      if (endpoint !== undefined) return;
      const found = endpointAt(data, url);
      if (found === undefined) return die(faultOf('upstream_invalid', { message: FOREIGN_ENDPOINT }));
      endpoint = found;
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      resolve(ok({ send, close: () => isOver || stop() }));
    }

    const send: Channel['send'] = async (message) => {
      if (isOver || endpoint === undefined) return fail({ ...faultOf('upstream_reset'), notSent: true });
      const sent = await sender.send({
        baseUrl: endpoint.origin,
        request: {
          method: 'POST',
          path: withQuery(endpoint.pathname + endpoint.search, { headers, query }),
          headers: { accept: '*/*', 'content-type': 'application/json' },
          body: textWithDigits(message),
        },
        headers,
        signal: posting.signal,
        timeoutMs: limits.postMs,
      });
      if (sent.ok && sent.value.status >= 200 && sent.value.status < 300) return ok(undefined);
      const fault = sent.ok ? faultOfAnswer(sent.value) : faultOfSender(sent.error);
      die(fault);
      return fail(fault);
    };

    const parser = createEventParser({ bytesMax: limits.eventBytesMax, onEvent: hear });
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    control = sender.stream(
      {
        baseUrl: url.origin,
        request: {
          method: 'GET',
          path: withQuery(url.pathname + url.search, { headers, query }),
          headers: {
            accept: 'text/event-stream',
            'accept-encoding': 'identity',
            'cache-control': 'no-cache',
            'user-agent': 'latchkey',
          },
        },
        headers,
        headTimeoutMs: limits.openMs,
      },
      {
        onHead(status, received) {
          if (status !== 200) die(faultOfAnswer({ status, headers: received }));
          else if (!isEventStream(received)) die(faultOf('upstream_invalid', { message: NO_EVENTS, status }));
        },
        onData(chunk) {
          if (!isOver && !parser.push(chunk)) die(faultOf('upstream_too_large'));
        },
        onEnd: () => die(faultOf('upstream_reset')),
        onFault: (fault) => die(faultOfSender(fault)),
      },
    );
    return undefined;
  });
}

/**
 * Where messages are posted, with the credential. Only the stream's own origin may be: another would be handed the
 * credential, or would be a place that only we can reach.
 */
function endpointAt(data: string, stream: URL): URL | undefined {
  if (!URL.canParse(data, stream.href)) return undefined;
  const url = new URL(data, stream);
  const isPlain = url.username === '' && url.password === '';
  return url.origin === stream.origin && isPlain ? url : undefined;
}

const FOREIGN_ENDPOINT = 'The MCP server names a place for messages that is not its own.';
const NO_EVENTS = 'The MCP server does not answer with an event stream.';
const GIVEN_UP = 'The connection to the MCP server was given up before it stood.';
