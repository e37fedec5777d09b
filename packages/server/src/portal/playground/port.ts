import type { Played, PlayedCall, ToolRef, Visitor } from '../../connectors/played-call.ts';
import type { BoundTool } from '../../connectors/tool-set.ts';
import type { Access } from '../../kernel/access.ts';
import type { AppError } from '../../kernel/errors.ts';
import type { Result } from '../../kernel/result.ts';

/** What the portal asks of the data plane, which it does not know. */
export interface PlaygroundPort {
  tools(visitor: Visitor): Promise<Result<readonly BoundTool[], AppError>>;
  tool(visitor: Visitor, ref: ToolRef): Promise<Result<BoundTool, AppError>>;
  most(visitor: Visitor): Promise<Result<Access, AppError>>;
  call(order: PlayedCall): Promise<Result<Played, AppError>>;
}
