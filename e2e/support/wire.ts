import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  AnyRequest,
  WholeAnswer,
  WholeRequest,
} from '../../packages/server/src/kernel/whole-exchange.ts';
import { expectValidMessages, keepBodies, keepWholeBodies, type Bodies } from './messages.ts';

interface Exchange {
  method: string;
  /** Path and query, as it came in. */
  target: string;
  /** 0 until the answer is out. */
  status: number;
  header(name: string): string | undefined;
  /** At the MCP door alone. */
  bodies: Bodies | undefined;
}

/** Every HTTP request that reaches a server of this process, from whichever client, in the order of arrival. */
export function recordWire() {
  const exchanges: Exchange[] = [];
  const open = new WeakMap<IncomingMessage, Exchange>();

  function keep({ headers, method = '', url = '' }: AnyRequest, bodiesOf: () => Bodies): Exchange {
    const exchange: Exchange = {
      method,
      target: url,
      status: 0,
      header: (name) => headers[name]?.toString(),
      bodies: /^\/mcp(?:[/?]|$)/.test(url) ? bodiesOf() : undefined,
    };
    exchanges.push(exchange);
    return exchange;
  }

  function onRequest(message: unknown): void {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    open.set(
      request,
      keep(request, () => keepBodies(request, response)),
    );
  }
  function onAnswer(message: unknown): void {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const exchange = open.get(request);
    if (exchange !== undefined) exchange.status = response.statusCode;
  }
  function onWhole(message: unknown): void {
    const { request, response } = message as { request: WholeRequest; response: WholeAnswer };
    const exchange = keep(request, () => keepWholeBodies(request, response));
    response.on('close', () => {
      if (response.writableFinished) exchange.status = response.statusCode;
    });
    // It is heard of again, as one that Node reads.
    const toNode = response.toNode.bind(response);
    response.toNode = () => {
      const at = exchanges.indexOf(exchange);
      if (at >= 0) exchanges.splice(at, 1);
      return toNode();
    };
  }
  subscribe('latchkey.whole.request.start', onWhole);
  subscribe('http.server.request.start', onRequest);
  subscribe('http.server.response.finish', onAnswer);

  /** All that was shown as proof of who is calling, at any door. */
  function credentials(): Set<string> {
    const shown = exchanges.flatMap(({ header }) => [
      header('authorization')?.replace(/^\w+ +/, ''),
      header('x-api-key'),
    ]);
    return new Set(shown.filter((value) => value !== undefined));
  }

  return {
    /** `POST /mcp 401`, without queries, for what came after `start` exchanges. */
    lines: (start = 0) =>
      exchanges
        .slice(start)
        .map(({ method, status, target }) => `${method} ${target.split('?', 1)[0]} ${status}`),
    /** The values of a request header, for what came after `start` exchanges. */
    headers: (name: string, start = 0) =>
      new Set(
        exchanges
          .slice(start)
          .map(({ header }) => header(name))
          .filter((value) => value !== undefined),
      ),
    length: () => exchanges.length,
    /** Every message at the MCP door is one of its revision; answers with what was asked: `2025-11-25 tools/call`. */
    expectValidMessages: (start = 0) =>
      expectValidMessages(
        exchanges
          .slice(start)
          .flatMap(({ bodies, ...exchange }) => (bodies === undefined ? [] : [{ ...exchange, bodies }])),
      ),
    credentials,
    /** URLs end in logs, histories and Referer headers. This finds those that held a key or a token. */
    secretsInUrls(): string[] {
      const secrets = [...credentials()];
      return exchanges
        .map(({ target }) => target)
        .filter((target) => {
          const decoded = decodeURIComponent(target.replaceAll('+', ' '));
          return secrets.some((secret) => target.includes(secret) || decoded.includes(secret));
        });
    },
    stop(): void {
      unsubscribe('latchkey.whole.request.start', onWhole);
      unsubscribe('http.server.request.start', onRequest);
      unsubscribe('http.server.response.finish', onAnswer);
    },
  };
}

export type Wire = ReturnType<typeof recordWire>;
