import { StringDecoder } from 'node:string_decoder';
import { headerOf } from '../../call/header.ts';
import type { Sender } from '../../call/send.ts';
import type { UpstreamFault, UpstreamResponse } from '../../call/types.ts';
import { isObject } from '../../json.ts';
import type { JsonObject } from '../../json.ts';
import { parseKeepingDigits } from '../../kept-digits.ts';
import { fail, ok } from '../../result.ts';
import type { Result } from '../../result.ts';
import { createEventReader } from './event-stream.ts';

/** The answer to a message: the last JSON-RPC message, and what HTTP says around it. */
export interface Posted {
  readonly response: UpstreamResponse;
  /** Undefined: there is none that can be read. */
  readonly message: JsonObject | undefined;
}

const ANSWER_BYTES_MAX = 32 * 1024 * 1024;
/** A server behind the gateway has nearly four minutes to begin its answer, and may let a person be asked. */
const HEAD_TIMEOUT_MS = 300_000;
/** From then on the gateway says at least each half minute that it is still there. */
const IDLE_MS = 120_000;

/** Posts one message by Streamable HTTP and waits for its answer. `onNotification` hears what is said before it. */
export function postMessage(
  sender: Sender,
  {
    body,
    headers,
    idleMs = IDLE_MS,
    onNotification,
    path,
    signal,
    origin,
  }: {
    readonly origin: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly signal: AbortSignal;
    readonly onNotification: (message: JsonObject) => void;
    /** How long nothing may come once the answer has begun. */
    readonly idleMs?: number | undefined;
  },
): Promise<Result<Posted, UpstreamFault>> {
  if (signal.aborted) return Promise.resolve(fail({ ...ABORTED, notSent: true }));
  return new Promise((resolve) => {
    let status = 0;
    let received: UpstreamResponse['headers'] = {};
    let bytes = 0;
    let answer: JsonObject | undefined;
    let read: (chunk: Buffer) => void = () => undefined;
    const chunks: Buffer[] = [];
    const abort = (): void => control.abort(ABORTED);
    let idle: NodeJS.Timeout | undefined;
    const wait = (): void => {
      clearTimeout(idle);
      idle = setTimeout(() => control.abort(SILENT), idleMs);
    };
    const settle = (result: Result<Posted, UpstreamFault>): void => {
      clearTimeout(idle);
      signal.removeEventListener('abort', abort);
      resolve(result);
    };

    const control = sender.stream(
      {
        baseUrl: origin,
        request: { method: 'POST', path, headers: { 'content-type': 'application/json' }, body },
        headers: { 'user-agent': 'latchkey', 'accept-encoding': 'identity', ...headers },
        headTimeoutMs: HEAD_TIMEOUT_MS,
      },
      {
        onHead(code, head) {
          wait();
          status = code;
          received = head;
          const isStream = /^text\/event-stream\b/i.test(headerOf(head, 'content-type') ?? '');
          read = isStream ? readEvents() : (chunk) => void chunks.push(chunk);
        },
        onData(chunk) {
          wait();
          bytes += chunk.length;
          if (bytes > ANSWER_BYTES_MAX) control.abort(TOO_LARGE);
          else read(chunk);
        },
        onEnd() {
          const whole = Buffer.concat(chunks);
          const response = { status, headers: received, body: whole };
          settle(ok({ response, message: answer ?? parsed(whole.toString('utf8')) }));
        },
        onFault: (fault) => settle(fail(fault)),
      },
    );

    function readEvents(): (chunk: Buffer) => void {
      const decoder = new StringDecoder('utf8');
      const reader = createEventReader((data) => {
        const message = parsed(data);
        if (message === undefined) return;
        if (message['method'] === undefined) answer = message;
        else if (message['id'] === undefined) onNotification(message);
      });
      return (chunk) => reader.push(decoder.write(chunk));
    }
    signal.addEventListener('abort', abort, { once: true });
  });
}

const ABORTED: UpstreamFault = { code: 'upstream_aborted', message: 'The call was taken back.' };
const SILENT: UpstreamFault = { code: 'upstream_timeout', message: 'The answer did not go on.' };
const TOO_LARGE: UpstreamFault = { code: 'upstream_too_large', message: 'The answer is too large.' };

function parsed(text: string): JsonObject | undefined {
  const value = parseKeepingDigits(text);
  return isObject(value) ? value : undefined;
}
