import { createHash } from 'node:crypto';
import type { ToolFace } from '@latchkey/tools';

/** The snapshot of an MCP server's tools: plain JSON, the same bytes for the same tools. Stored where catalogues are. */
export interface McpCatalogue {
  readonly hash: string;
  /** As the server calls itself; unset where it was never asked. */
  readonly title?: string;
  /** Sorted by name. What is hidden, or waits for an admin, is in it too. */
  readonly tools: readonly ToolFace[];
}

/** `hash` covers everything but itself. */
export function mcpCatalogue(content: Omit<McpCatalogue, 'hash'>): McpCatalogue {
  const tools = [...content.tools].sort((a, b) => (a.name < b.name ? -1 : 1));
  const sorted = { ...content, tools };
  const hash = createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
  return { hash, ...sorted };
}

export const NO_TOOLS_YET: McpCatalogue = mcpCatalogue({ tools: [] });
