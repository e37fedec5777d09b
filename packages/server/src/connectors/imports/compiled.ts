import type { Catalogue, Places, ToolFace } from '@latchkey/tools';
import type { McpCatalogue } from '../mcp-catalogue.ts';

/** What became of an import, whatever it came from. */
export type Compiled =
  | { readonly kind: 'openapi'; readonly catalogue: Catalogue; readonly places: Places }
  | { readonly kind: 'mcp'; readonly catalogue: McpCatalogue };

/** A tool and the operation that it stands for; of an MCP server that is its name. */
export interface KeyedTool {
  readonly operation: string;
  readonly tool: ToolFace;
}

export function toolsOf(compiled: Compiled): readonly KeyedTool[] {
  return compiled.kind === 'mcp'
    ? compiled.catalogue.tools.map((tool) => ({ operation: tool.name, tool }))
    : compiled.catalogue.tools.map((tool) => ({ operation: keyOf(tool.binding), tool }));
}

export function keyOf({ method, path }: { readonly method: string; readonly path: string }): string {
  return `${method} ${path}`;
}
