import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { expectValid } from '../../packages/server/test/gateway/support/schema.ts';

const messageSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string().optional(),
  params: z.looseObject({}).optional(),
  result: z.looseObject({}).optional(),
  error: z.looseObject({}).optional(),
});
type Message = z.infer<typeof messageSchema>;

/** What the schema calls the results of what clients ask, and what they send without asking. */
const RESULTS: Readonly<Record<string, string>> = {
  initialize: 'InitializeResult',
  ping: 'EmptyResult',
  'server/discover': 'DiscoverResult',
  'tools/list': 'ListToolsResult',
  'tools/call': 'CallToolResult',
  'prompts/list': 'ListPromptsResult',
  'resources/list': 'ListResourcesResult',
  'resources/templates/list': 'ListResourceTemplatesResult',
  'logging/setLevel': 'EmptyResult',
};

/** Passes everything on to `target` as it comes, and keeps the messages of both sides. */
export async function startRecordingProxy(target: string) {
  const there = new URL(target);
  const asked: Message[] = [];
  const answers: { text: string; isStream: boolean }[] = [];
  const lines: string[] = [];
  const server = createServer((req, res) => {
    let body = '';
    const onward = request(
      {
        host: there.hostname,
        port: there.port,
        method: req.method,
        path: req.url,
        headers: { ...req.headers, host: there.host },
      },
      (answer) => {
        const { statusCode = 502 } = answer;
        lines.push(`${req.method} ${req.url?.split('?', 1)[0]} ${statusCode}`);
        const type = answer.headers['content-type'] ?? '';
        const kept = { text: '', isStream: type.startsWith('text/event-stream') };
        if (statusCode === 200) answers.push(kept);
        res.writeHead(statusCode, answer.rawHeaders);
        res.flushHeaders();
        answer.setEncoding('utf8').on('data', (text: string) => {
          kept.text += text;
          res.write(text);
        });
        answer.on('end', () => res.end());
        answer.on('error', () => res.destroy());
      },
    );
    onward.on('error', () => res.destroy());
    res.on('close', () => onward.destroy());
    req.setEncoding('utf8').on('data', (text: string) => (body += text));
    req.on('end', () => {
      if (req.method === 'POST' && req.url?.startsWith('/mcp/'))
        asked.push(messageSchema.parse(JSON.parse(body)));
      onward.end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  function answered(): Message[] {
    return answers.flatMap(({ isStream, text }) => {
      const bodies = isStream
        ? Array.from(text.matchAll(/^event: message\ndata: (.*)$/gm), ([, data]) => data ?? '')
        : [text];
      return bodies
        .filter((data) => data.startsWith('{"jsonrpc"'))
        .map((data) => messageSchema.parse(JSON.parse(data)));
    });
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** `POST /mcp/acme/sse 200`, in the order of the answers. */
    lines: lines as readonly string[],
    /** Holds every message of both sides against the schema of `revision`; answers with the methods that were asked. */
    expectValidMessages(revision: string): string[] {
      const methods = new Map(asked.map(({ id, method }) => [id, method]));
      const found = answered();
      for (const message of asked) {
        const kind = message.id === undefined ? 'ClientNotification' : 'ClientRequest';
        expectValid(revision, kind, message);
      }
      for (const message of found) {
        expectValid(revision, 'JSONRPCMessage', message);
        if (message.method !== undefined) expectValid(revision, 'ServerNotification', message);
        const definition = RESULTS[methods.get(message.id) ?? ''];
        if (message.result === undefined || definition === undefined) continue;
        expectValid(revision, definition, message.result);
      }
      const results = found.filter(({ result }) => result !== undefined);
      if (results.length === 0) throw new Error('Nothing was answered.');
      return asked.flatMap(({ method }) => (method === undefined ? [] : [method]));
    },
    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
