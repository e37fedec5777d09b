import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { request as requestTls, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UPLOAD_BYTES_MAX } from '../../packages/server/src/gateway/api/door.ts';
import { createCallers } from '../../packages/server/src/kernel/callers.ts';
import { UPLOAD_BYTES_MAX as IMPORT_BYTES_MAX } from '../../packages/server/src/portal/imports/schemas.ts';
import { caddy, nginx, type RunningProxy } from './support/proxies.ts';
import { openSite, type Site } from './support/site.ts';

// The examples of deploy/, before a server that lets go of nothing until it is told: what passes, and when.
/** Not the address that the proxy comes from. */
const CALLER = '127.0.0.9';

let site: Site;
let server: Server;
let behind: { gateway: string; web: string };
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const callerOf = createCallers({ trustedProxies: ['127.0.0.1'], sharedEgress: [] });

beforeAll(async () => {
  site = await openSite();
  server = createServer((request, response) => {
    if (request.url === '/readyz') response.end('{}');
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  behind = { gateway: `127.0.0.1:${port}`, web: `127.0.0.1:${port}` };
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await site.close();
});

/** A request through the proxy, as yet without an end. */
function ask(host: 'mcp' | 'web', options: RequestOptions = {}) {
  const { name } = site[host];
  return requestTls({ host: name, port: site.port, servername: name, agent: false, ...site.tls, ...options });
}

async function answered(host: 'mcp' | 'web', body: Buffer, options: RequestOptions = {}): Promise<number> {
  const request = ask(host, { ...options, method: 'POST' });
  request.setHeader('content-length', body.length);
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response.statusCode ?? 0;
}

describe.each([nginx, caddy])('$name', (proxy) => {
  let running: RunningProxy | undefined;
  beforeAll(async () => {
    if (proxy.isHere()) running = await proxy.start(site, behind);
  });
  afterAll(() => running?.stop());

  test('names the caller, whatever the caller says of that', async (context) => {
    proxy.needs(context);
    for (const host of ['mcp', 'web'] as const) {
      const seen = new Promise<IncomingMessage>((resolve) => {
        answer = (request, response) => {
          resolve(request);
          response.end('seen');
        };
      });
      const forged = { headers: { 'x-forwarded-for': '203.0.113.9' }, localAddress: CALLER };
      expect(await answered(host, Buffer.from('{}'), forged)).toBe(200);
      const { headers, socket } = await seen;
      expect(callerOf(socket.remoteAddress, String(headers['x-forwarded-for'])).from).toBe(CALLER);
      expect(headers.host?.split(':', 1)[0]).toBe(site[host].name);
    }
  });

  test('passes an event on while the answer goes on', async (context) => {
    proxy.needs(context);
    let finish = () => {};
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: one\n\n');
      finish = () => response.end('data: two\n\n');
    };
    const request = ask('mcp');
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.setEncoding('utf8');
    const [first] = (await once(response, 'data')) as [string];
    expect(first).toBe('data: one\n\n');
    finish();
    expect(((await once(response, 'data')) as [string])[0]).toBe('data: two\n\n');
    await once(response.resume(), 'end');
  });

  test('passes a body on while it is still being sent', async (context) => {
    proxy.needs(context);
    const first = new Promise<string>((resolve) => {
      answer = (request, response) => {
        request.once('data', (chunk: Buffer) => resolve(chunk.toString()));
        request.once('end', () => response.end('done'));
      };
    });
    const request = ask('mcp', { method: 'POST', headers: { 'transfer-encoding': 'chunked' } });
    request.write('the first half, ');
    expect(await first).toBe('the first half, ');
    request.end('the second');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    await once(response.resume(), 'end');
  });

  test('tells the server that the caller has gone', async (context) => {
    proxy.needs(context);
    const gone = new Promise<string>((resolve) => {
      answer = (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: one\n\n');
        response.once('close', () => resolve('gone'));
      };
    });
    const request = ask('mcp');
    request.on('error', () => {});
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.on('error', () => {});
    await once(response, 'data');
    request.destroy();
    expect(await gone).toBe('gone');
  });

  test('lets through the largest that Latchkey takes', async (context) => {
    proxy.needs(context);
    answer = (request, response) => {
      let bytes = 0;
      request.on('data', (chunk: Buffer) => (bytes += chunk.length));
      request.once('end', () => response.writeHead(bytes === expected ? 200 : 400).end());
    };
    let expected = UPLOAD_BYTES_MAX;
    expect(await answered('mcp', randomBytes(expected))).toBe(200);
    expected = IMPORT_BYTES_MAX;
    expect(await answered('web', randomBytes(expected))).toBe(200);
  });
});
