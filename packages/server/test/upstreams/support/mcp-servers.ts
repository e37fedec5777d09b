import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, Server as ServerV2 } from '@modelcontextprotocol/server';
import { Server as ServerV1 } from '@modelcontextprotocol/sdk/server/index.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

export interface ServedTool {
  name: string;
  description?: string;
  annotations?: object;
  inputSchema?: object;
  outputSchema?: object;
  /** The result; it may wait for `signal`, which fires when the call is cancelled. */
  answer?: (args: Record<string, unknown>, signal: AbortSignal) => object | Promise<object>;
  [more: string]: unknown;
}

export interface ServedMcp {
  url: string;
  port: number;
  /** What it lists: may be changed, and is told to nobody until `changed`. */
  tools: ServedTool[];
  changed(): Promise<void>;
  /** Each request as it came: method, path, headers. */
  requests: { method: string; path: string; headers: IncomingMessage['headers'] }[];
  /** Calls of tools, by name. */
  calls: string[];
  /** Sessions are forgotten, as in a restart. */
  forget(): Promise<void>;
  /** Answers before the server does; true: it has. */
  intercept: ((req: IncomingMessage, res: ServerResponse) => boolean) | undefined;
  close(): Promise<void>;
}

export type ServedKind = 'modern' | 'sessions' | 'sse';

const EMPTY = { type: 'object', properties: {} };

/** A real MCP server on loopback, made with one of the official SDKs. */
export async function serveMcp(kind: ServedKind, tools: ServedTool[], port = 0): Promise<ServedMcp> {
  const requests: ServedMcp['requests'] = [];
  const calls: string[] = [];
  const served: { tools: ServedTool[]; intercept: ServedMcp['intercept'] } = { tools, intercept: undefined };
  const listed = () =>
    served.tools.map((tool) => ({ inputSchema: EMPTY, ...tool, answer: undefined })) as never[];
  const call = async (name: string, args: Record<string, unknown> = {}, signal: AbortSignal) => {
    calls.push(name);
    const tool = served.tools.find((one) => one.name === name);
    if (tool === undefined) throw new Error(`Tool ${name} not found`);
    return (await tool.answer?.(args, signal)) ?? { content: [{ type: 'text', text: `${name} was called` }] };
  };
  const behind =
    kind === 'modern'
      ? modern(listed, call)
      : kind === 'sessions'
        ? sessions(listed, call)
        : sse(listed, call);
  const server = createServer((req, res) => {
    requests.push({ method: req.method ?? '', path: req.url ?? '', headers: req.headers });
    if (served.intercept?.(req, res) === true) return;
    behind.answer(req, res).catch(() => res.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: found } = server.address() as AddressInfo;
  return Object.assign(served, {
    url: `http://127.0.0.1:${found}/${kind === 'sse' ? 'sse' : 'mcp'}`,
    port: found,
    requests,
    calls,
    changed: behind.changed,
    forget: behind.forget,
    async close() {
      await behind.forget();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  });
}

type Listed = () => never[];
type Call = (name: string, args: Record<string, unknown> | undefined, signal: AbortSignal) => Promise<object>;
const INFO = { name: 'served', title: 'Served', version: '1.0.0' };
const CAPABILITIES = { tools: { listChanged: true } };

function modern(listed: Listed, call: Call) {
  const handler = createMcpHandler(
    () => {
      const server = new ServerV2(INFO, { capabilities: CAPABILITIES });
      server.setRequestHandler('tools/list', () => ({ tools: listed() }));
      server.setRequestHandler(
        'tools/call',
        async ({ params }, ctx) => (await call(params.name, params.arguments, ctx.mcpReq.signal)) as never,
      );
      return server;
    },
    { legacy: 'reject' },
  );
  return {
    answer: toNodeHandler(handler) as (req: IncomingMessage, res: ServerResponse) => Promise<void>,
    async changed() {
      handler.notify.toolsChanged();
    },
    async forget() {
      await handler.close();
    },
  };
}

function createV1(listed: Listed, call: Call): ServerV1 {
  const server = new ServerV1(INFO, { capabilities: CAPABILITIES });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listed() }));
  server.setRequestHandler(
    CallToolRequestSchema,
    async ({ params }, { signal }) => (await call(params.name, params.arguments, signal)) as never,
  );
  return server;
}

function sessions(listed: Listed, call: Call) {
  const open = new Map<string, { server: ServerV1; transport: StreamableHTTPServerTransport }>();
  return {
    async answer(req: IncomingMessage, res: ServerResponse) {
      const id = req.headers['mcp-session-id'];
      if (typeof id === 'string') {
        const known = open.get(id);
        if (known === undefined) return void res.writeHead(404).end('Session not found');
        return known.transport.handleRequest(req, res);
      }
      const server = createV1(listed, call);
      const transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (made) => void open.set(made, { server, transport }),
      });
      await server.connect(transport as never);
      await transport.handleRequest(req, res);
      if (transport.sessionId === undefined) await transport.close();
      return undefined;
    },
    async changed() {
      for (const { server } of open.values()) await server.sendToolListChanged();
    },
    async forget() {
      const all = [...open.values()];
      open.clear();
      for (const { transport } of all) await transport.close();
    },
  };
}

function sse(listed: Listed, call: Call) {
  const open = new Map<string, { server: ServerV1; transport: SSEServerTransport }>();
  return {
    async answer(req: IncomingMessage, res: ServerResponse) {
      const url = new URL(req.url ?? '/', 'http://127.0.0.1');
      if (req.method === 'GET' && url.pathname === '/sse') {
        const server = createV1(listed, call);
        const transport = new SSEServerTransport('/messages', res);
        open.set(transport.sessionId, { server, transport });
        res.on('close', () => open.delete(transport.sessionId));
        return server.connect(transport);
      }
      const known = open.get(url.searchParams.get('sessionId') ?? '');
      if (req.method !== 'POST' || known === undefined) return void res.writeHead(404).end();
      return known.transport.handlePostMessage(req, res);
    },
    async changed() {
      for (const { server } of open.values()) await server.sendToolListChanged();
    },
    async forget() {
      const all = [...open.values()];
      open.clear();
      for (const { transport } of all) await transport.close();
    },
  };
}
