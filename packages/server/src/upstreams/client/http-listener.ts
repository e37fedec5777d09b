import type { Sender } from '@latchkey/tools';
import type { FindCredential } from './http-line.ts';
import { exchange, type HttpExchange } from './http-exchange.ts';
import { modernHeaders, modernParams } from './modern.ts';
import { TOOLS_CHANGED } from './replies.ts';

const HEAD_MS = 30_000;
const RETRY_MS = 5_000;
const RETRY_MS_MAX = 120_000;

/**
 * A stream on which a server says that its tools have changed: `subscriptions/listen` (2026-07-28), or the GET of a
 * session. It is opened anew when it ends. A server that refuses it is not asked again.
 */
export function createHttpListener({
  credential,
  headers,
  isModern,
  nextId,
  onToolsChanged,
  sender,
  url,
}: {
  credential: FindCredential;
  headers: () => Record<string, string>;
  isModern: () => boolean;
  nextId: () => number;
  onToolsChanged: () => void;
  sender: Sender;
  url: URL;
}): { start(): void; stop(): void } {
  let isStarted = false;
  let isStopped = false;
  let stream: HttpExchange | undefined;
  let timer: NodeJS.Timeout | undefined;
  let waitMs = RETRY_MS;

  function again(): void {
    if (isStopped) return;
    timer = setTimeout(() => void open(true), waitMs);
    timer.unref();
    waitMs = Math.min(2 * waitMs, RETRY_MS_MAX);
  }

  async function open(isAgain: boolean): Promise<void> {
    // It is in the database, which may be away for a moment.
    const found = await credential().catch(() => undefined);
    if (isStopped) return;
    if (found?.ok !== true) return again();
    const params = modernParams({ notifications: { toolsListChanged: true } });
    const body = { jsonrpc: '2.0', id: nextId(), method: 'subscriptions/listen', params };
    stream = exchange(
      sender,
      isModern()
        ? { method: 'POST', url, credential: found.value, headers: modernHeaders(body.method, params), body }
        : { method: 'GET', url, credential: found.value, headers: headers() },
      { headTimeoutMs: HEAD_MS },
      {
        onHead() {
          // Whatever happened while nobody listened, nobody has heard.
          if (isAgain) onToolsChanged();
        },
        onMessage({ method }) {
          waitMs = RETRY_MS;
          if (method === TOOLS_CHANGED) onToolsChanged();
        },
        onRefused(status) {
          if (status === 429 || status >= 500) again();
        },
        onEnd: again,
        onFault: again,
      },
    );
  }

  return {
    start() {
      if (isStarted) return;
      isStarted = true;
      void open(false);
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
      stream?.stop();
    },
  };
}
