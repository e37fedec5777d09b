// As its documentation shows it: stateless, one tool that asks the API.
import { FastMCP } from 'fastmcp';
import { z } from 'zod';

const [port, upstream] = process.argv.slice(2);
const server = new FastMCP({ name: 'items', version: '1.0.0' });
server.addTool({
  name: 'get_item',
  description: 'Get an item',
  parameters: z.object({ id: z.string(), note: z.string().max(400).optional() }),
  async execute({ id, note = '' }) {
    const answer = await fetch(
      `${upstream}/items/${encodeURIComponent(id)}?note=${encodeURIComponent(note)}`,
    );
    return answer.text();
  },
});
await server.start({
  transportType: 'httpStream',
  httpStream: { port: Number(port), host: '127.0.0.1', stateless: true, enableJsonResponse: true },
});
