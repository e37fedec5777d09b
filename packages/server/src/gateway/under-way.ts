import type { Exchange } from './exchange.ts';

export interface UnderWay {
  readonly isClosing: boolean;
  /** Follows an exchange to its end. The signal fires when the caller goes away before it. */
  open(exchange: Exchange): AbortSignal;
  close(graceMs: number): Promise<void>;
}

/** The calls that are not over yet. */
export function createUnderWay(): UnderWay {
  const open = new Set<Exchange>();
  let isClosing = false;
  let onEmpty: (() => void) | undefined;

  return {
    get isClosing() {
      return isClosing;
    },
    open(exchange) {
      const controller = new AbortController();
      open.add(exchange);
      // A failing connection must not become an uncaught error; `close` follows it.
      exchange.req.on('error', () => undefined);
      exchange.res.on('error', () => undefined);
      exchange.res.once('close', () => {
        open.delete(exchange);
        if (!exchange.res.writableFinished) controller.abort();
        if (open.size === 0) onEmpty?.();
      });
      return controller.signal;
    },
    async close(graceMs) {
      isClosing = true;
      if (open.size === 0) return;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        onEmpty = resolve;
        timer = setTimeout(resolve, graceMs);
      });
      clearTimeout(timer);
      for (const { res } of open) res.destroy();
    },
  };
}
