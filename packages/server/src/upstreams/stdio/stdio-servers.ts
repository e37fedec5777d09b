import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Channel, ChannelEvents, ChannelFault, OpenChannel } from '../channel.ts';
import { faultOf } from '../fault.ts';
import type { StdioUpstream } from '../upstream.ts';
import { createBackOff } from './back-off.ts';
import { logComplaints } from './complaints.ts';
import { createFolder, type Folder } from './folder.ts';
import { startProcess, type ServerProcess } from './server-process.ts';
import { createStdioChannel } from './stdio-channel.ts';

export interface StdioLimits {
  /** Processes at once, those that are ending with them. */
  readonly perKey: number;
  readonly total: number;
  /** Of one message from a process. */
  readonly lineBytesMax: number;
  /** From the end of its input to SIGTERM, and from there to SIGKILL. */
  readonly graceMs: number;
  /** One that ends within this time has failed to start. */
  readonly startMs: number;
  /** How long who finds no room waits for a process that is ending. */
  readonly roomMs: number;
}

export const STDIO_LIMITS: StdioLimits = {
  perKey: 16,
  total: 64,
  lineBytesMax: 32 * 1024 * 1024,
  graceMs: 2_000,
  startMs: 5_000,
  roomMs: 5_000,
};

export interface StdioServers {
  /** Each channel is a process of its own. Limits and back-off are counted by `key`: a connector. */
  channelTo(upstream: StdioUpstream, key: string): OpenChannel;
  /** Starts no more, and ends all: resolves when the last is gone. */
  close(): Promise<void>;
}

/** MCP servers that are commands of the operator's, on this machine. */
export function createStdioServers({
  clock,
  limits,
  log,
}: {
  clock: Clock;
  limits: StdioLimits;
  log: Log;
}): StdioServers {
  const backOff = createBackOff(clock);
  /** By key: how many processes there are, the ones about to be started included. */
  const counts = new Map<string, number>();
  const running = new Map<ServerProcess, { readonly key: string; readonly gone: Promise<void> }>();
  /** What a close waits for. */
  const underWay = new Set<Promise<unknown>>();
  let total = 0;
  let isClosing = false;

  function count(key: string, by: 1 | -1): void {
    const left = (counts.get(key) ?? 0) + by;
    total += by;
    if (left === 0) counts.delete(key);
    else counts.set(key, left);
  }

  function isFull(key: string): boolean {
    return total >= limits.total || (counts.get(key) ?? 0) >= limits.perKey;
  }

  function refusalOf(key: string): ChannelFault | undefined {
    if (isClosing) return faultOf('upstream_busy', { message: CLOSING, retryAfterSeconds: 1 });
    if (isFull(key)) return faultOf('upstream_busy', { message: TOO_MANY, retryAfterSeconds: BUSY_SECONDS });
    const waitMs = backOff.waitMs(key);
    if (waitMs === 0) return undefined;
    return faultOf('upstream_busy', { message: FAILED, retryAfterSeconds: Math.ceil(waitMs / 1000) });
  }

  /** Counts one more process, as soon as there is room for it. */
  async function claim(key: string, signal: AbortSignal): Promise<ChannelFault | undefined> {
    const patience = isFull(key) ? AbortSignal.any([signal, AbortSignal.timeout(limits.roomMs)]) : signal;
    while (isFull(key) && !isClosing && !patience.aborted) {
      const isKeyFull = (counts.get(key) ?? 0) >= limits.perKey;
      const ends = [...running].filter(
        ([process, other]) => process.isEnding() && (!isKeyFull || other.key === key),
      );
      if (ends.length === 0) break;
      await Promise.race([...ends.map(([, { gone }]) => gone), aborted(patience)]);
    }
    const refusal = refusalOf(key);
    if (refusal === undefined) count(key, 1);
    return refusal;
  }

  function follow(work: Promise<unknown>): void {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  }

  async function release(key: string, folder: Folder | undefined): Promise<void> {
    count(key, -1);
    try {
      await folder?.remove();
    } catch (error) {
      log.warn({ key, error: String(error) }, 'the folder of an MCP server remains');
    }
  }

  async function endOf(process: ServerProcess, key: string, folder: Folder): Promise<void> {
    await process.over;
    running.delete(process);
    await release(key, folder);
  }

  async function start(
    upstream: StdioUpstream,
    key: string,
    events: ChannelEvents,
    signal: AbortSignal,
  ): Promise<Result<Channel, ChannelFault>> {
    const refusal = await claim(key, signal);
    if (refusal !== undefined) return fail(refusal);
    let folder: Folder | undefined;
    try {
      folder = await createFolder();
    } catch (error) {
      log.error({ key, error: String(error) }, 'there is no folder for the process of an MCP server');
      await release(key, undefined);
      return fail(faultOf('upstream_busy', { retryAfterSeconds: BUSY_SECONDS }));
    }
    const startedMs = clock.nowMs();
    const started =
      isClosing || signal.aborted ? undefined : await startProcess(upstream, { folder, ...limits });
    if (started === undefined || !started.ok) {
      await release(key, folder);
      if (started === undefined) return fail(faultOf('upstream_reset', { message: GIVEN_UP }));
      backOff.failed(key, startedMs);
      log.warn({ key, command: upstream.command, code: started.error }, 'an MCP server cannot be started');
      return fail(faultOf('upstream_unreachable', { message: NOT_STARTED }));
    }
    const process = started.value;
    const gone = endOf(process, key, folder);
    running.set(process, { key, gone });
    follow(gone);
    logComplaints(process.stderr, { clock, key, log });
    // Before the channel hears of it, so that nobody who opens another at once is too early.
    void process.over.then(() => {
      const hasLived = clock.nowMs() - startedMs >= limits.startMs;
      if (hasLived || (channel.isClosed() && channel.hasSpoken())) backOff.succeeded(key);
      else if (!channel.isClosed()) backOff.failed(key, startedMs);
    });
    const channel = createStdioChannel(process, events, limits);
    if (!isClosing && !signal.aborted) return ok(channel);
    channel.close();
    return fail(faultOf('upstream_reset', { message: GIVEN_UP }));
  }

  return {
    channelTo:
      (upstream, key) =>
      (events, { signal }) => {
        const opening = start(upstream, key, events, signal);
        follow(opening);
        return opening;
      },
    async close() {
      isClosing = true;
      while (underWay.size > 0) {
        for (const process of running.keys()) process.end();
        await Promise.race(underWay);
      }
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const BUSY_SECONDS = 5;
const NOT_STARTED = 'The command of the MCP server could not be started.';
const FAILED = 'The command of the MCP server failed lately, and is not started again yet.';
const TOO_MANY = 'Too many processes of MCP servers are running. Try again later.';
const CLOSING = 'This server is being restarted. Try again.';
const GIVEN_UP = 'The connection to the MCP server was given up before it stood.';
