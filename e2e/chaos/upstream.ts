// The demo API behind a front that notes each call before it is made: so that what was done twice is seen.
import { createServer, request, Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startReelport } from '../../packages/server/src/demo/reelport/start-reelport.ts';
import { silentLog } from '../../packages/server/src/kernel/log.ts';

export interface Arrival {
  readonly requestId: string;
  readonly method: string;
  /** As `performance.now()` counts, when its head was there. */
  readonly atMs: number;
  /** Of the bundle that it makes; undefined: it makes none. */
  readonly title: string | undefined;
}

export type Upstream = Awaited<ReturnType<typeof startUpstream>>;

/** `databaseUrl`: one of its own, which nothing happens to. */
export async function startUpstream({ databaseUrl, issuer }: { databaseUrl: string; issuer: string }) {
  const byTitle = new Map<string, Arrival[]>();
  const byRequest = new Map<string, Arrival[]>();
  const agent = new Agent({ keepAlive: true });
  let delayMs = 0;
  let target = '';

  const server = createServer((req, res) => void take(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const reelport = await startReelport({
    databaseUrl,
    issuer,
    audience: url,
    jwksUrl: `${issuer}/.well-known/jwks.json`,
    requestsPerMinute: 1_000_000,
    log: silentLog,
  });
  target = reelport.url;

  async function take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const atMs = performance.now();
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of req) chunks.push(chunk as Buffer);
    } catch {
      // The gateway died while it sent: what was not whole was not a call.
      return;
    }
    const body = Buffer.concat(chunks);
    note(req, body, atMs);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    const passed = request(
      target + (req.url ?? '/'),
      { agent, method: req.method, headers: req.headers },
      (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      },
    );
    passed.on('error', () => res.destroy());
    passed.end(body);
  }

  function note(req: IncomingMessage, body: Buffer, atMs: number): void {
    const requestId = String(req.headers['x-request-id'] ?? '');
    const makes = req.method === 'POST' && req.url === '/bundles';
    const title = makes ? (JSON.parse(body.toString()) as { title: string }).title : undefined;
    const arrival = { requestId, method: req.method ?? '', atMs, title };
    byRequest.set(requestId, [...(byRequest.get(requestId) ?? []), arrival]);
    if (title !== undefined) byTitle.set(title, [...(byTitle.get(title) ?? []), arrival]);
  }

  return {
    url,
    /** Each call that arrived whole, by the title of what it makes. Nobody sends a title twice. */
    byTitle: byTitle as ReadonlyMap<string, readonly Arrival[]>,
    /** By the gateway's name of the request. */
    byRequest: byRequest as ReadonlyMap<string, readonly Arrival[]>,
    /** From now on it takes so much longer. */
    slow(milliseconds: number): void {
      delayMs = milliseconds;
    },
    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await reelport.close();
    },
  };
}
