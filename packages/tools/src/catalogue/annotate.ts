import type { OperationHead } from '../openapi/ir.ts';
import type { Access, ToolAnnotations } from './types.ts';

const READS = new Set(['GET', 'HEAD', 'QUERY']);
const REPEATABLE = new Set(['PUT', 'DELETE']);

/** From the method; the author of the document may say otherwise. It is this that is enforced, not the hints. */
export function accessOf(head: OperationHead): Access {
  return head.hints.access ?? (READS.has(head.method) ? 'read' : 'full');
}

/** Exactly one of readOnlyHint and destructiveHint: clients' directories ask for it. */
export function annotate(head: OperationHead, access: Access, title: string): ToolAnnotations {
  if (access === 'read') return { title, readOnlyHint: true, openWorldHint: true };
  return {
    title,
    destructiveHint: true,
    ...(REPEATABLE.has(head.method) ? { idempotentHint: true } : {}),
    openWorldHint: true,
  };
}
