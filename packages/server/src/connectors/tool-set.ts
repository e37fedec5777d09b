import type { Tool } from '@latchkey/tools';
import type { Access } from '../kernel/access.ts';
import type { ConnectorId } from '../kernel/ids.ts';

/** Where a connector's calls go. */
export interface ConnectorTarget {
  readonly id: ConnectorId;
  readonly slug: string;
  readonly name: string;
  /** Without a slash at the end. */
  readonly baseUrl: string;
}

/** A tool under the name that callers know it by, and where it belongs. */
export interface BoundTool {
  readonly name: string;
  readonly tool: Tool;
  readonly target: ConnectorTarget;
}

/** What one URL offers. Never changes: what is derived from it can be kept as long as it lives. */
export interface ToolSet {
  readonly tools: readonly BoundTool[];
  readonly readOnlyTools: readonly BoundTool[];
  readonly byName: ReadonlyMap<string, BoundTool>;
}

export function createToolSet(tools: readonly BoundTool[]): ToolSet {
  return {
    tools,
    readOnlyTools: tools.filter(({ tool }) => tool.access === 'read'),
    byName: new Map(tools.map((bound) => [bound.name, bound])),
  };
}

/** The tools that a level of access reaches. */
export function reachable(set: ToolSet, access: Access): readonly BoundTool[] {
  return access === 'full' ? set.tools : set.readOnlyTools;
}
