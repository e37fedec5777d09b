// The one endpoint that machines come back to all day, so it is served on node:http: a framework's request and response
// objects would cost more than all that is checked here.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { CallerOf } from '../../kernel/callers.ts';
import { newId } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import { FORM_BYTES_MAX } from '../form-request.ts';
import { BODY_TOO_LARGE, describeFailure, POST_CORS } from '../post-endpoint.ts';
import type { TokenRequest, TokenResponse } from './token.ts';

/** Serves `POST /token`. `headers` go with every answer, as with those of the pages. */
export function createTokenDoor({
  answer,
  callerOf,
  headers,
  log,
}: {
  answer: (request: TokenRequest) => Promise<TokenResponse>;
  callerOf: CallerOf;
  headers: Readonly<Record<string, string>>;
  log: Log;
}): RequestListener {
  const fixedHeaders = Object.entries({
    ...headers,
    'Access-Control-Allow-Origin': POST_CORS.origin,
    'Access-Control-Expose-Headers': POST_CORS.exposeHeaders.join(','),
    // RFC 6749 section 5.1.
    'Cache-Control': 'no-store',
    'Content-Type': 'application/json',
  }).flat();

  function send(
    res: ServerResponse,
    requestId: string,
    { status, headers: own = {}, body }: { status: number; headers?: TokenResponse['headers']; body: object },
  ): void {
    const text = JSON.stringify(body);
    res.writeHead(status, [
      ...fixedHeaders,
      ...Object.entries(own).flat(),
      'X-Request-Id',
      requestId,
      'Content-Length',
      String(Buffer.byteLength(text)),
    ]);
    res.end(text);
  }

  return function serve(req, res) {
    const requestId = newId('req');
    readBody(req, (body) => {
      if (body === undefined) return send(res, requestId, { status: 413, body: BODY_TOO_LARGE });
      const request: TokenRequest = {
        contentType: header(req, 'content-type'),
        authorization: header(req, 'authorization'),
        dpop: header(req, 'dpop'),
        body,
        requestId,
        address: () => callerOf(req.socket.remoteAddress, header(req, 'x-forwarded-for')).address,
      };
      answer(request).then(
        (response) => send(res, requestId, response),
        (error: unknown) => {
          const description = describeFailure(log, requestId, error);
          send(res, requestId, {
            status: 500,
            body: { error: 'server_error', error_description: description },
          });
        },
      );
    });
  };
}

/** Calls back with the body, or with undefined if it is too large. Never, if the caller goes away before its end. */
function readBody(req: IncomingMessage, done: (body: string | undefined) => void): void {
  let chunks: Buffer[] | undefined = [];
  let length = Number(req.headers['content-length'] ?? 0);
  if (length > FORM_BYTES_MAX) return done(undefined);
  length = 0;
  req.on('data', (chunk: Buffer) => {
    length += chunk.length;
    chunks?.push(chunk);
    if (length <= FORM_BYTES_MAX || chunks === undefined) return;
    // What still comes is read and thrown away: a caller that is still sending would miss our answer otherwise.
    chunks = undefined;
    done(undefined);
  });
  req.on('end', () => {
    if (chunks !== undefined) done(Buffer.concat(chunks).toString('utf8'));
  });
  // The caller went away: there is nobody to answer.
  req.on('error', () => {
    chunks = undefined;
  });
}

/** All values of a header that was sent, in one: Node itself would take the first of two and not tell. */
function header(req: IncomingMessage, name: string): string | undefined {
  let all: string | undefined;
  const { rawHeaders } = req;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== name) continue;
    const value = rawHeaders[index + 1] ?? '';
    all = all === undefined ? value : `${all}, ${value}`;
  }
  return all;
}
