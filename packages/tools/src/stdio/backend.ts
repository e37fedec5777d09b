import type { Diagnostics } from '../call/types.ts';
import type { JsonObject } from '../json.ts';
import type { Dialect } from '../mcp/revisions.ts';
import type { Reply } from '../mcp/rpc.ts';
import type { ToolResult } from '../mcp/tool-result.ts';
import type { Result } from '../result.ts';
import type { CatalogueSnapshot, SnapshotTool } from './snapshot.ts';

/** What stands behind a server over stdio: where its tools come from, and how they are called. */
export interface StdioBackend {
  /**
   * What is offered. `known`: what was heard last will do. `now`: whoever knows is asked again. The same object as
   * long as nothing has changed.
   */
  catalogue(want: 'known' | 'now'): Promise<Result<CatalogueSnapshot, Diagnostics>>;
  /** Calls a tool of the catalogue. Rejects for faults of ours alone. */
  call(call: BackendCall): Promise<CallOutcome>;
  /** Calls `onChange` when what is offered has changed, until the returned function is called. Absent: it never does. */
  readonly follow?: (onChange: () => void) => () => void;
}

export interface BackendCall {
  readonly tool: SnapshotTool;
  /** Not looked at yet. */
  readonly arguments: JsonObject;
  /** Fires when the client takes its call back, or goes away. */
  readonly signal: AbortSignal;
  /** How the client speaks, and the params of its `tools/call` as they came: for one who passes them on. */
  readonly dialect: Dialect;
  readonly params: JsonObject;
  /** Passes on `notifications/progress`, with these params as they are. */
  readonly onProgress: (params: JsonObject) => void;
}

/** `reply`: as the server behind us put it, in the revision that the client speaks. */
export type CallOutcome =
  | { readonly kind: 'result'; readonly result: ToolResult }
  | { readonly kind: 'reply'; readonly reply: Reply };

/** A backend whose tools never change: those of a file. */
export function createFixedBackend(snapshot: CatalogueSnapshot, call: StdioBackend['call']): StdioBackend {
  return { catalogue: async () => ({ ok: true, value: snapshot }), call };
}
