import type { OperationHead } from '../openapi/ir.ts';
import type { Access, ToolAnnotations } from './types.ts';

const READS = new Set(['GET', 'HEAD', 'QUERY']);
const REPEATABLE = new Set(['PUT', 'DELETE']);

/** From the method; the author of the document may say otherwise. It is this that is enforced, not the hints. */
export function accessOf(head: OperationHead): Access {
  return head.hints.access ?? accessByMethod(head);
}

export function accessByMethod({ method }: OperationHead): Access {
  return READS.has(method) ? 'read' : 'full';
}

/**
 * Exactly one of readOnlyHint and destructiveHint is true, as clients' directories ask for, unless somebody says that
 * a tool only adds: then the second is false, which it would not be if nothing were said.
 */
export function annotate(
  head: OperationHead,
  access: Access,
  title: string,
  isAdditive = false,
): ToolAnnotations {
  if (access === 'read') return { title, readOnlyHint: true, openWorldHint: true };
  return {
    title,
    destructiveHint: !isAdditive,
    ...(REPEATABLE.has(head.method) ? { idempotentHint: true } : {}),
    openWorldHint: true,
  };
}
