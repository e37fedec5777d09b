// Streamable HTTP, as a client: each request is a POST, answered by one message or by a stream that ends with it.
import type { ResponseHeaders, Sender } from '@latchkey/tools';
import type { JsonObject } from '../../kernel/json.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { ChannelFault, WireMessage } from '../channel.ts';
import type { CredentialFault, CredentialParts } from '../credentials.ts';
import { faultOf } from '../fault.ts';
import { faultOfAnswer } from '../http-fault.ts';
import { readWire } from '../wire.ts';
import { startDeadline } from './deadline.ts';
import { exchange, type HttpExchange, type HttpRequest } from './http-exchange.ts';
import { createHttpListener } from './http-listener.ts';
import { modernHeaders, modernParams } from './modern.ts';
import { answerToServer, errorOf, progressOf, replyTo, TOOLS_CHANGED } from './replies.ts';
import type { ClientFault, Line, LineDialect, Replied, RequestOptions } from './types.ts';

export type FindCredential = () => Promise<Result<CredentialParts, CredentialFault>>;

export interface HttpLineOptions {
  readonly sender: Sender;
  readonly url: URL;
  readonly credential: FindCredential;
  /** The credential was refused. True: there is another one by now. */
  readonly refused: () => Promise<boolean>;
  readonly onToolsChanged: () => void;
}

const NOTIFY_MS = 10_000;
/** Requests of the server's that are being answered at once. */
const ANSWERS_MAX = 16;
/** Streams that break off are taken up again, where the server says how. */
const RESUMPTIONS_MAX = 20;
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 10_000;
/** MCP 2025-11-25, Session management: visible ASCII. */
const SESSION_ID = /^[!-~]{1,1024}$/;

export function createHttpLine(options: HttpLineOptions): Line {
  const { credential, onToolsChanged, refused, sender, url } = options;
  let dialect: LineDialect = { isModern: false, revision: undefined };
  let sessionId: string | undefined;
  let lastId = 0;
  let answering = 0;
  let isClosed = false;
  const listener = createHttpListener({
    sender,
    url,
    credential,
    headers: () => (dialect.isModern ? {} : legacyHeaders()),
    isModern: () => dialect.isModern,
    nextId: () => (lastId += 1),
    onToolsChanged,
  });

  function legacyHeaders(): Record<string, string> {
    return {
      ...(dialect.revision === undefined ? {} : { 'mcp-protocol-version': dialect.revision }),
      ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
    };
  }

  /**
   * Says something that is not answered. Whether it arrives, nobody waits for: where no credential can be found, as while
   * the database is away, it is not said.
   */
  async function tell(request: Pick<HttpRequest, 'method' | 'headers' | 'body'>): Promise<void> {
    const found = await credential().catch(() => undefined);
    if (found?.ok !== true) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        sent.stop();
        resolve();
      }, NOTIFY_MS);
      const over = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const sent = exchange(
        sender,
        { ...request, url, credential: found.value },
        { headTimeoutMs: NOTIFY_MS },
        { onMessage: ignore, onRefused: over, onEnd: over, onFault: over },
      );
    });
  }

  function post(body: JsonObject): Promise<void> {
    return tell({ method: 'POST', headers: headersOf(body, {}), body });
  }

  function headersOf(body: JsonObject, more: Readonly<Record<string, string>>): Record<string, string> {
    if (!dialect.isModern) return { ...legacyHeaders(), ...more };
    const { method, params } = body as { method?: string; params?: JsonObject };
    return { ...modernHeaders(method ?? '', params ?? {}), ...more };
  }

  /** What a server says beside the reply. */
  function hear(message: WireMessage): void {
    if (message['method'] === TOOLS_CHANGED) onToolsChanged();
    const answer = dialect.isModern ? undefined : answerToServer(message);
    if (answer === undefined || answering >= ANSWERS_MAX) return;
    answering += 1;
    void post(answer).finally(() => (answering -= 1));
  }

  function faultOfRefusal(status: number, headers: ResponseHeaders, body: Buffer): Replied {
    const said = readWire(body);
    const error = said.ok ? said.value.map(errorOf).find((one) => one !== undefined) : undefined;
    const isAboutSession =
      status === 404 || (status === 400 && error !== undefined && /session/i.test(error.message));
    if (!dialect.isModern && sessionId !== undefined && isAboutSession) return fail({ kind: 'session_gone' });
    const isAboutRequest = status >= 400 && status < 500 && status !== 401 && status !== 429;
    if (error !== undefined && isAboutRequest) return ok(error);
    return fail(channelFault(faultOfAnswer({ status, headers })));
  }

  async function once(method: string, given: JsonObject, options: RequestOptions): Promise<Replied> {
    const { capabilities, headers = {}, onProgress, patience, signal } = options;
    const found = await credential();
    if (!found.ok) return fail({ kind: 'credential', fault: found.error, notSent: true });
    if (isClosed) return fail(channelFault(faultOf('upstream_reset')));
    if (signal?.aborted === true) return fail({ kind: 'cancelled', notSent: true });
    const id = (lastId += 1);
    const asked = onProgress === undefined ? given : { ...given, _meta: { progressToken: id } };
    const params = dialect.isModern ? modernParams(asked, capabilities) : asked;
    const body = { jsonrpc: '2.0', id, method, params };

    return new Promise((resolve) => {
      let isSettled = false;
      let current: HttpExchange | undefined;
      let eventId: string | undefined;
      let retryMs = RETRY_MS;
      let resumptions = 0;
      let timer: NodeJS.Timeout | undefined;

      function settle(replied: Replied): void {
        isSettled = true;
        deadline.clear();
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        resolve(replied);
      }

      function end(replied: Replied): void {
        if (isSettled) return;
        settle(replied);
        current?.stop();
      }

      function cancel(): void {
        if (isSettled) return;
        end(fail({ kind: 'cancelled' }));
        tellThatItIsOver();
      }

      /** In 2026-07-28 the end of the stream says it. */
      function tellThatItIsOver(): void {
        if (dialect.isModern || method === 'initialize') return;
        void post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } });
      }

      const deadline = startDeadline(patience, () => {
        if (isSettled) return;
        end(fail(channelFault(faultOf('upstream_timeout'))));
        tellThatItIsOver();
      });

      /** MCP 2025-11-25, Resumability: a server may break off a stream, and go on with it on another one. */
      function takeUpAgain(otherwise: ChannelFault): void {
        if (isSettled) return;
        resumptions += 1;
        if (dialect.isModern || eventId === undefined || resumptions > RESUMPTIONS_MAX)
          return end(fail(channelFault(otherwise)));
        const place = eventId;
        timer = setTimeout(() => {
          credential().then(
            (again) => {
              if (isSettled) return;
              if (!again.ok) return end(fail({ kind: 'credential', fault: again.error }));
              const resumed = { ...legacyHeaders(), 'last-event-id': place };
              current = attach({ method: 'GET', headers: resumed, credential: again.value });
            },
            () => end(fail(channelFault(otherwise))),
          );
        }, retryMs);
      }

      function attach(request: {
        method: 'POST' | 'GET';
        headers: Record<string, string>;
        credential: CredentialParts;
        body?: JsonObject;
      }): HttpExchange {
        return exchange(
          sender,
          { ...request, url },
          { headTimeoutMs: patience.totalMs },
          {
            onHead(received) {
              if (method === 'initialize') sessionId = sessionIdOf(received);
            },
            onMessage(message) {
              deadline.heard();
              const reply = replyTo(id, message);
              if (reply !== undefined && !isSettled) {
                settle(ok(reply));
                // Its exchange may not be known yet, if the answer was there at once.
                queueMicrotask(() => current?.finish());
                return;
              }
              const progress = onProgress && progressOf(message, id);
              if (progress !== undefined) onProgress?.(progress);
              else hear(message);
            },
            onPlace(place) {
              deadline.heard();
              eventId = place.eventId ?? eventId;
              retryMs = Math.min(place.retryMs ?? retryMs, RETRY_MS_MAX);
            },
            onRefused: (status, received, begun) => end(faultOfRefusal(status, received, begun)),
            onEnd: () => takeUpAgain(faultOf('upstream_invalid')),
            onFault(broken) {
              // What is taken up again was sent long ago.
              const fault = request.method === 'POST' ? broken : { ...broken, notSent: undefined };
              if (fault.code === 'upstream_reset') takeUpAgain(fault);
              else end(fail(channelFault(fault)));
            },
          },
        );
      }

      signal?.addEventListener('abort', cancel, { once: true });
      current = attach({ method: 'POST', headers: headersOf(body, headers), credential: found.value, body });
    });
  }

  return {
    speak(next) {
      dialect = next;
    },
    async request(method, params, options) {
      const replied = await once(method, params, options);
      const isRefused = !replied.ok && replied.error.kind === 'channel' && replied.error.fault.status === 401;
      // The server has done nothing yet, so that whatever it was may be asked again.
      return isRefused && (await refused()) ? once(method, params, options) : replied;
    },
    notify: (method, params) => post({ jsonrpc: '2.0', method, ...(params === undefined ? {} : { params }) }),
    listen: listener.start,
    isOpen: () => !isClosed,
    close() {
      if (isClosed) return;
      isClosed = true;
      listener.stop();
      if (dialect.isModern || sessionId === undefined) return;
      void tell({ method: 'DELETE', headers: legacyHeaders() });
    },
  };
}

function sessionIdOf(headers: ResponseHeaders): string | undefined {
  const id = headers['mcp-session-id'];
  return typeof id === 'string' && SESSION_ID.test(id) ? id : undefined;
}

export function channelFault(fault: ChannelFault): ClientFault {
  return { kind: 'channel', fault, ...(fault.notSent === true && { notSent: true }) };
}

function ignore(): void {}
