import { withReach, type Reach, type Sender } from '@latchkey/tools';
import { fail } from '../../kernel/result.ts';
import type { OpenChannel } from '../channel.ts';
import { faultOf } from '../fault.ts';
import type { HttpUpstream } from '../upstream.ts';
import { openSseChannel } from './sse-channel.ts';

export interface SseLimits {
  /** Channels at once to one connector. */
  readonly perKey: number;
  /** Channels at once to one origin. Each holds a connection, and the sender has only so many for the messages too. */
  readonly perOrigin: number;
  /** Until the stream stands and has said where to post. */
  readonly openMs: number;
  /** Until a posted message is accepted. */
  readonly postMs: number;
  /** Of one message from a server. */
  readonly eventBytesMax: number;
}

export const SSE_LIMITS: SseLimits = {
  perKey: 500,
  perOrigin: 1_000,
  openMs: 15_000,
  postMs: 60_000,
  eventBytesMax: 32 * 1024 * 1024,
};

export interface SseServers {
  /** Each channel is a stream of its own. They are counted by `key`: a connector. */
  channelTo(upstream: HttpUpstream, key: string, reach?: Reach): OpenChannel;
}

/** MCP servers that speak HTTP+SSE of 2024-11-05. */
export function createSseServers({ limits, sender }: { limits: SseLimits; sender: Sender }): SseServers {
  const counts = new Map<string, number>();

  function count(name: string, by: 1 | -1): void {
    const left = (counts.get(name) ?? 0) + by;
    if (left === 0) counts.delete(name);
    else counts.set(name, left);
  }

  return {
    channelTo(upstream, key, reach) {
      const url = new URL(upstream.url);
      return (events, { headers, query, signal }) => {
        // A key is an id, and an origin is a URL: they are never the same.
        const isFull =
          (counts.get(key) ?? 0) >= limits.perKey || (counts.get(url.origin) ?? 0) >= limits.perOrigin;
        if (isFull)
          return Promise.resolve(fail(faultOf('upstream_busy', { message: TOO_MANY, retryAfterSeconds: 5 })));
        for (const name of [key, url.origin]) count(name, 1);
        return openSseChannel({
          events,
          headers,
          limits,
          onOver: () => {
            for (const name of [key, url.origin]) count(name, -1);
          },
          query,
          sender: withReach(sender, reach),
          signal,
          url,
        });
      };
    },
  };
}

const TOO_MANY = 'Too many connections to the MCP server are open. Try again later.';
