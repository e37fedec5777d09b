import { instructionsOf } from '@latchkey/tools';
import type { ToolSet } from '../../connectors/tool-set.ts';
import type { Caller } from '../pipeline/authenticate.ts';

/** What a model is told of this server once. */
export function instructions({ principal }: Caller, toolSet: ToolSet): string {
  const names = [...new Set(toolSet.tools.map(({ target }) => target.name))].join(', ');
  const whose = `${names === '' ? 'No tools yet' : `Tools of ${names}`} for the organisation "${principal.orgSlug}"`;
  return instructionsOf(whose, principal.access, toolSet.offer().mode);
}
