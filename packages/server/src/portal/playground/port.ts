import type { Access, Role } from '../../kernel/access.ts';
import type { AppError } from '../../kernel/errors.ts';
import type { AgentId, OrganisationId, RequestId, UserId } from '../../kernel/ids.ts';
import type { Result } from '../../kernel/result.ts';
import type { BoundTool } from '../../connectors/tool-set.ts';

// What the portal asks of the data plane, which it does not know.

interface Visitor {
  readonly organisation: { readonly id: OrganisationId; readonly slug: string; readonly role: Role };
  readonly person: { readonly id: UserId; readonly name: string; readonly address: string | undefined };
  readonly agent?: AgentId | undefined;
}

interface ToolRef {
  readonly connector: string | undefined;
  readonly tool: string;
}

type Header = readonly [name: string, value: string];

interface Body {
  readonly type: string | undefined;
  readonly bytes: number;
  readonly text: string | undefined;
  readonly isCut: boolean;
}

type Step = 'checks' | 'credential' | 'record' | 'connect' | 'wait' | 'body' | 'shape';

export interface PlayedResult {
  readonly kind: 'result';
  readonly tool: BoundTool | undefined;
  readonly access: Access;
  readonly content: readonly object[];
  readonly structured: Readonly<Record<string, unknown>> | undefined;
  readonly file:
    | {
        readonly name: string;
        readonly mimeType: string;
        readonly bytes: number;
        readonly data: string | undefined;
      }
    | undefined;
  readonly error:
    | {
        readonly status: number;
        readonly code: string;
        readonly message: string;
        readonly hint?: string | undefined;
        readonly retryAfterSeconds?: number | undefined;
        readonly connectUrl?: string | undefined;
        readonly rateLimit?: Readonly<Record<string, unknown>> | undefined;
      }
    | undefined;
  readonly faults: readonly { readonly field: string; readonly message: string }[];
  readonly upstream:
    | {
        readonly kind: 'http';
        readonly method: string;
        readonly url: string;
        readonly headers: readonly Header[];
        readonly body: Body | undefined;
        readonly times: number;
        readonly answer: { readonly status: number; readonly headers: readonly Header[] } | undefined;
      }
    | {
        readonly kind: 'mcp';
        readonly transport: 'streamable-http' | 'sse' | 'stdio';
        readonly url: string | undefined;
        readonly message: Body;
      }
    | undefined;
  readonly steps: readonly { readonly step: Step; readonly fromMs: number; readonly ms: number }[];
  readonly totalMs: number;
  readonly limits: readonly Header[];
  readonly rest:
    | {
        readonly method: string;
        readonly url: string;
        readonly headers: readonly Header[];
        readonly body: string | undefined;
        readonly isBodyLeftOut: boolean;
      }
    | undefined;
}

export interface PlayedQuestion {
  readonly kind: 'question';
  readonly tool: BoundTool;
  readonly question:
    | { readonly kind: 'write'; readonly credits: number | undefined; readonly consumesCredits: boolean }
    | { readonly kind: 'confirmation'; readonly message: string; readonly state: string };
}

export interface PlaygroundPort {
  tools(visitor: Visitor): Promise<Result<readonly BoundTool[], AppError>>;
  tool(visitor: Visitor, ref: ToolRef): Promise<Result<BoundTool, AppError>>;
  most(visitor: Visitor): Promise<Result<Access, AppError>>;
  call(
    order: ToolRef & {
      readonly visitor: Visitor;
      readonly access: Access;
      readonly arguments: Readonly<Record<string, unknown>>;
      readonly agreed: boolean;
      readonly answer?: { readonly state: string; readonly agreed: boolean } | undefined;
      readonly requestId: RequestId;
      readonly signal: AbortSignal;
    },
  ): Promise<Result<PlayedResult | PlayedQuestion, AppError>>;
}
