// What the measurements of the token endpoint share: the service beside the generator, and rounds of 32 callers that
// each send their next request when the answer to the last is there.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { describeMachine, percentile } from './machine.ts';
import type { ServiceCpu } from './service.ts';

export const CONNECTIONS = 32;
const WARM_UP_MS = 2_000;
const ROUND_MS = 5_000;
const ROUNDS = 3;

/** A request of one caller; it must look at the answer, because a benchmark that fails quietly is fast. */
interface Caller {
  next(): { body: string; headers?: Record<string, string> };
  take(status: number, answer: string): void;
}

export async function openTokenLoad() {
  console.log(describeMachine());
  const service = fork(fileURLToPath(new URL('./service.ts', import.meta.url)), {
    execArgv: process.execArgv,
  });
  const [{ url, postgres }] = (await once(service, 'message')) as [{ url: string; postgres: string }];
  console.log(`PostgreSQL ${postgres}, embedded, default durability; ${CONNECTIONS} connections`);
  const pool = new Pool(url, { connections: CONNECTIONS });

  async function cpu(): Promise<ServiceCpu & { generator: number }> {
    service.send('cpu');
    const [{ service: seconds, database }] = (await once(service, 'message')) as [ServiceCpu];
    const { user, system } = process.cpuUsage();
    return { service: seconds, database, generator: (user + system) / 1e6 };
  }

  async function run(
    callers: readonly Caller[],
    durationMs: number,
  ): Promise<{ latencies: number[]; seconds: number }> {
    const latencies: number[] = [];
    const startedMs = performance.now();
    await Promise.all(
      callers.map(async (caller) => {
        for (let sentMs = startedMs; sentMs - startedMs < durationMs;) {
          const { body, headers } = caller.next();
          const answer = await pool.request({
            path: '/token',
            method: 'POST',
            headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
            body,
          });
          caller.take(answer.statusCode, await answer.body.text());
          const doneMs = performance.now();
          latencies.push(doneMs - sentMs);
          sentMs = doneMs;
        }
      }),
    );
    return { latencies, seconds: (performance.now() - startedMs) / 1000 };
  }

  return {
    url,

    async measure(what: string, callers: readonly Caller[]): Promise<void> {
      await run(callers, WARM_UP_MS);
      for (let round = 1; round <= ROUNDS; round += 1) {
        const before = await cpu();
        const { latencies, seconds } = await run(callers, ROUND_MS);
        const after = await cpu();
        latencies.sort((a, b) => a - b);
        const each = (from: number, to: number) => Math.round(((to - from) / latencies.length) * 1e6);
        const database =
          before.database === undefined || after.database === undefined
            ? '?'
            : each(before.database, after.database);
        console.log(
          `${what}, round ${round}: ${Math.round(latencies.length / seconds)}/s,` +
            ` p50 ${percentile(latencies, 0.5).toFixed(1)} ms, p99 ${percentile(latencies, 0.99).toFixed(1)} ms;` +
            ` microseconds of CPU each: service ${each(before.service, after.service)},` +
            ` database ${database}, generator ${each(before.generator, after.generator)}`,
        );
      }
    },

    async close(): Promise<void> {
      await pool.close();
      service.send('stop');
      await once(service, 'exit');
    },
  };
}

/** The text of a member of a JSON answer, read as cheaply as can be: the generator shares the machine. */
export function textMember(name: string, status: number, answer: string): string {
  const start = answer.indexOf(`"${name}":"`) + name.length + 4;
  const end = answer.indexOf('"', start);
  if (status !== 200 || start < name.length + 4 || end <= start) throw new Error(`${status} ${answer}`);
  return answer.slice(start, end);
}
