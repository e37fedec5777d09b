import type { ServerResponse } from 'node:http';
import { inside, put, takeOut, type Bag } from './kernel/bag.ts';

/** What is answered besides the doors: pages, tokens, the dashboard. A stop waits for it, because each was accepted. */
export function createRequestsUnderWay() {
  const open: Bag<ServerResponse> = [];
  let isClosing = false;
  let onEmpty: (() => void) | undefined;

  return {
    follow(res: ServerResponse): void {
      // Whoever has a connection still gets an answer on it, and goes elsewhere with what comes next.
      if (isClosing) res.shouldKeepAlive = false;
      const place = put(open, res);
      res.once('close', () => {
        takeOut(place);
        if (open.length === 0) onEmpty?.();
      });
    },
    async close(graceMs: number): Promise<void> {
      isClosing = true;
      if (open.length === 0) return;
      for (const res of inside(open)) res.shouldKeepAlive = false;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        onEmpty = resolve;
        timer = setTimeout(resolve, graceMs);
      });
      clearTimeout(timer);
    },
  };
}
