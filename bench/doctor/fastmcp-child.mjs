// Runs a FastMCP server with its OAuth proxy, as its README sets it up.
const { baseUrl, entry, port, provider } = JSON.parse(process.argv[2]);
const { FastMCP, OAuthProvider } = await import(entry);
const server = new FastMCP({
  name: 'Examined',
  version: '1.0.0',
  auth: new OAuthProvider({ ...provider, baseUrl }),
});
server.addTool({
  name: 'add',
  description: 'Adds one and one.',
  annotations: { title: 'Add', readOnlyHint: true },
  execute: async () => '2',
});
await server.start({
  transportType: 'httpStream',
  httpStream: { port, host: '127.0.0.1', endpoint: '/mcp' },
});
