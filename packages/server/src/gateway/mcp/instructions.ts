import type { ToolSet } from '../../connectors/tool-set.ts';
import type { Caller } from '../pipeline/authenticate.ts';

/** Some clients cut them at 512 characters. */
const CHARACTERS_MAX = 500;

/** What a model is told of this server once: whose tools these are, and how they are found if they are not listed. */
export function instructions({ principal }: Caller, toolSet: ToolSet): string {
  const names = [...new Set(toolSet.tools.map(({ target }) => target.name))].join(', ');
  const isFull = principal.access === 'full';
  const about = `${names === '' ? 'No tools yet' : `Tools of ${names}`} for the organisation "${principal.orgSlug}", with ${isFull ? 'full access' : 'read-only access'}.`;
  if (toolSet.offer().mode === 'full') return about.slice(0, CHARACTERS_MAX);
  const how = isFull ? 'call_read_tool or call_write_tool' : 'call_read_tool';
  const search = ` Find tools with search_tools and call them with ${how}.`;
  return about.slice(0, CHARACTERS_MAX - search.length) + search;
}
