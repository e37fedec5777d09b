import { AppError } from '../../kernel/errors.ts';
import type { ToolCall, ToolOutcome } from './tool-call.ts';
import { refusedResult } from './tool-result.ts';

const NAME_CHARACTERS = 64;

/**
 * The same for a tool that does not exist and for one that this caller may not know of: the hint is found among what
 * the caller reaches, by the name alone.
 */
export function unknownTool({
  caller,
  name,
  requestId,
  toolSet,
}: Pick<ToolCall, 'caller' | 'name' | 'requestId' | 'toolSet'>): Extract<ToolOutcome, { kind: 'result' }> {
  const shown = name.length > NAME_CHARACTERS ? `${name.slice(0, NAME_CHARACTERS)}…` : name;
  const error = new AppError('not_found', `There is no tool "${shown}" that you may use.`);
  const offer = toolSet.offer();
  const hint =
    offer.mode === 'full'
      ? 'tools/list names the tools that you may use.'
      : searchHint(offer.directory(caller.principal.access).nearest(name));
  return { kind: 'result', result: refusedResult(error, requestId, hint) };
}

function searchHint(nearest: readonly string[]): string {
  const find = 'search_tools finds the tools that you may use.';
  return nearest.length === 0 ? find : `Nearest: ${nearest.join(', ')}. ${find}`;
}
