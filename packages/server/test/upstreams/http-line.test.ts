import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSender, type Sender } from '@latchkey/tools';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fail, ok } from '../../src/kernel/result.ts';
import { createHttpLine, type FindCredential } from '../../src/upstreams/client/http-line.ts';
import type { Line } from '../../src/upstreams/client/types.ts';

// Credentials are in the database, which may be away for a moment: nothing that is done beside a call may end the process.
const PATIENCE = { quietMs: 20_000, totalMs: 20_000 };
const EVENTS = { 'content-type': 'text/event-stream' };

type Handler = (message: { id?: number; method?: string }, res: ServerResponse, req: IncomingMessage) => void;

let sender: Sender;
let unhandled: unknown[];
let isAway: boolean;
let asked: number;
const closing: (() => unknown)[] = [];
const note = (error: unknown): void => void unhandled.push(error);

beforeEach(() => {
  sender = createSender();
  unhandled = [];
  isAway = false;
  asked = 0;
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await sender.close();
  process.off('unhandledRejection', note);
  if (unhandled.length > 0) throw new Error('a rejection that nobody handles', { cause: unhandled[0] });
});

const credential: FindCredential = async () => {
  asked += 1;
  if (isAway) throw new Error('the database is away');
  return ok({ headers: {} });
};

async function lineTo(handler: Handler): Promise<{ line: Line; received: string[] }> {
  const received: string[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const message = body === '' ? {} : (JSON.parse(body) as { id?: number; method?: string });
      received.push(`${req.method} ${message.method ?? (message.id === undefined ? '' : 'answer')}`.trim());
      handler(message, res, req);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const line = createHttpLine({
    sender,
    url: new URL(`http://127.0.0.1:${port}/mcp`),
    credential,
    refused: async () => false,
    onToolsChanged: () => undefined,
  });
  line.speak({ isModern: false, revision: '2025-11-25' });
  closing.push(() => line.close());
  return { line, received };
}

const result = (id: unknown): string => JSON.stringify({ jsonrpc: '2.0', id, result: {} });

/** Answers with a session, as a text. */
function answered({ id }: { id?: number }, res: ServerResponse): void {
  if (id === undefined) return void res.writeHead(202).end();
  res.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'one' }).end(result(id));
}

test('a session is let go of while its credential cannot be found', async () => {
  const { line, received } = await lineTo(answered);
  await line.request('initialize', {}, { patience: PATIENCE });
  isAway = true;
  line.close();
  await expect.poll(() => asked).toBe(2);
  expect(received).toEqual(['POST initialize']);
});

test('a call is cancelled while its credential cannot be found', async () => {
  const controller = new AbortController();
  const { line } = await lineTo(() => {
    isAway = true;
    controller.abort();
  });
  const replied = await line.request('tools/call', {}, { patience: PATIENCE, signal: controller.signal });
  expect(replied).toEqual(fail({ kind: 'cancelled' }));
  await expect.poll(() => asked).toBe(2);
});

test('a stream that breaks off while its credential cannot be found is a fault at once', async () => {
  const { line } = await lineTo((_, res) => {
    isAway = true;
    res.writeHead(200, EVENTS).end('id: 1\nretry: 1\ndata:\n\n');
  });
  const replied = await line.request('tools/call', {}, { patience: PATIENCE });
  expect(replied).toMatchObject({
    ok: false,
    error: { kind: 'channel', fault: { code: 'upstream_invalid' } },
  });
});

test('a listener tries again when its credential can be found again', async () => {
  const { line, received } = await lineTo((_, res) => res.writeHead(200, EVENTS).flushHeaders());
  isAway = true;
  line.listen();
  await expect.poll(() => asked).toBe(1);
  isAway = false;
  await expect.poll(() => received).toEqual(['GET']);
});

test('a server that asks and asks is answered a few at a time', async () => {
  let answers = 0;
  const held: ServerResponse[] = [];
  const { line } = await lineTo(({ id, method }, res) => {
    if (method === undefined) {
      answers += 1;
      held.push(res);
      return;
    }
    const pings = Array.from({ length: 500 }, (_, index) => ({
      jsonrpc: '2.0',
      id: `p${index}`,
      method: 'ping',
    }));
    res
      .writeHead(200, EVENTS)
      .end(
        [...pings.map((ping) => JSON.stringify(ping)), result(id)]
          .map((data) => `data: ${data}\n\n`)
          .join(''),
      );
  });
  expect((await line.request('tools/call', {}, { patience: PATIENCE })).ok).toBe(true);
  await expect.poll(() => answers).toBeGreaterThan(0);
  await line.request('tools/call', {}, { patience: PATIENCE });
  expect(answers).toBeLessThanOrEqual(16);
  for (const res of held) res.writeHead(202).end();
});
