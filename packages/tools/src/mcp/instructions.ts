import type { Access } from '../catalogue/types.ts';

/** Some clients cut them at 512 characters. */
const CHARACTERS_MAX = 500;

/** What a model is told once: whose tools these are (`whose`), and how they are found if they are not listed. */
export function instructionsOf(whose: string, access: Access, mode: 'full' | 'search'): string {
  const isFull = access === 'full';
  const about = `${whose}, with ${isFull ? 'full access' : 'read-only access'}.`;
  if (mode === 'full') return about.slice(0, CHARACTERS_MAX);
  const how = isFull ? 'call_read_tool or call_write_tool' : 'call_read_tool';
  const search = ` Find tools with search_tools and call them with ${how}.`;
  return about.slice(0, CHARACTERS_MAX - search.length) + search;
}
