// Calls whose answers come on a stream of the session: prints one line of JSON. 64 sessions, each with its stream, and
// in each the next call when the answer to the last is there.
import { get, request as send, Agent } from 'node:http';
import { percentile } from '../machine.ts';
import type { Load } from './wrk.ts';
import { MARK, type Wire } from './work.ts';

const SESSIONS = 64;
const [task = '', secondsText = ''] = process.argv.slice(2);
const { body, headers, url } = JSON.parse(task) as Wire;
const seconds = Number(secondsText);
const agent = new Agent({ keepAlive: true, maxSockets: SESSIONS * 2 });
const latencies: number[] = [];
let bytes = 0;
let lastId = 0;
let isOver = false;

const sessions = await Promise.all(Array.from({ length: SESSIONS }, openSession));
const startedMs = performance.now();
const running = sessions.map(run);
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
isOver = true;
const lasted = (performance.now() - startedMs) / 1000;
const answers = [...latencies];
await Promise.all(running);
const load: Load = {
  requests: answers.length,
  seconds: lasted,
  bytesEach: bytes / latencies.length,
  p99Ms: percentile(
    answers.sort((one, other) => one - other),
    0.99,
  ),
};
process.stdout.write(`${JSON.stringify(load)}\n`, () => process.exit(0));

type Session = { readonly id: string; take: (text: string) => void };

async function openSession(): Promise<Session> {
  const opened = await fetch(url, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: nextId(),
      method: 'initialize',
      params: {
        protocolVersion: '2025-03-26',
        capabilities: {},
        clientInfo: { name: 'bench', version: '1' },
      },
    }),
  });
  await opened.text();
  const session: Session = { id: opened.headers.get('mcp-session-id') ?? '', take: () => undefined };
  const streamHeaders = { accept: 'text/event-stream', 'mcp-session-id': session.id };
  await new Promise<void>((resolve, reject) => {
    get(url, { headers: streamHeaders }, (stream) => {
      if (stream.statusCode !== 200) reject(new Error(`no stream: ${stream.statusCode}`));
      stream.setEncoding('utf8').on('data', (text: string) => session.take(text));
    })
      .on('error', reject)
      // Its head comes with its first event: it is open as soon as it is written.
      .on('finish', () => setTimeout(resolve, 100))
      .end();
  });
  return session;
}

async function run(session: Session): Promise<void> {
  while (!isOver) {
    const sentMs = performance.now();
    const answer = new Promise<string>((resolve) => {
      session.take = resolve;
    });
    post(session.id);
    const text = await answer;
    if (!text.includes(MARK)) throw new Error(`a wrong answer: ${text.slice(0, 200)}`);
    bytes += text.length;
    latencies.push(performance.now() - sentMs);
  }
}

/** Ids are told apart by all sessions together: the server looks for the session by them. */
function post(session: string): void {
  const named = body.replace('"id":1', `"id":${nextId()}`);
  const request = send(url, { method: 'POST', agent, headers: { ...headers, 'mcp-session-id': session } });
  request.on('response', (response) => response.resume());
  request.end(named);
}

function nextId(): number {
  lastId += 1;
  return lastId;
}
