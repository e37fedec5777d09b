// Its HTTP runtime, which each compiled project carries, with what its compiler would have put in: one tool.
import { createRequire } from 'node:module';
import { z } from 'zod';

const [port, upstream] = process.argv.slice(2);
const tool = {
  schema: { id: z.string(), note: z.string().max(400).optional() },
  metadata: { name: 'get_item', description: 'Get an item' },
  async default({ id, note = '' }) {
    const answer = await fetch(
      `${upstream}/items/${encodeURIComponent(id)}?note=${encodeURIComponent(note)}`,
    );
    return answer.text();
  },
};
Object.assign(globalThis, {
  HTTP_CONFIG: {
    port: Number(port),
    host: '127.0.0.1',
    endpoint: '/mcp',
    bodySizeLimit: 10_485_760,
    debug: false,
  },
  HTTP_CORS_CONFIG: {},
  TEMPLATE_CONFIG: { name: 'items', description: '' },
  SERVER_INFO: { name: 'items', version: '1.0.0' },
  INJECTED_TOOLS: { 'src/tools/get-item.ts': () => Promise.resolve(tool) },
  INJECTED_PROMPTS: {},
  INJECTED_RESOURCES: {},
  INJECTED_MIDDLEWARE: undefined,
  INJECTED_CLIENT_BUNDLES: undefined,
  IS_CLOUDFLARE: false,
});
createRequire(import.meta.url)('../node_modules/xmcp/dist/runtime/http.js');
