import type { Sender, StreamControl, UpstreamFault } from '@latchkey/tools';
import { AppError, type ErrorCode } from '../../kernel/errors.ts';
import { respondError, type Exchange } from '../exchange.ts';
import type { Ended } from '../pipeline/record.ts';
import { cappedBody } from './capped-body.ts';
import { hasBody, responseHeaders } from './headers.ts';

export interface Passage {
  readonly exchange: Exchange;
  readonly sender: Sender;
  /** Fires when the caller goes away. */
  readonly signal: AbortSignal;
  /** Told once how it ended. */
  readonly end: (ended: Ended) => void;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly path: string;
  readonly baseUrl: string;
  /** Where the base URL stands on our side: `/api/crm`. */
  readonly doorPath: string;
  readonly bodyBytesMax: number;
}

/** Passes a request to the upstream and its answer back while they arrive, each at the pace of the slower side. */
export function relay(passage: Passage): Promise<void> {
  const { bodyBytesMax, end, exchange, sender, signal } = passage;
  const { req, res } = exchange;
  return new Promise((resolve) => {
    let status: number | undefined;
    const onAbort = (): void => control.abort({ code: 'upstream_aborted', message: 'The caller went away.' });
    const over = (ended: Ended): void => {
      signal.removeEventListener('abort', onAbort);
      end(ended);
      resolve();
    };
    let tooLarge = false;
    const body = hasBody(req.headers)
      ? cappedBody(req, bodyBytesMax, () => {
          tooLarge = true;
          control.abort({ code: 'upstream_aborted', message: 'The body is too large.' });
        })
      : undefined;

    const control: StreamControl = sender.stream(
      {
        baseUrl: passage.baseUrl,
        request: { method: req.method ?? 'GET', path: passage.path, headers: {}, ...(body && { body }) },
        headers: passage.headers,
      },
      {
        onHead(upstreamStatus, headers) {
          status = upstreamStatus;
          if (upstreamStatus === 401 || upstreamStatus === 407) {
            control.abort({ code: 'upstream_reset', message: '' });
            return;
          }
          res.writeHead(upstreamStatus, [
            ...exchange.headers,
            ...responseHeaders(headers, (location) => relocated(location, passage)),
          ]);
          res.flushHeaders();
        },
        onData(chunk) {
          if (res.write(chunk)) return;
          control.pause();
          res.once('drain', () => control.resume());
        },
        onEnd() {
          res.end();
          over({ status });
        },
        onFault(fault) {
          if (res.headersSent) res.destroy();
          else
            respondError(
              exchange,
              errorOf(fault, { status, tooLarge }),
              tooLarge ? ['Connection', 'close'] : [],
            );
          over({ status, fault: tooLarge ? 'payload_too_large' : fault.code });
        },
      },
    );
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

function errorOf(
  fault: UpstreamFault,
  { status, tooLarge }: { status: number | undefined; tooLarge: boolean },
): AppError {
  if (tooLarge) return new AppError('payload_too_large', 'The body is too large.');
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
