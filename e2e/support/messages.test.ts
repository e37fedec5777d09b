import { expect, test } from 'vitest';
import { expectValidMessages, type McpExchange } from './messages.ts';

// What the runs of all clients are held against can tell right from wrong.
const post = (asked: object, answered: object, more: Partial<McpExchange> = {}): McpExchange => ({
  method: 'POST',
  target: '/mcp/acme',
  status: 200,
  header: () => '2025-11-25',
  bodies: { asked: () => JSON.stringify(asked), answered: () => JSON.stringify(answered) },
  ...more,
});
const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const tools = (more: object = {}) => ({ jsonrpc: '2.0', id: 1, result: { tools: [], ...more } });
const _meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const stream = (answer: object): McpExchange => ({
  method: 'GET',
  target: '/mcp/acme/sse',
  status: 200,
  header: () => undefined,
  bodies: {
    asked: () => '',
    answered: () =>
      `event: endpoint\ndata: /mcp/acme/messages?sessionId=s1\n\nevent: message\ndata: ${JSON.stringify(answer)}\n\n`,
  },
});
const HELLO = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
};
const WELCOME = { protocolVersion: '2024-11-05', capabilities: {}, serverInfo: { name: 'b', version: '1' } };
const toSession = (asked: object) =>
  post(
    asked,
    {},
    {
      target: '/mcp/acme/messages?sessionId=s1',
      status: 202,
      bodies: { asked: () => JSON.stringify(asked), answered: () => '' },
    },
  );

test('messages that are right are named with their revision, also those of a session of HTTP+SSE', () => {
  expect(expectValidMessages([post(LIST, tools())])).toEqual(['2025-11-25 tools/list']);
  const modern = { ...LIST, params: { _meta } };
  const complete = tools({ resultType: 'complete', ttlMs: 0, cacheScope: 'private' });
  expect(expectValidMessages([post(modern, complete)])).toEqual(['2026-07-28 tools/list']);
  const welcome = { jsonrpc: '2.0', id: 0, result: WELCOME };
  expect(expectValidMessages([stream(welcome), toSession(HELLO)])).toEqual(['2024-11-05 initialize']);
});

test.each<[string, string, McpExchange[]]>([
  [
    'a result of another method',
    'ListToolsResult of 2025-11-25',
    [post(LIST, { jsonrpc: '2.0', id: 1, result: { content: [] } })],
  ],
  [
    'a result that nobody asked for',
    'A result for nothing',
    [post(LIST, { jsonrpc: '2.0', id: 2, result: { tools: [] } })],
  ],
  ['an answer that is no message', 'jsonrpc', [post(LIST, { tools: [] })]],
  [
    'a question that the revision does not have',
    'ClientRequest of 2025-11-25',
    [post({ ...LIST, method: 'tools/lists' }, tools())],
  ],
  [
    'an answer of 2025 to a question of 2026',
    'JSONRPCMessage of 2026-07-28',
    [post({ ...LIST, params: { _meta } }, tools())],
  ],
  [
    'a notification that the revision does not have',
    'ClientNotification of 2025-11-25',
    [post({ jsonrpc: '2.0', method: 'notifications/nothing' }, tools(), { status: 202 })],
  ],
  [
    'a wrong answer on a stream',
    'InitializeResult of 2024-11-05',
    [stream({ jsonrpc: '2.0', id: 0, result: { ...WELCOME, serverInfo: 'b' } }), toSession(HELLO)],
  ],
])('%s is found', (_what, message, exchanges) => {
  expect(() => expectValidMessages(exchanges)).toThrow(message);
});
