import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { urlOf } from '../http/url.ts';

/** A listener on this machine for the browser's way back. */
export interface Loopback {
  readonly redirectUri: string;
  /**
   * The next address that the browser comes back to with this state. Anybody can send something else here: after that
   * the right one is waited for a while still, and what came first is the answer only if there is none.
   */
  next(state: string | null): Promise<string>;
  close(): Promise<void>;
}

const PORT = 33418;
const PATH = '/callback';
const GRACE_MS = 15_000;

export async function listenOnLoopback({ graceMs = GRACE_MS, preferredPort = PORT } = {}): Promise<Loopback> {
  let waiting: { state: string | null; resolve: (url: string) => void } | undefined;
  let grace: NodeJS.Timeout | undefined;
  const server = createServer((request, response) => {
    const url = urlOf(request.url, redirectUri());
    const isAnswer =
      url?.pathname === PATH && (url.searchParams.has('code') || url.searchParams.has('error'));
    const isOurs = isAnswer && waiting?.state === url.searchParams.get('state');
    const [status, words] = !isAnswer
      ? [404, 'not found']
      : isOurs
        ? [200, page('The doctor has what it needs. You can close this page.')]
        : [400, page('This is not the answer that the doctor waits for: its state is another.')];
    response.writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
    response.end(words);
    if (!isAnswer || waiting === undefined) return;
    const { resolve } = waiting;
    if (isOurs) end(() => resolve(url.href));
    else grace ??= setTimeout(() => end(() => resolve(url.href)), graceMs);
  });
  await listen(server, preferredPort).catch(() => listen(server, 0));
  const redirectUri = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`;
  function end(answer?: () => void): void {
    clearTimeout(grace);
    grace = undefined;
    waiting = undefined;
    answer?.();
  }
  return {
    redirectUri: redirectUri(),
    next(state) {
      end();
      return new Promise((resolve) => (waiting = { state, resolve }));
    },
    async close() {
      end();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function page(words: string): string {
  return `<!doctype html><meta charset="utf-8"><title>latchkey-doctor</title><p>${words}`;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
