import { once } from 'node:events';
import { Server as Listener, type Server } from 'node:net';
import type { App } from './app.ts';
import type { Config } from './config.ts';
import { KEEP_ALIVE_SECONDS } from './front/idle-connections.ts';
import { withinDeadline } from './kernel/within-deadline.ts';

/** Where there are other nodes, and the configuration names no time: more than a client that heeds what it is told uses a connection again. */
const DRAIN_SECONDS = KEEP_ALIVE_SECONDS + 1;
/** Whether there are others is asked for so long: a database that says nothing keeps no stop waiting. */
const OTHERS_MS_MAX = 2000;

/** How long a drain takes, where there is something to wait for. */
export function drainMs({ drainSeconds = DRAIN_SECONDS }: Pick<Config, 'drainSeconds'>): number {
  return drainSeconds * 1000;
}

/** How long a process takes to hand over, beside what is under way in it. */
export const HAND_OVER_MS = DRAIN_SECONDS * 1000;

/** How a process leaves its callers to others, before it is closed. From then on each answer ends its connection. */
export function createLeaving(config: Pick<Config, 'drainSeconds'>) {
  let hasBegun = false;

  return {
    hasBegun: () => hasBegun,

    /** Goes on serving for a while, and says at /readyz that it is going: who sends calls here sends the next elsewhere. */
    async drain({ hasOtherNodes, leave }: Pick<App, 'hasOtherNodes' | 'leave'>): Promise<void> {
      const mustWait =
        config.drainSeconds === undefined
          ? await withinDeadline(hasOtherNodes(), OTHERS_MS_MAX).catch(() => true)
          : config.drainSeconds > 0;
      if (!mustWait) return;
      hasBegun = true;
      leave();
      await new Promise((resolve) => setTimeout(resolve, drainMs(config)));
    },

    /**
     * Takes no more connections, because another process does that at the same port, and waits until those that there are
     * have ended, or none is left that was kept for a next request. At /readyz all is well: this node goes on.
     */
    async handOver(server: Server): Promise<void> {
      hasBegun = true;
      const ended = once(server, 'close');
      // A server for HTTP would break off idle connections, on which the next request may be on its way.
      Listener.prototype.close.call(server);
      await withinDeadline(ended, HAND_OVER_MS).catch(() => {});
    },
  };
}
