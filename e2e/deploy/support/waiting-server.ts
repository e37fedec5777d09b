import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

export interface WaitingServer {
  readonly url: string;
  /** Lets the calls end that wait. */
  release(): void;
  close(): Promise<void>;
}

const TOOL = {
  name: 'wait_for_word',
  description: 'Says that it has begun, and ends when it is told to.',
  inputSchema: { type: 'object' as const, properties: {} },
  annotations: { readOnlyHint: true },
};

/** An MCP server with one tool, whose call reports progress at once and its result only after `release`. */
export async function startWaitingServer(): Promise<WaitingServer> {
  const waiting = new Set<() => void>();

  function newServer(): Server {
    const server = new Server({ name: 'waiting', version: '1.0.0' }, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [TOOL] }));
    server.setRequestHandler(CallToolRequestSchema, async (_request, { _meta, sendNotification }) => {
      const progressToken = _meta?.progressToken;
      const released = new Promise<void>((resolve) => waiting.add(resolve));
      if (progressToken !== undefined)
        await sendNotification({
          method: 'notifications/progress',
          params: { progressToken, progress: 1, total: 2 },
        });
      await released;
      return { content: [{ type: 'text', text: 'The word was said.' }] };
    });
    return server;
  }

  const http = createServer((req, res) => {
    const server = newServer();
    const transport = new StreamableHTTPServerTransport({});
    res.once('close', () => void server.close());
    server
      .connect(transport)
      .then(() => transport.handleRequest(req, res))
      .catch(() => res.destroy());
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    release() {
      for (const resolve of waiting) resolve();
      waiting.clear();
    },
    async close() {
      http.close();
      http.closeAllConnections();
      await once(http, 'close');
    },
  };
}
