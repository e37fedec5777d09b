import type { Tool } from './types.ts';

/** What a client is shown of a tool. */
export type Listed = Pick<Tool, 'name' | 'title' | 'description' | 'inputSchema' | 'annotations'>;

export function listed({ name, title, description, inputSchema, annotations }: Tool): Listed {
  return { name, title, description, inputSchema, annotations };
}
