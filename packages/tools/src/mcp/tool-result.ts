/** A block of a tool result: the kinds of MCP content that we send. */
export type ContentBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image' | 'audio'; readonly data: string; readonly mimeType: string }
  /** Since 2025-06-18. */
  | {
      readonly type: 'resource_link';
      readonly uri: string;
      readonly name: string;
      readonly mimeType: string;
      /** In bytes. */
      readonly size: number;
    };

/** MCP's `CallToolResult`. A failed call is a result with `isError`, not a JSON-RPC error. */
export interface ToolResult {
  readonly content: readonly ContentBlock[];
  readonly structuredContent?: { readonly [key: string]: unknown };
  readonly isError?: boolean;
}
