// As its documentation shows it: a handler that makes a server for each request, behind node:http.
import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

const [port, upstream] = process.argv.slice(2);
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'items', version: '1.0.0' });
  server.registerTool(
    'get_item',
    {
      description: 'Get an item',
      inputSchema: z.object({ id: z.string(), note: z.string().max(400).optional() }),
    },
    async ({ id, note = '' }) => {
      const answer = await fetch(
        `${upstream}/items/${encodeURIComponent(id)}?note=${encodeURIComponent(note)}`,
      );
      return { content: [{ type: 'text', text: await answer.text() }] };
    },
  );
  return server;
});
const answer = toNodeHandler(handler);
createServer((request, response) => void answer(request, response)).listen(Number(port), '127.0.0.1');
