import type { Result } from '../kernel/result.ts';

/** A JSON-RPC message as it stands on the wire, parsed: whatever its sender made of it, an object at least. */
export type WireMessage = Readonly<Record<string, unknown>>;

/** Why an upstream does not answer. `message` may be shown to a caller: nothing of the upstream's inside stands in it. */
export interface ChannelFault {
  readonly code:
    | 'upstream_unreachable'
    | 'upstream_timeout'
    | 'upstream_reset'
    | 'upstream_invalid'
    | 'upstream_too_large'
    | 'upstream_unauthorized'
    /** Too many processes or connections, or one that failed lately and is not tried again yet. */
    | 'upstream_busy';
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
  /** Of an HTTP answer, if that was the fault. */
  readonly status?: number | undefined;
  /** It is known that nothing of what was to be sent left. */
  readonly notSent?: boolean | undefined;
}

/** A connection to an MCP server on which both sides may speak at any time. */
export interface Channel {
  /** Resolves when the server has it. The failure ends the channel, and says whether this message left. */
  send(message: WireMessage): Promise<Result<void, ChannelFault>>;
  /** Ends it. `onClose` is not called for that. */
  close(): void;
}

export interface ChannelEvents {
  /**
   * In the order in which they came, the first perhaps before the channel is handed out. A promise: while too many of
   * them are not settled, no more is read. Never throws.
   */
  onMessage(message: WireMessage): void | Promise<void>;
  /** It ended by itself. Called once, after the last message. It says nothing of whether what was sent has left. */
  onClose(fault: ChannelFault): void;
}

/**
 * Opens one to a fixed server. `headers` are the credential of a server behind HTTP, and stay with the channel. `signal`
 * gives up the opening; an open channel is closed by `close`.
 */
export type OpenChannel = (
  events: ChannelEvents,
  options: {
    readonly headers: Readonly<Record<string, string>>;
    /** The same, for one that stands in the address. */
    readonly query?: string | undefined;
    readonly signal: AbortSignal;
  },
) => Promise<Result<Channel, ChannelFault>>;
