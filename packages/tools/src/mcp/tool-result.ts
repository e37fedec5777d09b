/** For whom a block is, and how much it matters (since 2024-11-05). */
export interface BlockAnnotations {
  readonly audience?: readonly ('user' | 'assistant')[];
  readonly priority?: number;
  /** Since 2025-06-18. */
  readonly lastModified?: string;
}

/** The content of a resource of an MCP server. */
export type ResourceContent = { readonly uri: string; readonly mimeType?: string } & (
  | { readonly text: string }
  | { readonly blob: string }
);

/** A block of a tool result: the kinds of MCP content that we send. */
export type ContentBlock = { readonly annotations?: BlockAnnotations } & (
  | { readonly type: 'text'; readonly text: string }
  /** Audio since 2025-03-26. */
  | { readonly type: 'image' | 'audio'; readonly data: string; readonly mimeType: string }
  | { readonly type: 'resource'; readonly resource: ResourceContent }
  /** Since 2025-06-18. */
  | {
      readonly type: 'resource_link';
      readonly uri: string;
      readonly name: string;
      readonly title?: string;
      readonly description?: string;
      readonly mimeType?: string;
      /** In bytes. */
      readonly size?: number;
    }
);

/** MCP's `CallToolResult`. A failed call is a result with `isError`, not a JSON-RPC error. */
export interface ToolResult {
  readonly content: readonly ContentBlock[];
  readonly structuredContent?: { readonly [key: string]: unknown };
  readonly isError?: boolean;
}
