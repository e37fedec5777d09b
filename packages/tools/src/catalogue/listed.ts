import type { ToolFace } from './types.ts';

/** What a client is shown of a tool. */
export type Listed = Pick<
  ToolFace,
  'name' | 'title' | 'description' | 'inputSchema' | 'outputSchema' | 'annotations'
>;

export function listed({
  name,
  title,
  description,
  inputSchema,
  outputSchema,
  annotations,
}: ToolFace): Listed {
  return {
    name,
    title,
    description,
    inputSchema,
    ...(outputSchema === undefined ? {} : { outputSchema }),
    annotations,
  };
}
