import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

export type UpstreamHandler = (req: ReceivedRequest, res: ServerResponse) => unknown;

/** A real API on a loopback port. It remembers what it was sent and answers as the test says. */
export async function startUpstream() {
  const received: ReceivedRequest[] = [];
  let handler: UpstreamHandler = (_, res) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
  };
  const aborted: string[] = [];

  const server = createServer((req, res) => {
    res.on('close', () => {
      if (!res.writableFinished) aborted.push(req.url ?? '');
    });
    const chunks: Buffer[] = [];
    req.on('error', () => undefined);
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const request = {
        method: req.method ?? '',
        url: req.url ?? '',
        headers: req.headers,
        body: Buffer.concat(chunks),
      };
      received.push(request);
      handler(request, res);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    received,
    aborted,
    answer(next: UpstreamHandler) {
      handler = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const item = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' }, count: { type: 'integer' } },
};
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const responses = { '200': { description: 'It went well.' } };

/** What the upstream does, as an operator would describe it. */
export const UPSTREAM_DOCUMENT = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Items', version: '1' },
  servers: [{ url: '/' }],
  components: { securitySchemes: { latchkey: { type: 'http', scheme: 'bearer' } } },
  security: [{ latchkey: [] }],
  paths: {
    '/credits': { get: { operationId: 'get_credits', summary: 'Get the credit balance', responses } },
    '/items': {
      get: {
        operationId: 'list_items',
        summary: 'List items',
        parameters: [
          { name: 'limit', in: 'query', schema: { type: 'integer' } },
          { name: 'X-Flavour', in: 'header', schema: { type: 'string' } },
        ],
        responses,
      },
      post: {
        operationId: 'create_item',
        summary: 'Create an item',
        requestBody: { required: true, content: { 'application/json': { schema: item } } },
        responses,
      },
    },
    '/items/{id}': {
      get: { operationId: 'get_item', summary: 'Get an item', parameters: [id], responses },
      delete: { operationId: 'delete_item', summary: 'Delete an item', parameters: [id], responses },
    },
    '/media': {
      post: {
        operationId: 'upload_media',
        summary: 'Upload a file',
        requestBody: {
          required: true,
          content: {
            'application/xml': { schema: { type: 'object', properties: { a: { type: 'string' } } } },
          },
        },
        responses,
      },
    },
  },
});
