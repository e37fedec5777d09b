import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Presented } from './presented.ts';

/** What was found out about a request's head, for the next request on its connection that has the same. */
export interface KnownOfHead {
  presented: Presented | undefined;
}

/** A request that is there from its first byte to its last before anybody looks at it. */
export interface WholeRequest {
  readonly method: string;
  /** The request target in origin form: a path and its query (RFC 9112 section 3.2.1). */
  readonly url: string;
  /** By names in lower case, each of which stood there once. */
  headers: IncomingHttpHeaders;
  readonly known: KnownOfHead;
  readonly socket: Socket;
  body: Buffer;
}

/** A body in pieces, so that what was prepared long ago is not copied for each answer. */
export type Body = string | readonly (string | Buffer)[];

/**
 * The answer to one: sent whole, or written by Node once somebody asks for that. What it says of itself is what a
 * `ServerResponse` says.
 */
export interface WholeAnswer {
  readonly statusCode: number;
  readonly headersSent: boolean;
  readonly destroyed: boolean;
  readonly writableEnded: boolean;
  readonly writableFinished: boolean;
  /** Whether the connection may be used again. */
  shouldKeepAlive: boolean;
  /** An answer is on its way to it, and it takes no other. */
  isPromised: boolean;
  /**
   * `headers` is flat: name, value, name, value; `bytes` is how long the body is in UTF-8. Throws for what can stand in no
   * head, and has then sent nothing.
   */
  send(status: number, headers: readonly string[], body: Body, bytes: number): void;
  /** The same exchange as Node has it, for what is no whole answer. Not after `send`, which goes by Node from then on. */
  toNode(): NodeExchange;
  /** It is answered, or will never be. */
  on(event: 'close', listener: () => void): void;
  /** Ends the connection. */
  destroy(): void;
}

export interface NodeExchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** A request, as far as its head goes, however it came. */
export type AnyRequest = IncomingMessage | WholeRequest;
export type AnyAnswer = ServerResponse | WholeAnswer;

export function isWhole(res: AnyAnswer): res is WholeAnswer {
  return 'toNode' in res;
}
