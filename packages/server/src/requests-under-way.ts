import type { ServerResponse } from 'node:http';

/** What is answered besides the doors: pages, tokens, the dashboard. A stop waits for it, because each was accepted. */
export function createRequestsUnderWay() {
  const open = new Set<ServerResponse>();
  let isClosing = false;
  let onEmpty: (() => void) | undefined;

  return {
    follow(res: ServerResponse): void {
      // Whoever has a connection still gets an answer on it, and goes elsewhere with what comes next.
      if (isClosing) res.shouldKeepAlive = false;
      open.add(res);
      res.once('close', () => {
        open.delete(res);
        if (open.size === 0) onEmpty?.();
      });
    },
    async close(graceMs: number): Promise<void> {
      isClosing = true;
      if (open.size === 0) return;
      for (const res of open) res.shouldKeepAlive = false;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        onEmpty = resolve;
        timer = setTimeout(resolve, graceMs);
      });
      clearTimeout(timer);
    },
  };
}
