import type { Readable } from 'node:stream';

/** One argument that cannot be used. `field` is a path such as `items[2].name`; it is empty for the arguments as a whole. */
export interface ArgumentFault {
  readonly field: string;
  readonly message: string;
}

/** A request without its host and its credential. `path` is encoded and has the query. */
export interface PreparedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** The operation's own, allowed server: use it in place of the connector's base URL. */
  readonly baseUrl?: string;
}

/** What is sent, and what it says that it is. */
export interface BodyContent {
  readonly content: string | Uint8Array;
  readonly contentType: string;
}

/** As PreparedRequest, but the body may be passed through while it arrives. */
export interface StreamedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | Readable;
}

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Header names are in lower case; a header that came more than once is a list. */
export interface UpstreamResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: Buffer;
  /** Why the body is not all that the API has to say; undefined: it is. */
  readonly cut?: UpstreamFault | undefined;
}

export type UpstreamFaultCode =
  | 'upstream_timeout'
  | 'upstream_unreachable'
  | 'upstream_reset'
  | 'upstream_too_large'
  | 'upstream_aborted';

/** Why there is no answer. The message may be shown: it names no address. */
export interface UpstreamFault {
  readonly code: UpstreamFaultCode;
  readonly message: string;
  /** It is known that nothing of the request left: it ended before there was a connection for it. */
  readonly notSent?: boolean | undefined;
}

/** What the reader of a failed call gets, as text and as `structuredContent`. */
export interface Diagnostics {
  /** The upstream's HTTP status, or what a gateway says when there is no answer: 502, 504, and 499 for a cancelled call. */
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly request_id: string;
  readonly retry_after_seconds?: number;
  readonly rate_limit?: {
    readonly limit?: number;
    readonly remaining?: number;
    readonly reset_seconds?: number;
  };
  readonly hint?: string;
}
