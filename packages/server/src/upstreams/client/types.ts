import type { Reach } from '@latchkey/tools';
import type { Result } from '../../kernel/result.ts';
import type { OrganisationId, ConnectorId } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { ChannelFault } from '../channel.ts';
import type { CredentialFault } from '../credentials.ts';
import type { McpUpstream } from '../upstream.ts';

/** An MCP server behind us, as its connector says. */
export interface McpServer {
  readonly id: ConnectorId;
  /** Null: shared by all organisations. */
  readonly orgId: OrganisationId | null;
  readonly slug: string;
  /** What a credential for it is for. */
  readonly baseUrl: string;
  /** As it is stored: its environment is sealed. */
  readonly upstream: McpUpstream;
  /** How far it may be. */
  readonly reach?: Reach | undefined;
}

/** What a server said to a request. */
export type Reply =
  | { readonly kind: 'result'; readonly result: JsonObject }
  | { readonly kind: 'error'; readonly code: number; readonly message: string; readonly data?: unknown };

/** Why there is no reply. */
export type ClientFault = {
  /** It is known that nothing of the request left. */
  readonly notSent?: boolean | undefined;
} & (
  | { readonly kind: 'channel'; readonly fault: ChannelFault }
  | { readonly kind: 'credential'; readonly fault: CredentialFault }
  /** The server knows the session no more, and did nothing. */
  | { readonly kind: 'session_gone' }
  /** Whoever asked wants no answer any more; the server was told. */
  | { readonly kind: 'cancelled' }
);

export type Replied = Result<Reply, ClientFault>;

export interface Patience {
  /** Without any message that belongs to the request. */
  readonly quietMs: number;
  /** In all. */
  readonly totalMs: number;
}

export interface RequestOptions {
  readonly patience: Patience;
  readonly signal?: AbortSignal | undefined;
  /** Of Streamable HTTP, beside those that every request has. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Asks for progress; called with what the server says of it. */
  readonly onProgress?: ((params: JsonObject) => void) | undefined;
  /** What whoever asked can be asked back (MCP 2026-07-28). Nothing, unless it says so. */
  readonly capabilities?: JsonObject | undefined;
}

/** How requests get to a server, and what it says back. */
export interface Line {
  /** Set by the handshake. */
  speak(dialect: LineDialect): void;
  request(method: string, params: JsonObject, options: RequestOptions): Promise<Replied>;
  notify(method: string, params?: JsonObject): Promise<void>;
  /** Hears that the list of tools has changed, as long as the line lives and the server has a way to say so. */
  listen(): void;
  isOpen(): boolean;
  close(): void;
}

/** How requests are written from now on; undefined: nothing is agreed on yet. */
export type LineDialect =
  | { readonly isModern: true; readonly revision: string }
  | { readonly isModern: false; readonly revision: string | undefined };

/** What a server says of itself. */
export interface ServerFacts {
  readonly isModern: boolean;
  /** As it calls itself, uncleaned. */
  readonly title: string | undefined;
  /** It says when its list of tools changes. */
  readonly saysWhenToolsChange: boolean;
  readonly hasTools: boolean;
}
