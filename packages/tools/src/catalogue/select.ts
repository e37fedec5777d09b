import type { OperationHead } from '../openapi/ir.ts';
import type { CompileOptions } from './types.ts';

/** The rule that leaves an operation out, or undefined if it stays. */
export function excludedBy(head: OperationHead, options: CompileOptions): string | undefined {
  if (head.hints.hidden) return 'The document says in `x-mcp` that this operation is not a tool.';
  if (head.deprecated && !options.include?.deprecated) return 'Deprecated operations are left out.';
  return undefined;
}
