export type RpcId = string | number;

/** JSON-RPC 2.0 section 5.1, and what MCP 2026-07-28 adds. Positive codes are ours. */
export const RPC = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** Until 2025-11-25. */
  resourceNotFound: -32002,
  headerMismatch: -32020,
  unsupportedVersion: -32022,
  rateLimited: 429,
} as const;

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** What a request is answered with: a result as JSON, or an error. */
export type Reply = { readonly result: string } | { readonly error: RpcError };

export function replyError(code: number, message: string, data?: unknown): { readonly error: RpcError } {
  return { error: data === undefined ? { code, message } : { code, message, data } };
}
