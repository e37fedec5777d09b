// Requests at a fixed rate, whether answers come or not: prints one line of JSON. In a process of its own, because what
// measures must not wait for what reports. Its timers tick each millisecond; what is due goes out at the tick.
import { connect, type Socket } from 'node:net';
import { percentile } from '../machine.ts';
import { MARK, type Wire } from './work.ts';

export interface OpenLoopTask {
  readonly wire: Wire;
  /** Requests a second. */
  readonly rate: number;
  readonly seconds: number;
}

export interface OpenLoopResult {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** With those of the time before it counts. */
  readonly answers: number;
  readonly faults: number;
}

const CONNECTIONS = 64;
const WARM_UP_SECONDS = 1;
const DRAIN_MS = 5_000;
const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = '0\r\n\r\n';

const { rate, seconds, wire } = JSON.parse(process.argv[2] ?? '') as OpenLoopTask;
const { hostname, host, port, pathname } = new URL(wire.url);
const request = Buffer.from(
  [
    `POST ${pathname} HTTP/1.1`,
    `host: ${host}`,
    ...Object.entries(wire.headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(wire.body)}`,
    '',
    wire.body,
  ].join('\r\n'),
);

interface Line {
  readonly socket: Socket;
  dueMs: number;
  held: Buffer;
}

const latencies: number[] = [];
/** When those became due that found no connection free. */
const waiting: number[] = [];
const free: Line[] = [];
let answers = 0;
let faults = 0;
let underWay = 0;
let countsFromMs = Infinity;

for (let count = 0; count < CONNECTIONS; count += 1) free.push(await openLine());
const startedMs = performance.now();
countsFromMs = startedMs + WARM_UP_SECONDS * 1000;
const endsMs = countsFromMs + seconds * 1000;
let sent = 0;
await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    const nowMs = performance.now();
    const due = Math.floor(((Math.min(nowMs, endsMs) - startedMs) * rate) / 1000);
    for (; sent < due; sent += 1) send(nowMs);
    if (nowMs < endsMs || (underWay > 0 && nowMs < endsMs + DRAIN_MS)) return;
    clearInterval(timer);
    resolve();
  }, 1);
});
faults += underWay;
latencies.sort((one, other) => one - other);
const result: OpenLoopResult = {
  p50Ms: percentile(latencies, 0.5),
  p99Ms: percentile(latencies, 0.99),
  answers,
  faults,
};
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));

async function openLine(): Promise<Line> {
  const socket = connect(Number(port), hostname).setNoDelay(true);
  const line: Line = { socket, dueMs: 0, held: Buffer.alloc(0) };
  socket.on('data', (chunk) => take(line, chunk));
  socket.on('error', () => process.exit(1));
  await new Promise((resolve) => {
    socket.once('connect', resolve);
  });
  return line;
}

function send(dueMs: number): void {
  underWay += 1;
  const line = free.pop();
  if (line === undefined) waiting.push(dueMs);
  else write(line, dueMs);
}

function write(line: Line, dueMs: number): void {
  line.dueMs = dueMs;
  line.socket.write(request);
}

function take(line: Line, chunk: Buffer): void {
  const held = line.held.length === 0 ? chunk : Buffer.concat([line.held, chunk]);
  line.held = held;
  const headEnd = held.indexOf(HEAD_END);
  if (headEnd < 0) return;
  const head = held.toString('latin1', 0, headEnd).toLowerCase();
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  const isWhole =
    length === undefined
      ? held.toString('latin1', held.length - LAST_CHUNK.length) === LAST_CHUNK
      : held.length >= headEnd + HEAD_END.length + Number(length);
  if (!isWhole) return;
  line.held = Buffer.alloc(0);
  underWay -= 1;
  answers += 1;
  if (!head.startsWith('http/1.1 200') || !held.includes(MARK)) faults += 1;
  else if (line.dueMs >= countsFromMs) latencies.push(performance.now() - line.dueMs);
  const next = waiting.shift();
  if (next === undefined) free.push(line);
  else write(line, next);
}
