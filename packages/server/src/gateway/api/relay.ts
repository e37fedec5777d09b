import {
  maskedHeaders,
  type Mask,
  type Reach,
  type Sender,
  type StreamControl,
  type UpstreamFault,
} from '@latchkey/tools';
import type { Cancellation } from '../../kernel/cancellation.ts';
import { endUnread } from '../../kernel/end-unread.ts';
import { AppError, type ErrorCode } from '../../kernel/errors.ts';
import { respondError, type NodeHeldExchange } from '../exchange.ts';
import type { Ended } from '../pipeline/record.ts';
import { cappedBody } from './capped-body.ts';
import { hasBody, responseHeaders } from './headers.ts';

export interface Passage {
  readonly exchange: NodeHeldExchange;
  readonly sender: Sender;
  /** Fires when the caller goes away or loses its right: then nothing more is sent, nor answered here. */
  readonly signal: Cancellation;
  /** Told once how it ended. */
  readonly end: (ended: Ended) => void;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly path: string;
  /** Covers our credential in what comes back. */
  readonly mask: Mask | undefined;
  /** Told that the upstream answered 401 to our credential. */
  readonly onRefused: () => void;
  readonly baseUrl: string;
  readonly reach: Reach | undefined;
  /** Where the base URL stands on our side: `/api/crm`. */
  readonly doorPath: string;
  readonly bodyBytesMax: number;
  readonly callMsMax: number;
}

/** For a whole upload, however slow the caller's line is. */
const UPLOAD_MS_MAX = 600_000;
/** From the end of an upload to the head of the answer. */
const ANSWER_MS_MAX = 30_000;

/** Passes a request to the upstream and its answer back while they arrive, each at the pace of the slower side. */
export function relay(passage: Passage): Promise<void> {
  const { end, exchange, sender, signal } = passage;
  const { req, res } = exchange;
  if (signal.aborted) {
    end({ fault: 'not_sent' });
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    let status: number | undefined;
    let tooLarge = false;
    let body: ReturnType<Mask['stream']> | undefined;
    const upload = uploadOf(passage, () => {
      tooLarge = true;
      control.abort({ code: 'upstream_aborted', message: 'The body is too large.' });
    });
    const onAbort = (): void => control.abort({ code: 'upstream_aborted', message: 'The caller went away.' });
    const over = (ended: Ended): void => {
      upload?.stopWaiting();
      signal.removeEventListener('abort', onAbort);
      end(ended);
      resolve();
    };

    const control: StreamControl = sender.stream(
      {
        baseUrl: passage.baseUrl,
        request: {
          method: req.method ?? 'GET',
          path: passage.path,
          headers: {},
          ...(upload && { body: upload.body }),
        },
        headers: passage.headers,
        reach: passage.reach,
        ...(upload && { headTimeoutMs: UPLOAD_MS_MAX }),
        totalTimeoutMs: passage.callMsMax,
      },
      {
        onHead(upstreamStatus, headers) {
          status = upstreamStatus;
          upload?.stopWaiting();
          if (isAboutOurCredential(upstreamStatus) || isUnknown(upstreamStatus)) {
            if (upstreamStatus === 401) passage.onRefused();
            control.abort({
              code: 'upstream_reset',
              message: 'The answer of the upstream is not passed on.',
            });
            return;
          }
          const relocate = (location: string): string => relocated(location, passage);
          const { mask } = passage;
          const shown = mask === undefined ? headers : maskedHeaders(headers, mask);
          body = mask?.stream();
          res.writeHead(upstreamStatus, [...exchange.headers, ...responseHeaders(shown, relocate)]);
          res.flushHeaders();
          endUnread(res, exchange.unreadMs);
        },
        onData(chunk) {
          const shown = body === undefined ? chunk : body.push(chunk);
          if (shown.length === 0 || res.write(shown)) return;
          control.pause();
          res.once('drain', () => control.resume());
        },
        onEnd() {
          res.end(body?.end());
          over({ status });
        },
        onFault(fault) {
          if (res.writableEnded) return over({ status, fault: fault.code });
          if (res.headersSent) res.destroy();
          else respondError(exchange, tooLarge ? bodyTooLarge(passage.bodyBytesMax) : errorOf(fault, status));
          over({ status, fault: tooLarge ? 'payload_too_large' : fault.code, notSent: fault.notSent });
        },
      },
    );
    upload?.onSent(() =>
      control.abort({ code: 'upstream_timeout', message: 'The API did not answer in time.' }),
    );
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** The request's body, if it has one, and the wait for the answer, which begins when all of it is sent. */
function uploadOf({ bodyBytesMax, exchange: { req } }: Passage, onTooLarge: () => void) {
  if (!hasBody(req.headers)) return undefined;
  const body = cappedBody(req, bodyBytesMax, onTooLarge);
  let timer: NodeJS.Timeout | undefined;
  let isAnswered = false;
  return {
    body,
    onSent(onTimeout: () => void): void {
      body.once('end', () => {
        if (!isAnswered) timer = setTimeout(onTimeout, ANSWER_MS_MAX);
      });
    },
    stopWaiting(): void {
      isAnswered = true;
      clearTimeout(timer);
    },
  };
}

function isAboutOurCredential(status: number): boolean {
  return status === 401 || status === 407;
}

/** Nobody knows what it means (RFC 9110 section 15). */
function isUnknown(status: number): boolean {
  return status < 100 || status > 599;
}

export function bodyTooLarge(bytesMax: number): AppError {
  return new AppError('payload_too_large', `A body has at most ${bytesMax / 1024 / 1024} MB.`);
}

function errorOf(fault: UpstreamFault, status: number | undefined): AppError {
  if (status !== undefined && isUnknown(status))
    return new AppError('upstream_invalid', 'The upstream answered with a status that HTTP does not know.');
  if (status !== undefined) {
    return new AppError('upstream_invalid', 'The upstream did not accept the credential of this service.', {
      internalMessage: `the upstream answered ${status} to our own credential`,
    });
  }
  return new AppError(errorCodeOf(fault), fault.message);
}

function errorCodeOf(fault: UpstreamFault): ErrorCode {
  return fault.code === 'upstream_aborted' ? 'upstream_reset' : fault.code;
}

/** An address under the upstream's base URL is reached through us; any other is passed on as it is. */
function relocated(location: string, { baseUrl, doorPath, path }: Passage): string {
  if (!URL.canParse(location, baseUrl + path)) return location;
  const target = new URL(location, baseUrl + path).href;
  return target === baseUrl || target.startsWith(`${baseUrl}/`)
    ? doorPath + target.slice(baseUrl.length)
    : location;
}
