import type { ArgumentFault, PreparedRequest, SendWatch, UpstreamResponse } from '@latchkey/tools';
import type { CallStep } from '../../kernel/call-step.ts';
import type { CredentialParts } from '../../upstreams/credentials.ts';

/** What goes to an MCP server: a message, whatever carries it. */
export interface SentMessage {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Sees a call on its way through the pipeline. It changes nothing of it, and hears no more than what happened. */
export interface CallWatch {
  enter(step: CallStep): void;
  /** The arguments cannot be used; nothing is sent. */
  unusable(faults: readonly ArgumentFault[]): void;
  /** The request that the arguments make, before it gets a credential. */
  prepared(request: PreparedRequest): void;
  /** What the upstream is to know us by: the secret itself. */
  credential(parts: CredentialParts): void;
  readonly sender: SendWatch;
  message(sent: SentMessage): void;
  /** What came back, our credential covered. */
  answered(response: UpstreamResponse): void;
  /** It is a file that no text can show. */
  file(about: { readonly mimeType: string; readonly name: string }, bytes: Buffer): void;
}
