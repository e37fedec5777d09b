// What streams cost on which nothing happens: 10,000 of each kind, each kind to a process of its own, their memory alone.
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

/** Bytes, after a garbage collection. */
interface Memory {
  resident: number;
  heap: number;
}

type RequestOf = (credential: Credential) => string;

const KINDS: readonly (readonly [string, RequestOf])[] = [
  ['HTTP+SSE of 2024-11-05', sseRequest],
  ['subscriptions/listen of 2026-07-28', listenRequest],
];

process.stdout.write(`${describeMachine()}\n`);
let isOverBudget = false;
for (const [name, requestOf] of KINDS) {
  const { base, cost } = await measure(requestOf);
  process.stdout.write(
    `${STREAMS} idle streams, ${name}: ${mb(cost.resident)} MB resident over a base of ${mb(base.resident)} MB, ${(cost.resident / 1024 / STREAMS).toFixed(1)} KB each; ${mb(cost.heap)} MB more are in use in the heap\n`,
  );
  isOverBudget ||= cost.resident > BUDGET_MB * 2 ** 20;
}
if (isOverBudget) throw new Error(`more than ${BUDGET_MB} MB`);

async function measure(requestOf: RequestOf): Promise<{ base: Memory; cost: Memory }> {
  const child = fork(fileURLToPath(new URL('idle-service.ts', import.meta.url)), [], {
    execArgv: ['--import', 'tsx', '--expose-gc'],
  });
  const [service] = (await once(child, 'message')) as [Service];
  // The base is a service at work: what calls load, compile and leave in the heap belongs to it.
  await inRounds(CALLS_BEFORE, (index) => callOnce(service, index));
  const base = await memoryOf(child);
  const sockets = await inRounds(STREAMS, (index) => openStream(service, index, requestOf));
  const after = await memoryOf(child);
  for (const socket of sockets) socket.destroy();
  child.send('stop');
  await once(child, 'exit');
  return { base, cost: { resident: after.resident - base.resident, heap: after.heap - base.heap } };
}

async function inRounds<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  while (done.length < count) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - done.length) }, (_, index) =>
      work(done.length + index),
    );
    done.push(...(await Promise.all(some)));
  }
  return done;
}

/** Open once its first event is here. */
async function openStream(service: Service, index: number, requestOf: RequestOf): Promise<Socket> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  socket.write(requestOf(credentialFor(service, index)));
  let text = '';
  while (!text.includes('event: ')) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    text += chunk.toString();
  }
  if (!text.startsWith('HTTP/1.1 200')) throw new Error(text);
  return socket.on('error', () => undefined);
}

async function callOnce(service: Service, index: number): Promise<void> {
  const { key, slug } = credentialFor(service, index);
  const response = await fetch(`${service.url}/mcp/${slug}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
  });
  if (!response.ok) throw new Error(await response.text());
  await response.arrayBuffer();
}

function credentialFor({ credentials }: Service, index: number): Credential {
  const credential = credentials[index % credentials.length];
  if (credential === undefined) throw new Error('no credentials');
  return credential;
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

async function memoryOf(child: ChildProcess): Promise<Memory> {
  child.send('memory');
  const [memory] = (await once(child, 'message')) as [Memory];
  return memory;
}

function mb(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
