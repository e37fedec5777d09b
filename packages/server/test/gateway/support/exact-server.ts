import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { McpUpstream } from '../../../src/upstreams/upstream.ts';
import { command } from '../../upstreams/support/programs.ts';

/** What `show` answers, in JSON that no number of JavaScript's keeps. */
export const SHOWN =
  '{"id":9223372036854775807,"list":[-9007199254740993,1],"deep":{"wei":123456789012345678901234567890},"text":"9223372036854775807"}';

/**
 * An MCP server that writes its answers by hand. `show` answers with what stands above, `hear` with what it was sent as
 * it was sent, `much` with more than a client takes.
 */
const ANSWER_TO = `
  const SHOWN = ${JSON.stringify(SHOWN)};
  const schema = { type: 'object', properties: { id: { type: 'integer' } } };
  const reads = { readOnlyHint: true };
  const tools = [
    { name: 'show', inputSchema: schema, outputSchema: { ...schema, required: ['id'] }, annotations: reads },
    { name: 'hear', inputSchema: schema, annotations: reads },
    { name: 'much', inputSchema: schema, annotations: reads },
    { name: 'burn', inputSchema: schema },
  ];
  const says = (text) => JSON.stringify({ content: [{ type: 'text', text }] });
  const resultOf = (sent, { method, params }) => {
    if (method === 'initialize') return JSON.stringify({ protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'exact', version: '1' } });
    if (method === 'tools/list') return JSON.stringify({ tools });
    if (params?.name === 'show') return '{"content":[{"type":"text","text":' + JSON.stringify(SHOWN) + '}],"structuredContent":' + SHOWN + '}';
    if (params?.name === 'much') return '{"content":[],"structuredContent":{"rows":[' + Array(20000).fill(SHOWN).join(',') + ']}}';
    return says(sent);
  };
  const answerTo = (sent) => {
    const message = JSON.parse(sent);
    if (message.id === undefined || message.method === undefined) return undefined;
    return '{"jsonrpc":"2.0","id":' + JSON.stringify(message.id) + ',"result":' + resultOf(sent, message) + '}';
  };
`;

const SPOKEN = `${ANSWER_TO}
  let rest = '';
  process.stdin.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\\n');
    rest = lines.pop();
    for (const line of lines) {
      const answer = answerTo(line);
      if (answer !== undefined) process.stdout.write(answer + '\\n');
    }
  });`;

export const EXACT_PROGRAM = command(process.execPath, ['--eval', SPOKEN]);

/** The same behind HTTP, of either kind. */
export async function serveExact(): Promise<{
  upstreams: Record<'streamable-http' | 'sse', McpUpstream>;
  close(): Promise<void>;
}> {
  // oxlint-disable-next-line typescript/no-implied-eval -- the program above, in this process
  const answerTo = new Function(`${ANSWER_TO} return answerTo;`)() as (sent: string) => string | undefined;
  let say: (text: string) => void = () => undefined;
  const server = createServer((req, res) => {
    if (req.url === '/sse') {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: endpoint\ndata: /posted\n\n');
      say = (text) => res.write(`event: message\ndata: ${text}\n\n`);
      return;
    }
    if (req.method !== 'POST') return void res.writeHead(405).end();
    let sent = '';
    req.setEncoding('utf8').on('data', (text: string) => (sent += text));
    req.on('end', () => {
      const answer = answerTo(sent);
      if (req.url !== '/mcp') {
        res.writeHead(202).end();
        if (answer !== undefined) say(answer);
      } else if (answer === undefined) res.writeHead(202).end();
      else res.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    });
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const at = `http://127.0.0.1:${port}`;
  return {
    upstreams: {
      'streamable-http': { transport: 'streamable-http', url: `${at}/mcp` },
      sse: { transport: 'sse', url: `${at}/sse` },
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
