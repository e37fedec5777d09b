// The load: calls at a pace that is kept whatever comes back, and as fast as they are answered to find out how many there can be.
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';

const CONNECTIONS = 32;
const TICK_MS = 5;
/** Beyond it a call is left out and counted: the service is not what is measured then. */
const UNDER_WAY_MAX = 1000;
const WRITE_EVERY = 5;

export interface CallCounts {
  ok: number;
  limited: number;
  failed: number;
  leftOut: number;
}

/** One in five is a write. `keys` are used in turn, so that none of them meets its limit. */
export function createLoad(url: string, keys: readonly string[]) {
  const pool = new Pool(url, { connections: CONNECTIONS });
  const counts: CallCounts = { ok: 0, limited: 0, failed: 0, leftOut: 0 };
  const underWay = new Set<Promise<void>>();
  const said = new Map<string, number>();
  let next = 0;

  async function callOnce(): Promise<void> {
    const turn = next;
    next += 1;
    const name = turn % WRITE_EVERY === 0 ? 'change' : 'read';
    try {
      const answer = await pool.request({
        path: '/mcp',
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2025-11-25',
          authorization: `Bearer ${keys[turn % keys.length]}`,
        },
        body: `{"jsonrpc":"2.0","id":${turn},"method":"tools/call","params":{"name":"${name}"}}`,
      });
      const text = await answer.body.text();
      if (answer.statusCode === 200 && text.includes('done')) counts.ok += 1;
      else if (answer.statusCode === 429) counts.limited += 1;
      else fail(`${answer.statusCode} ${text.slice(0, 100)}`);
    } catch (error) {
      fail(String(error));
    }
  }

  function fail(why: string): void {
    counts.failed += 1;
    said.set(why, (said.get(why) ?? 0) + 1);
  }

  return {
    counts,
    /** How calls failed, and how often. */
    failures: said as ReadonlyMap<string, number>,

    /** Calls in a second, where each caller sends its next when the last is answered. */
    async most(durationMs: number): Promise<number> {
      const before = counts.ok;
      const startedMs = performance.now();
      await Promise.all(
        Array.from({ length: CONNECTIONS }, async () => {
          while (performance.now() - startedMs < durationMs) await callOnce();
        }),
      );
      return ((counts.ok - before) * 1000) / (performance.now() - startedMs);
    },

    async pour(perSecond: number, durationMs: number): Promise<void> {
      const startedMs = performance.now();
      let sent = 0;
      for (let nowMs = startedMs; nowMs - startedMs < durationMs; nowMs = performance.now()) {
        const due = Math.floor(((nowMs - startedMs) * perSecond) / 1000);
        for (; sent < due; sent += 1) {
          if (underWay.size >= UNDER_WAY_MAX) {
            counts.leftOut += 1;
            continue;
          }
          const call = callOnce();
          underWay.add(call);
          void call.finally(() => underWay.delete(call));
        }
        await pause(TICK_MS);
      }
      await Promise.all(underWay);
    },

    close: () => pool.destroy(),
  };
}
