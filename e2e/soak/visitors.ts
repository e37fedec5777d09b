// What comes and goes beside the calls: apps that connect and refresh, streams that open and close, connections without a
// second request, and whoever reads the metrics. Each leaves something behind if anything does.
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { createPerson } from '../../packages/server/src/demo/person.ts';
import { connect, refresh } from '../../packages/server/test/support/oauth-client.ts';
import { OWNER } from './service.ts';

export interface VisitCounts {
  connected: number;
  refreshed: number;
  streams: number;
  /** Requests on a connection of their own. */
  single: number;
  failed: number;
}

export function createVisitors(url: string, key: string) {
  const counts: VisitCounts = { connected: 0, refreshed: 0, streams: 0, single: 0, failed: 0 };
  const person = createPerson({ origins: [url] });
  let clientId: string | undefined;

  async function connectOnce(): Promise<void> {
    const made = await connect(url, {
      email: OWNER,
      access: 'full',
      path: '/mcp/soak-0',
      person,
      ...(clientId === undefined ? {} : { clientId }),
    });
    ({ clientId } = made);
    counts.connected += 1;
    const answer = await refresh(url, made.clientId, made.tokens.refresh_token);
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`refresh: ${answer.status}`);
    counts.refreshed += 1;
  }

  /** A session of HTTP+SSE, and whoever has it goes away without a word. */
  function streamOnce(): Promise<void> {
    return new Promise((resolve, reject) => {
      const asked = request(`${url}/mcp/soak-0/sse`, {
        headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream' },
      });
      asked.on('error', reject);
      asked.on('response', (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`stream: ${answer.statusCode}`));
        answer.once('data', () => {
          counts.streams += 1;
          asked.off('error', reject);
          asked.on('error', () => undefined);
          asked.destroy();
          resolve();
        });
      });
      asked.end();
    });
  }

  function singleOnce(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const asked = request(url + path, { agent: false, headers: { connection: 'close' } }, (answer) => {
        answer.resume();
        answer.on('end', () => {
          counts.single += 1;
          resolve();
        });
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  return {
    counts,
    /** One of each in a second, until the time is over. */
    async come(durationMs: number): Promise<void> {
      const endMs = performance.now() + durationMs;
      while (performance.now() < endMs) {
        const done = await Promise.allSettled([
          connectOnce(),
          streamOnce(),
          singleOnce('/metrics'),
          singleOnce('/readyz'),
          singleOnce('/mcp'),
        ]);
        counts.failed += done.filter(({ status }) => status === 'rejected').length;
        await pause(1000);
      }
    },
  };
}
