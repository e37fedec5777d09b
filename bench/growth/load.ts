import { Pool, type Dispatcher } from 'undici';
import type { ServiceCpu } from '../service.ts';
import type { Child } from './child.ts';

export interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What is asked in one scene, and what has to be answered: a measurement that fails quietly is fast. */
export interface Script {
  next(index: number): Request;
  take(status: number, body: string, index: number): void;
}

export interface Round {
  /** Of the service and the database, for one request. */
  readonly cpuMicroseconds: number;
  readonly perSecond: number;
}

const CONNECTIONS = 16;

export function createLoad(child: Child) {
  const pool = new Pool(child.url, { connections: CONNECTIONS, headersTimeout: 60_000 });

  async function send(script: Script, from: number, requests: number): Promise<void> {
    let index = from;
    const one = async (): Promise<void> => {
      while (index < from + requests) {
        const mine = index;
        index += 1;
        const { body, headers, method, path } = script.next(mine);
        const answer = await pool.request({
          method: method as Dispatcher.HttpMethod,
          path,
          headers,
          ...(body === undefined ? {} : { body }),
        });
        script.take(answer.statusCode, await answer.body.text(), mine);
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, one));
  }

  return {
    send,

    async round(script: Script, from: number, requests: number): Promise<Round> {
      const before = await child.ask<ServiceCpu>({ ask: 'cpu' });
      const startedMs = performance.now();
      await send(script, from, requests);
      const seconds = (performance.now() - startedMs) / 1000;
      const after = await child.ask<ServiceCpu>({ ask: 'cpu' });
      const used = after.service - before.service + (after.database ?? 0) - (before.database ?? 0);
      return { cpuMicroseconds: (used / requests) * 1e6, perSecond: requests / seconds };
    },

    close: () => pool.close(),
  };
}

export type Load = ReturnType<typeof createLoad>;
