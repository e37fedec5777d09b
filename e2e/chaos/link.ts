// The way between a node and its database: a proxy of ours that can break, fall silent or be slow.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export type LinkState =
  /** Everything passes. */
  | 'open'
  /** Connections end, and no new one is accepted. */
  | 'cut'
  /** Connections stay, and not a byte passes; what is sent arrives when it is open again. */
  | 'silent';

export type Link = Awaited<ReturnType<typeof openLink>>;

export async function openLink(targetPort: number) {
  const pairs = new Set<readonly [Socket, Socket]>();
  let state: LinkState = 'open';
  let delayMs = 0;

  /** Passes on what comes, in order, and stops reading while the other side does not take it. */
  function pass(from: Socket, to: Socket): void {
    let last = Promise.resolve();
    let late = 0;
    from.on('data', (chunk) => {
      if (delayMs === 0 && late === 0) return void (to.write(chunk) || waitFor(from, to));
      const dueMs = performance.now() + delayMs;
      late += 1;
      last = last.then(async () => {
        const leftMs = dueMs - performance.now();
        if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
        late -= 1;
        if (!to.destroyed) to.write(chunk);
      });
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }

  function waitFor(from: Socket, to: Socket): void {
    from.pause();
    to.once('drain', () => state !== 'silent' && from.resume());
  }

  const server = createServer((near) => {
    if (state === 'cut') return void near.destroy();
    const far = connect(targetPort, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    near.setNoDelay(true);
    far.setNoDelay(true);
    near.on('close', () => pairs.delete(pair));
    pass(near, far);
    pass(far, near);
    if (state === 'silent') hold(pair);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  function hold([near, far]: readonly [Socket, Socket]): void {
    near.pause();
    far.pause();
  }

  return {
    port: (server.address() as AddressInfo).port,
    set(next: LinkState): void {
      state = next;
      for (const pair of pairs) {
        if (next === 'cut') for (const socket of pair) socket.destroy();
        else if (next === 'silent') hold(pair);
        else for (const socket of pair) socket.resume();
      }
    },
    /** Added to each way. */
    slow(milliseconds: number): void {
      delayMs = milliseconds;
    },
    close(): void {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      server.close();
    },
  };
}
