// Refresh rotation over HTTP: every check on, 32 connections, each refreshing its own family again and again.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { connect, type Connection } from '../packages/server/test/support/oauth-client.ts';
import { describeMachine, percentile } from './machine.ts';

const CONNECTIONS = 32;
const WARM_UP_MS = 2_000;
const ROUND_MS = 5_000;
const ROUNDS = 3;

console.log(describeMachine());
const service = fork(fileURLToPath(new URL('./service.ts', import.meta.url)), { execArgv: process.execArgv });
const [{ url }] = (await once(service, 'message')) as [{ url: string }];
const pool = new Pool(url, { connections: CONNECTIONS });

for (const [mode, email, path] of [
  ['token mode (JWT)', 'owner@acme.test', '/mcp/acme'],
  ['key mode', 'owner@globex.test', '/mcp/globex'],
] as const) {
  // One person and one client; each family is an approval of its own.
  const first = await connect(url, { email, access: 'read', path });
  const families: Connection[] = [first];
  while (families.length < CONNECTIONS) {
    families.push(
      await connect(url, { email, access: 'read', path, clientId: first.clientId, person: first.person }),
    );
  }
  const tokens = families.map(({ tokens: { refresh_token } }) => refresh_token);
  await run(tokens, first.clientId, WARM_UP_MS);
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { latencies, seconds } = await run(tokens, first.clientId, ROUND_MS);
    latencies.sort((a, b) => a - b);
    const rate = Math.round(latencies.length / seconds);
    const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)].map((ms) => ms.toFixed(1));
    console.log(`${mode}, round ${round}: ${rate} refreshes/s, p50 ${p50} ms, p99 ${p99} ms`);
  }
}
await pool.close();
service.send('stop');
const [{ cpu, rssBytes }] = (await once(service, 'message')) as [{ cpu: NodeJS.CpuUsage; rssBytes: number }];
console.log(
  `service: ${((cpu.user + cpu.system) / 1e6).toFixed(1)} s of CPU in all, ${Math.round(rssBytes / 2 ** 20)} MB resident`,
);
await once(service, 'exit');

async function run(tokens: string[], clientId: string, durationMs: number) {
  const latencies: number[] = [];
  const startedMs = performance.now();
  await Promise.all(
    tokens.map(async (_token, index) => {
      while (performance.now() - startedMs < durationMs) {
        const sentMs = performance.now();
        const body = `grant_type=refresh_token&client_id=${clientId}&refresh_token=${tokens[index]}`;
        const answer = await pool.request({
          path: '/token',
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body,
        });
        const json = (await answer.body.json()) as { refresh_token?: string };
        // A benchmark that fails quietly is fast.
        if (json.refresh_token === undefined)
          throw new Error(`refresh: ${answer.statusCode} ${JSON.stringify(json)}`);
        tokens[index] = json.refresh_token;
        latencies.push(performance.now() - sentMs);
      }
    }),
  );
  return { latencies, seconds: (performance.now() - startedMs) / 1000 };
}
