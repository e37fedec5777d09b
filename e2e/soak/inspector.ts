import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'undici';

/** What a process holds after a garbage collection. */
export interface Held {
  readonly heap: number;
  readonly external: number;
  /** What keeps its event loop alive, by kind. */
  readonly resources: Readonly<Record<string, number>>;
}

export type Inspector = Awaited<ReturnType<typeof openInspector>>;

const LOOK = `JSON.stringify({ memory: process.memoryUsage(), resources: process.getActiveResourcesInfo() })`;

/** Of a process that was started with `--inspect=127.0.0.1:<port>`: the product itself has no such door. */
export async function openInspector(port: number) {
  const listed = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = (await listed.json()) as { webSocketDebuggerUrl: string }[];
  if (target === undefined) throw new Error('nothing to inspect');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  const waiting = new Map<number, (result: { result?: { value?: string } }) => void>();
  let lastId = 0;
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as {
      id: number;
      result: { result?: { value?: string } };
    };
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error('the inspector does not answer')));
  });

  function ask(
    method: string,
    params: Record<string, unknown> = {},
  ): Promise<{ result?: { value?: string } }> {
    lastId += 1;
    socket.send(JSON.stringify({ id: lastId, method, params }));
    const id = lastId;
    return new Promise((resolve) => waiting.set(id, resolve));
  }

  return {
    async look(): Promise<Held> {
      // Twice: what the first frees may hold what only the second frees.
      for (let count = 0; count < 2; count += 1) {
        await ask('HeapProfiler.collectGarbage');
        await pause(50);
      }
      const { result } = await ask('Runtime.evaluate', { expression: LOOK });
      const { memory, resources } = JSON.parse(result?.value ?? '{}') as {
        memory: { heapUsed: number; external: number };
        resources: string[];
      };
      const counted: Record<string, number> = {};
      for (const name of resources) counted[name] = (counted[name] ?? 0) + 1;
      return { heap: memory.heapUsed, external: memory.external, resources: counted };
    },
    close: () => socket.close(),
  };
}
