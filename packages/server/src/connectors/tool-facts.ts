import type { Tool, ToolFace } from '@latchkey/tools';
import { keyOf } from './imports/compiled.ts';
import { isTestable } from './imports/operations.ts';

/** The operation with which the connection can be tested. Null: it takes arguments, may change something, or is none. */
export function testOf(tool: ToolFace): string | null {
  if (!('binding' in tool)) return null;
  const operation = tool as Tool;
  return isTestable(operation) ? keyOf(operation.binding) : null;
}
