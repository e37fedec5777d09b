import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/**
 * What stands behind the service: an API and an MCP server that answer well, until they are told to answer a call with
 * bytes that somebody made up.
 */
export interface HostileUpstream {
  readonly url: string;
  /** The whole answer, with its head, to each call until the next word. Undefined: it answers well again. */
  answerWith(bytes: Buffer | undefined): void;
  close(): Promise<void>;
}

const TOOLS = [
  { name: 'work', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
  { name: 'change', inputSchema: { type: 'object', properties: { how: { type: 'string' } } } },
];

export async function startHostileUpstream(): Promise<HostileUpstream> {
  let made: Buffer | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      const request = wholeRequest(received);
      if (request === undefined) return;
      received = '';
      const { answer, isCall } = wellBehaved(request);
      if (isCall && made !== undefined) socket.end(made);
      else socket.write(answer);
    });
    // The service breaks off what it has had enough of.
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    answerWith(bytes) {
      made = bytes;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

function wholeRequest(text: string): Request | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const body = text.slice(end + 4);
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  const isChunked = /^transfer-encoding: *chunked/im.test(head);
  if (isChunked ? !body.endsWith('0\r\n\r\n') : body.length < length) return undefined;
  const [method = '', path = ''] = head.split(' ', 2);
  return { method, path, body };
}

function wellBehaved({ body, method, path }: Request): { answer: string; isCall: boolean } {
  if (!path.startsWith('/tools')) return { answer: asJson(200, { ok: true, items: [] }), isCall: true };
  // No stream beside the calls, and no session to end.
  if (method !== 'POST') return { answer: asJson(405, {}), isCall: false };
  const asked = parse(body);
  if (asked?.id === undefined) return { answer: asJson(202, {}), isCall: false };
  const say = (result: object) => asJson(200, { jsonrpc: '2.0', id: asked.id, result });
  switch (asked.method) {
    case 'initialize':
      return {
        answer: say({
          protocolVersion: '2025-06-18',
          capabilities: { tools: {} },
          serverInfo: { name: 'hostile', version: '1' },
        }),
        isCall: false,
      };
    case 'tools/list':
      return { answer: say({ tools: TOOLS }), isCall: false };
    case 'tools/call':
      return { answer: say({ content: [{ type: 'text', text: 'worked' }] }), isCall: true };
    default:
      return {
        answer: asJson(200, {
          jsonrpc: '2.0',
          id: asked.id,
          error: { code: -32601, message: 'no such method' },
        }),
        isCall: false,
      };
  }
}

function parse(body: string): { id?: unknown; method?: unknown } | undefined {
  try {
    return JSON.parse(body) as { id?: unknown; method?: unknown };
  } catch {
    return undefined;
  }
}

function asJson(status: number, value: object): string {
  const text = JSON.stringify(value);
  return `HTTP/1.1 ${status} As Said\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}
