// Runs an xmcp server with its JWT authentication. Its compiler is a package of its own and not installed: what it would
// put in place of these names, its published runtime is given here.
const { dir, port, secret } = JSON.parse(process.argv[2]);
const { jwtAuthMiddleware } = require(`${dir}/dist/index.js`);

const add = {
  default: () => '2',
  metadata: {
    name: 'add',
    description: 'Adds one and one.',
    annotations: { title: 'Add', readOnlyHint: true },
  },
  schema: {},
};
Object.assign(globalThis, {
  HTTP_CONFIG: { port, host: '127.0.0.1', endpoint: '/mcp', bodySizeLimit: 1_000_000, debug: false },
  HTTP_CORS_CONFIG: {},
  TEMPLATE_CONFIG: {},
  SERVER_INFO: { name: 'Examined', version: '1.0.0' },
  INJECTED_MIDDLEWARE: async () => ({ default: jwtAuthMiddleware({ secret, algorithms: ['HS256'] }) }),
  INJECTED_TOOLS: { 'src/tools/add.ts': async () => add },
  INJECTED_PROMPTS: {},
  INJECTED_RESOURCES: {},
  INJECTED_CLIENT_BUNDLES: undefined,
  IS_CLOUDFLARE: false,
});
require(`${dir}/dist/runtime/http.js`);
