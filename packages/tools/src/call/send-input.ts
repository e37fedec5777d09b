import type { PreparedRequest } from './types.ts';

/** `public`: whoever named the host may name none of our own network's. Default: any host. */
export type Reach = 'public';

/** What an `AbortSignal` is to us: whoever has many calls under way may bring something lighter. */
export interface Cancellation {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface SendInput {
  /** Ends before the path of the request: `https://api.example.com/v1`. The request's own `baseUrl` goes first. */
  readonly baseUrl: string;
  readonly request: PreparedRequest;
  /** The credential and what else the gateway adds. They win over the request's headers. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: Cancellation;
  readonly timeoutMs?: number;
  readonly bytesMax?: number;
  readonly reach?: Reach | undefined;
  readonly watch?: SendWatch | undefined;
}

/** Sees how a request gets on, in this order, each at most once. */
export interface SendWatch {
  /** It waits for a connection. What is in it is what leaves, but for what HTTP itself adds: host, length. */
  sending(sent: SentRequest): void;
  /** It has a connection, and is being written. */
  connected(): void;
  /** The head of the answer is there. */
  answered(): void;
}

export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | undefined;
}
