// What streams cost on which nothing happens: 10,000 of them to one process, half of each kind, their memory alone.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describeMachine } from './machine.ts';

const STREAMS = 10_000;
const BUDGET_MB = 150;
const AT_ONCE = 100;
const CALLS_BEFORE = 5_000;

interface Credential {
  key: string;
  slug: string;
}

interface Service {
  url: string;
  credentials: readonly Credential[];
}

const service = fork(fileURLToPath(new URL('idle-service.ts', import.meta.url)), [], {
  execArgv: ['--import', 'tsx', '--expose-gc'],
});
const [{ credentials, url }] = (await once(service, 'message')) as [Service];
const { hostname, port } = new URL(url);

// The base is a service at work: what calls load, compile and leave in the heap belongs to it.
for (let count = 0; count < CALLS_BEFORE; count += AT_ONCE)
  await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => callOnce(count + index)));
const before = await memoryMb(service);
const sockets = await openAll(STREAMS);
const after = await memoryMb(service);
const cost = after - before;

process.stdout.write(`${describeMachine()}\n`);
process.stdout.write(
  `${STREAMS} idle streams: ${cost.toFixed(0)} MB over a base of ${before.toFixed(0)} MB, ${((cost * 1024) / STREAMS).toFixed(1)} KB each\n`,
);
for (const socket of sockets) socket.destroy();
service.send('stop');
await once(service, 'exit');
if (cost > BUDGET_MB) throw new Error(`more than ${BUDGET_MB} MB`);

async function openAll(count: number): Promise<Socket[]> {
  const open: Socket[] = [];
  while (open.length < count) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - open.length) }, (_, index) =>
      openStream(open.length + index),
    );
    open.push(...(await Promise.all(some)));
  }
  return open;
}

/** A listener of 2026-07-28, or a session of 2024-11-05; open once its first event is here. */
async function openStream(index: number): Promise<Socket> {
  const credential = credentials[index % credentials.length];
  if (credential === undefined) throw new Error('no credentials');
  const socket = connect(Number(port), hostname);
  // Each pair of rounds through the credentials opens both kinds with each.
  const isListener = Math.floor(index / credentials.length) % 2 === 0;
  socket.write(isListener ? listenRequest(credential) : sseRequest(credential));
  let text = '';
  while (!text.includes('event: ')) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    text += chunk.toString();
  }
  if (!text.startsWith('HTTP/1.1 200')) throw new Error(text);
  return socket.on('error', () => undefined);
}

async function callOnce(index: number): Promise<void> {
  const credential = credentials[index % credentials.length];
  const response = await fetch(`${url}/mcp/${credential?.slug}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': credential?.key ?? '' },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
  });
  if (!response.ok) throw new Error(await response.text());
  await response.arrayBuffer();
}

function sseRequest({ key, slug }: Credential): string {
  return `GET /mcp/${slug}/sse HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nX-API-Key: ${key}\r\n\r\n`;
}

function listenRequest({ key, slug }: Credential): string {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'subscriptions/listen',
    params: {
      notifications: { toolsListChanged: true },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  });
  return `POST /mcp/${slug} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\nContent-Type: application/json\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: subscriptions/listen\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Resident, after a garbage collection. */
async function memoryMb(child: ChildProcess): Promise<number> {
  child.send('memory');
  const [bytes] = (await once(child, 'message')) as [number];
  return bytes / 2 ** 20;
}
