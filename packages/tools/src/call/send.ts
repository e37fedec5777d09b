import type { Result } from '../result.ts';
import { exchange, type StreamControl, type StreamHandler } from './exchange.ts';
import { faultOf } from './fault.ts';
import { createPools, type MakeConnector, type Pools, type PoolsOptions } from './pools.ts';
import { sendBuffered } from './send-buffered.ts';
import type { Reach, SendInput } from './send-input.ts';
import type { StreamedRequest, UpstreamFault, UpstreamResponse } from './types.ts';

export interface SenderOptions extends PoolsOptions {
  /** For a whole call. Default 30,000. */
  readonly timeoutMs?: number;
  /** Of a buffered answer, after decompression. Default 10 MB. */
  readonly bytesMax?: number;
  /** Connects for calls whose `reach` is `public`; without it they fail. */
  readonly publicConnector?: MakeConnector;
}

export interface StreamInput {
  readonly baseUrl: string;
  readonly request: StreamedRequest;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Until the head of the answer; a stream may then last. Default: the sender's `timeoutMs`. */
  readonly headTimeoutMs?: number;
  /** Of all of it, head and answer. Default: no end. */
  readonly totalTimeoutMs?: number | undefined;
  readonly reach?: Reach | undefined;
}

export interface Sender {
  /** One request, one buffered answer. Redirects are answers. Nothing is tried twice. Never rejects. */
  send(input: SendInput): Promise<Result<UpstreamResponse, UpstreamFault>>;
  /** The same without a buffer, for the door that passes answers through. Headers are the caller's care. */
  stream(input: StreamInput, handler: StreamHandler): StreamControl;
  /** Ends every connection at once; calls under way fail. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 30_000;
const BYTES_MAX = 10 * 1024 * 1024;

/** Sends requests over kept connections, one pool for each origin (undici `Pool.dispatch`). */
export function createSender(options: SenderOptions = {}): Sender {
  const pools = createPools(options);
  const { publicConnector } = options;
  const publicPools = publicConnector && createPools({ ...options, connector: publicConnector });
  const poolsFor = ({ reach }: { readonly reach?: Reach | undefined }): Pools =>
    reach === 'public' ? (publicPools ?? NO_POOLS) : pools;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  return {
    send: (input) =>
      new Promise((resolve) => {
        const bytesMax = input.bytesMax ?? options.bytesMax ?? BYTES_MAX;
        sendBuffered(poolsFor(input), input, input.timeoutMs ?? timeoutMs, bytesMax, resolve);
      }),
    stream(input, handler) {
      const { headTimeoutMs = timeoutMs, totalTimeoutMs } = input;
      const giveUp = (): void => control.abort(faultOf('upstream_timeout'));
      const untilHead = setTimeout(giveUp, headTimeoutMs);
      const untilEnd = totalTimeoutMs === undefined ? undefined : setTimeout(giveUp, totalTimeoutMs);
      const control = exchange(
        poolsFor(input).target(input.baseUrl),
        input.request,
        { ...input.request.headers, ...input.headers },
        {
          onHead(status, headers) {
            clearTimeout(untilHead);
            handler.onHead(status, headers);
          },
          onData: (chunk) => handler.onData(chunk),
          onEnd() {
            clearTimeout(untilEnd);
            handler.onEnd();
          },
          onFault(fault) {
            clearTimeout(untilHead);
            clearTimeout(untilEnd);
            handler.onFault(fault);
          },
        },
      );
      return control;
    },
    async close() {
      await pools.close();
      await publicPools?.close();
    },
  };
}

const NO_POOLS: Pools = { target: () => undefined, close: () => Promise.resolve() };

/** The same sender, for one who may reach so far. */
export function withReach({ close, send, stream }: Sender, reach: Reach | undefined): Sender {
  return {
    send: (input) => send({ ...input, reach }),
    stream: (input, handler) => stream({ ...input, reach }, handler),
    close,
  };
}
