import type { ArgumentFault, ContentBlock } from '@latchkey/tools';
import type { Access, Role } from '../kernel/access.ts';
import type { CallStep } from '../kernel/call-step.ts';
import type { AgentId, OrganisationId, RequestId, UserId } from '../kernel/ids.ts';
import type { BoundTool } from './tool-set.ts';

// A tool that somebody tries out on the dashboard: what the portal orders, and what the gateway answers.

/** Who tries a tool out: somebody who is signed in, as themselves or as an agent of the organisation. */
export interface Visitor {
  readonly organisation: { readonly id: OrganisationId; readonly slug: string; readonly role: Role };
  readonly person: { readonly id: UserId; readonly name: string; readonly address: string | undefined };
  /** For who manages agents alone. */
  readonly agent?: AgentId | undefined;
}

/** A tool, by what does not depend on which other connectors there are. */
export interface ToolRef {
  /** Its slug; undefined: `tool` is the name that callers know it by at the organisation's own URL. */
  readonly connector: string | undefined;
  readonly tool: string;
}

export interface PlayedCall extends ToolRef {
  readonly visitor: Visitor;
  /** What is wanted; the role may allow less. */
  readonly access: Access;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The person was asked whether it may change something, and wants it. */
  readonly agreed: boolean;
  /** What the person said to the question that came with this state. */
  readonly answer?: { readonly state: string; readonly agreed: boolean } | undefined;
  readonly requestId: RequestId;
  readonly signal: AbortSignal;
}

/** What has to be asked before anything is sent. */
export interface PlayedQuestion {
  readonly kind: 'question';
  readonly tool: BoundTool;
  readonly question:
    /** It may change something. */
    | { readonly kind: 'write'; readonly credits: number | undefined; readonly consumesCredits: boolean }
    /** An admin wants somebody to agree to it. */
    | { readonly kind: 'confirmation'; readonly message: string; readonly state: string };
}

export interface PlayedError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly connectUrl?: string | undefined;
  /** As the upstream says; absent: it does not. */
  readonly rateLimit?: Readonly<Record<string, unknown>> | undefined;
}

export type Header = readonly [name: string, value: string];

export interface PlayedBody {
  readonly type: string | undefined;
  readonly bytes: number;
  /** Undefined: it is no text. */
  readonly text: string | undefined;
  /** More was sent than `text`. */
  readonly isCut: boolean;
}

/** What went to the upstream, every credential covered. */
export type PlayedUpstream =
  | {
      readonly kind: 'http';
      readonly method: string;
      /** Where the API stands is for admins: for others it begins with the path. */
      readonly url: string;
      readonly headers: readonly Header[];
      readonly body: PlayedBody | undefined;
      /** How often: what was refused for its credential is sent once more with another. */
      readonly times: number;
      readonly answer: { readonly status: number; readonly headers: readonly Header[] } | undefined;
    }
  | {
      readonly kind: 'mcp';
      readonly transport: 'streamable-http' | 'sse' | 'stdio';
      readonly url: string | undefined;
      readonly message: PlayedBody;
    };

export interface PlayedStep {
  readonly step: CallStep;
  readonly fromMs: number;
  readonly ms: number;
}

/** The same call at the REST door, without its key. */
export interface RestCall {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly Header[];
  /** Undefined: there is none, or none that a shell could write. */
  readonly body: string | undefined;
  readonly isBodyLeftOut: boolean;
}

export interface PlayedFile {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: number;
  /** Base64; undefined: it is too large to be shown here. */
  readonly data: string | undefined;
}

export interface PlayedResult {
  readonly kind: 'result';
  readonly tool: BoundTool | undefined;
  /** What the call could do at most. */
  readonly access: Access;
  readonly content: readonly ContentBlock[];
  readonly structured: Readonly<Record<string, unknown>> | undefined;
  readonly file: PlayedFile | undefined;
  readonly error: PlayedError | undefined;
  readonly faults: readonly ArgumentFault[];
  readonly upstream: PlayedUpstream | undefined;
  readonly steps: readonly PlayedStep[];
  readonly totalMs: number;
  /** `RateLimit` and its kin: how much may still be called. */
  readonly limits: readonly Header[];
  readonly rest: RestCall | undefined;
}

export type Played = PlayedResult | PlayedQuestion;
