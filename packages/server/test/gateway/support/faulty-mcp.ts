import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { McpUpstream } from '../../../src/upstreams/upstream.ts';
import { program } from '../../upstreams/support/programs.ts';

export const TRANSPORTS = ['streamable-http', 'sse', 'stdio'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export const FAULTS = [
  'slow',
  'hangs mid-stream',
  'garbage',
  'oversize',
  'closes',
  '401',
  'wrong id',
  'no result',
  'error',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface FaultyServer {
  readonly upstream: McpUpstream;
  close(): Promise<void>;
}

/** Says things in its errors that nobody is to see as they are. */
export const ERROR_TEXT = 'It failed \u202eat once: <b>see</b> the log';
const OVERSIZE_BYTES = 33 * 1024 * 1024;

interface Wire {
  send(text: string): void;
  /** Says a part of it, and no more. */
  begin(text: string): void;
  close(): void;
  refuse(status: number): void;
}

/** What an otherwise sound server does with a tool call, or with the list if `listFault` is set. */
function behave(wire: Wire, message: Record<string, unknown>, listFault: Fault | undefined): void {
  const { id, method, params } = message as {
    id?: number;
    method?: string;
    params?: Record<string, unknown>;
  };
  const say = (body: object) => wire.send(JSON.stringify({ jsonrpc: '2.0', id, ...body }));
  const whole = JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } });
  const fail = (fault: Fault): void => {
    switch (fault) {
      case 'slow':
        return;
      case 'hangs mid-stream':
        return wire.begin(whole.slice(0, 20));
      case 'garbage':
        return wire.send('<html>not JSON</html>');
      case 'oversize':
        return wire.send(`${whole.slice(0, -3)},"more":"${'x'.repeat(OVERSIZE_BYTES)}"}}`);
      case 'closes':
        wire.begin(whole.slice(0, 20));
        return wire.close();
      case '401':
        return wire.refuse(401);
      case 'wrong id':
        return wire.send(JSON.stringify({ jsonrpc: '2.0', id: 'another', result: { content: [] } }));
      case 'no result':
        return say({ result: { content: 'none' } });
      case 'error':
        return say({ error: { code: -32603, message: ERROR_TEXT, data: { stack: 'at /srv/secret.js:1' } } });
    }
  };
  if (id === undefined) return wire.refuse(202);
  if (method === 'initialize')
    return say({
      result: {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'faulty', version: '1' },
      },
    });
  if (method === 'tools/list' && listFault !== undefined) return fail(listFault);
  const tools = [
    { name: 'break', inputSchema: { type: 'object', properties: { how: { type: 'string' } } } },
    { name: 'work', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
  ];
  if (method === 'tools/list') return say({ result: { tools } });
  if (method !== 'tools/call') return say({ error: { code: -32601, message: 'Method not found' } });
  if (params?.['name'] === 'work') return say({ result: { content: [{ type: 'text', text: 'worked' }] } });
  const { how } = { how: 'slow', ...(params?.['arguments'] as object) };
  return fail(how as Fault);
}

export async function startFaulty(transport: Transport, listFault?: Fault): Promise<FaultyServer> {
  if (transport === 'stdio') return { upstream: stdio(listFault), close: async () => undefined };
  return transport === 'sse' ? overSse(listFault) : overPosts(listFault);
}

async function listen(answer: (req: IncomingMessage, res: ServerResponse, body: string) => void, port = 0) {
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    req.on('end', () => answer(req, res, body));
    req.on('error', () => undefined);
    res.on('error', () => undefined);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function overPosts(listFault: Fault | undefined): Promise<FaultyServer> {
  const { close, url } = await listen((req, res, body) => {
    if (req.method !== 'POST') return res.writeHead(405).end();
    const open = () => {
      if (!res.headersSent) res.writeHead(200, { 'content-type': 'text/event-stream' });
      return res;
    };
    behave(
      {
        send: (text) => void open().end(`data: ${text}\n\n`),
        begin: (text) => void open().write(`data: ${text}`),
        close: () => setImmediate(() => res.destroy()),
        refuse: (status) => void res.writeHead(status).end(),
      },
      JSON.parse(body) as Record<string, unknown>,
      listFault,
    );
    return undefined;
  });
  return { upstream: { transport: 'streamable-http', url: `${url}/mcp` }, close };
}

async function overSse(listFault: Fault | undefined): Promise<FaultyServer> {
  let stream: ServerResponse | undefined;
  const { close, url } = await listen((req, res, body) => {
    if (req.method === 'GET') {
      stream = res;
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write('event: endpoint\ndata: /messages\n\n');
      return;
    }
    const accept = () => {
      if (!res.headersSent) res.writeHead(202).end();
      return stream;
    };
    behave(
      {
        send: (text) => void accept()?.write(`event: message\ndata: ${text}\n\n`),
        begin: (text) => void accept()?.write(`event: message\ndata: ${text}`),
        close: () => setImmediate(() => stream?.destroy()),
        refuse: (status) => void res.writeHead(status).end(),
      },
      JSON.parse(body) as Record<string, unknown>,
      listFault,
    );
    accept();
  });
  return { upstream: { transport: 'sse', url: `${url}/sse` }, close };
}

function stdio(listFault: Fault | undefined): McpUpstream {
  return program(`
    const OVERSIZE_BYTES = ${OVERSIZE_BYTES};
    const ERROR_TEXT = ${JSON.stringify(ERROR_TEXT)};
    const behave = ${behave.toString()};
    const wire = {
      send: (text) => process.stdout.write(text + '\\n'),
      begin: (text) => process.stdout.write(text),
      close: () => setImmediate(() => process.exit(1)),
      refuse: () => undefined,
    };
    hear((message) => behave(wire, message, ${JSON.stringify(listFault)}));
  `);
}
