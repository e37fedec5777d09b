import type { ToolResult } from '../mcp/tool-result.ts';

/** What a model reads as JSON. There is no structured content, because our own tools declare no output schema. */
export function textResult(value: object): ToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(value) }] };
}
