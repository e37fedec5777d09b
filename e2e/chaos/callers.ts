// Clients of the MCP door, none of which asks twice: what arrives twice at the API was sent twice by us.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import type { World } from './world.ts';

/** Longer than a gateway waits for an upstream: whoever does not answer by then never will. */
const ANSWER_MS_MAX = 35_000;
/** Of the load, at one node. */
const UNDER_WAY_MAX = 40;

export interface MadeCall {
  readonly node: number;
  /** Of the bundle that was to be made; undefined: a read. */
  readonly title: string | undefined;
  readonly sentMs: number;
  readonly doneMs: number;
  /**
   * `ok`: the caller was told that it is done. `refused`: it was told that it is not, or not known to be, with `why`.
   * `broken`: no answer came, and it may have been done.
   */
  readonly outcome: 'ok' | 'refused' | 'broken';
  readonly why: string;
  readonly requestId: string;
}

export type Callers = ReturnType<typeof createCallers>;

/** One connection pool for each node, all calls in one list. */
export function createCallers(world: World) {
  const made: MadeCall[] = [];
  // As many connections as are needed: no call waits for another one's end, which would be measured as its own.
  const pools = world.nodes.map(
    ({ url }) => new Pool(url, { pipelining: 1, connectTimeout: 2000, headersTimeout: ANSWER_MS_MAX }),
  );
  const running = world.nodes.map(() => new Set<Promise<void>>());
  let isOn = false;

  async function call(
    node: number,
    token: string,
    { write, slug }: { write: boolean; slug?: string },
  ): Promise<MadeCall> {
    const title = write ? `Chaos ${randomUUID()}` : undefined;
    const sentMs = performance.now();
    const params =
      title === undefined ? { name: 'get_credit_balance' } : { name: 'create_bundle', arguments: { title } };
    const answered = await send(node, token, slug, { jsonrpc: '2.0', id: 1, method: 'tools/call', params });
    const call = { node, title, sentMs, doneMs: performance.now(), ...answered };
    made.push(call);
    return call;
  }

  async function send(
    node: number,
    token: string,
    slug: string | undefined,
    body: unknown,
  ): Promise<Pick<MadeCall, 'outcome' | 'why' | 'requestId'>> {
    try {
      const answer = await pools[node]?.request({
        path: slug === undefined ? '/mcp' : `/mcp/${slug}`,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2025-11-25',
          authorization: `Bearer ${token}`,
        },
        body: JSON.stringify(body),
      });
      if (answer === undefined) throw new Error('no such node');
      const text = await answer.body.text();
      const requestId = String(answer.headers['x-request-id'] ?? '');
      return { requestId, ...judge(answer.statusCode, text) };
    } catch (error) {
      return { requestId: '', outcome: 'broken', why: reasonOf(error) };
    }
  }

  /** `perSecond` calls all together, at an even pace whatever comes back: half of them writes, a node after the other. */
  async function pour(perSecond: number): Promise<void> {
    const startedMs = performance.now();
    for (let count = 0; isOn; count += 1) {
      const dueMs = startedMs + (count * 1000) / perSecond;
      const leftMs = dueMs - performance.now();
      if (leftMs > 0) await pause(leftMs);
      // What the machine could not begin in time is left out, not caught up with.
      else if (leftMs < -1000) count += Math.ceil((-leftMs * perSecond) / 1000);
      const key = world.keys[Math.floor(Math.random() * world.keys.length)] ?? '';
      const node = count % world.nodes.length;
      const underWay = running[node];
      // Clients of a node that does not answer give up, too.
      if (underWay === undefined || underWay.size >= UNDER_WAY_MAX) continue;
      const done = call(node, key, { write: Math.random() < 0.5 }).then(() => undefined);
      underWay.add(done);
      void done.finally(() => underWay.delete(done));
    }
  }

  let pouring: Promise<void> = Promise.resolve();
  return {
    made: made as readonly MadeCall[],
    call,
    start(perSecond: number): void {
      isOn = true;
      pouring = pour(perSecond);
    },
    /** Sends nothing more, and waits for what is under way. */
    async stop(): Promise<void> {
      isOn = false;
      await pouring;
      await Promise.all(running.flatMap((underWay) => [...underWay]));
    },
    async close(): Promise<void> {
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

function judge(status: number, text: string): Pick<MadeCall, 'outcome' | 'why'> {
  if (status !== 200) return { outcome: 'refused', why: `${status} ${codeIn(text)}` };
  try {
    const { error, result } = JSON.parse(text) as {
      error?: { code: number };
      result?: { isError?: boolean; content?: { text?: string }[] };
    };
    if (error !== undefined) return { outcome: 'refused', why: `error ${error.code}` };
    if (result?.isError === true)
      return { outcome: 'refused', why: `result ${codeIn(result.content?.[0]?.text ?? '')}` };
    return { outcome: 'ok', why: '' };
  } catch {
    return { outcome: 'broken', why: 'half an answer' };
  }
}

/** The name of what went wrong, as our errors give it. */
function codeIn(text: string): string {
  return /"code":\s*"([a-z_]+)"/.exec(text)?.[1] ?? text.slice(0, 60).replaceAll('\n', ' ');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
