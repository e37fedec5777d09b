import type { Reach, Sender } from '@latchkey/tools';
import type { Clock } from '../kernel/clock.ts';
import type { ConnectorId, OrganisationId } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import { fail } from '../kernel/result.ts';
import type { OpenChannel } from './channel.ts';
import { faultOf } from './fault.ts';
import type { SealedEnvironment } from './sealed-environment.ts';
import { createSseServers, SSE_LIMITS, type SseLimits } from './sse/sse-servers.ts';
import { createStdioServers, STDIO_LIMITS, type StdioLimits } from './stdio/stdio-servers.ts';
import type { McpUpstream } from './upstream.ts';

/** A server that keeps a connection, as it is stored. */
export interface ChannelTarget {
  readonly id: ConnectorId;
  readonly orgId: OrganisationId | null;
  readonly slug: string;
  readonly upstream: McpUpstream;
  readonly reach?: Reach | undefined;
}

export interface Channels {
  /** By stdio or by HTTP+SSE. All that use a server count together. */
  to(server: ChannelTarget): OpenChannel;
  /** Ends every process: resolves when the last is gone. */
  close(): Promise<void>;
}

export function createChannels({
  clock,
  environment,
  limits,
  log,
  sender,
}: {
  clock: Clock;
  environment: Pick<SealedEnvironment, 'open'>;
  /** Where they are not what `STDIO_LIMITS` and `SSE_LIMITS` say. */
  limits?: { readonly stdio?: Partial<StdioLimits>; readonly sse?: Partial<SseLimits> } | undefined;
  log: Log;
  /** Each channel by HTTP holds one of its connections. */
  sender: Sender;
}): Channels {
  const stdio = createStdioServers({ clock, limits: { ...STDIO_LIMITS, ...limits?.stdio }, log });
  const sse = createSseServers({ limits: { ...SSE_LIMITS, ...limits?.sse }, sender });

  function opened(server: ChannelTarget): McpUpstream | undefined {
    try {
      return environment.open(server.upstream, server);
    } catch {
      log.error(
        { connector: server.slug },
        'the environment of an MCP server was sealed with another secret',
      );
      return undefined;
    }
  }

  return {
    to(server) {
      const { id, reach, upstream } = server;
      if (upstream.transport !== 'stdio') return sse.channelTo(upstream, id, reach);
      // A program of our own is the operator's to start.
      if (reach === 'public') return UNREADABLE;
      const found = opened(server);
      return found?.transport === 'stdio' ? stdio.channelTo(found, id) : UNREADABLE;
    },
    close: stdio.close,
  };
}

const UNREADABLE: OpenChannel = () =>
  Promise.resolve(
    fail(faultOf('upstream_unreachable', { message: 'The environment of the MCP server cannot be read.' })),
  );
