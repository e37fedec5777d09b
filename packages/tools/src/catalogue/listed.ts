import type { Tool } from './types.ts';

/** What a client is shown of a tool. */
export type Listed = Pick<
  Tool,
  'name' | 'title' | 'description' | 'inputSchema' | 'outputSchema' | 'annotations'
>;

export function listed({ name, title, description, inputSchema, outputSchema, annotations }: Tool): Listed {
  return {
    name,
    title,
    description,
    inputSchema,
    ...(outputSchema === undefined ? {} : { outputSchema }),
    annotations,
  };
}
